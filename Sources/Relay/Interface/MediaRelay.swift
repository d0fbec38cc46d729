public import Identifiers
public import Logging

/// What the relay needs to know before it starts.
public struct RelayConfiguration: Sendable {
    /// Worker threads; each owns whole calls.
    public var workers: Int
    /// Local addresses offered as candidates. Empty: those of the machine's interfaces, or loopback where it has none.
    public var addresses: [String]
    /// Local ports of candidates.
    public var ports: ClosedRange<UInt16>
    /// `stun:host:port` servers that tell our public address; may be empty.
    public var stunServers: [String]
    /// Calls at once; more are refused as unavailable.
    public var maximumCalls: Int

    /// A configuration; the defaults are the product's.
    public init(
        workers: Int = 1, addresses: [String] = [], ports: ClosedRange<UInt16> = 40000...49999,
        stunServers: [String] = [], maximumCalls: Int = 1000
    ) {
        self.workers = workers
        self.addresses = addresses
        self.ports = ports
        self.stunServers = stunServers
        self.maximumCalls = maximumCalls
    }
}

/// The SFU: worker threads, and the calls they own.
public final class MediaRelay: Sendable {
    /// Starts the workers.
    ///
    /// - Throws: `RelayError` of code `unavailable` where a thread, the certificate or a library cannot be set up.
    public init(configuration: RelayConfiguration, logger: Logger) throws(RelayError) {
    }

    /// Ends every call with reason `shutdown` and joins the workers' threads. Idempotent.
    public func shutdown() async {
    }

    /// Opens a call on the least loaded worker.
    ///
    /// - Parameters:
    ///   - mediaSeconds: where the media clock starts, for a room that had a call before.
    ///   - horizon: the media second granted before; nil starts at the policy's threshold.
    ///   - events: called on the worker's thread, in order; must not block.
    public func openCall(
        room: RoomID, policy: BillingPolicy, mediaSeconds: Int = 0, horizon: Int? = nil,
        events: @escaping @Sendable (CallEvent) -> Void
    ) async throws(RelayError) -> RelayCall {
        throw RelayError(.unavailable, "not built")
    }

    /// Counters and gauges of all workers, summed.
    public func metrics() async -> RelayMetrics { RelayMetrics() }
}

/// A call on its worker. Every method may be called at any time; after the call's end they throw `notFound` or do nothing.
public struct RelayCall: Sendable {
    /// Takes `user`'s offer and answers it. The first offer seats the user; an offer with new ICE credentials restarts
    /// ICE; an offer of a new peer connection (another DTLS fingerprint) replaces the user's path, and the other side
    /// sees one continuous stream.
    ///
    /// - Returns: the answer's SDP; candidates follow as events.
    /// - Throws: `invalidDescription` naming the line, `noCommonCodec`, `full`, `notFound`, `unavailable`.
    public func offer(_ sdp: String, from user: UserID) async throws(RelayError) -> String {
        throw RelayError(.unavailable, "not built")
    }

    /// Adds a candidate of `user`'s peer; may come before the offer, is then kept (a bounded number).
    ///
    /// - Throws: `invalidDescription` where it cannot be parsed.
    public func addCandidate(_ candidate: CandidateMessage, from user: UserID) async throws(RelayError) {
    }

    /// Frees `user`'s seat and path. The other side is not disturbed.
    public func leave(_ user: UserID) async {
    }

    /// Moves the horizon to `seconds` of media time; never backwards.
    ///
    /// - Returns: the clock afterwards; nil when the call has ended.
    public func extendHorizon(to seconds: Int) async -> ClockStatus? { nil }

    /// The clock now; nil when the call has ended.
    public func clock() async -> ClockStatus? { nil }

    /// Ends the call and frees everything. Emits no event.
    ///
    /// - Returns: the clock's last reading.
    @discardableResult
    public func close() async -> ClockStatus? { nil }
}
