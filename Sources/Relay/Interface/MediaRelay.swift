public import Identifiers
public import Logging
import Synchronization
import Transport

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
///
/// `shutdown` must be called before the relay is let go: the workers' threads hold it alive until then.
public final class MediaRelay: Sendable {
    private struct Load {
        /// Calls open on each worker.
        var calls: [Int]
        var nextKey: UInt64 = 0
        var shutDown = false
    }

    private let workers: [Worker]
    private let load: Mutex<Load>
    private let maximumCalls: Int

    /// Starts the workers.
    ///
    /// - Throws: `RelayError` of code `unavailable` where a thread, the certificate or a library cannot be set up.
    public init(configuration: RelayConfiguration, logger: Logger) throws(RelayError) {
        do {
            let certificate = try Certificate()
            let addresses = configuration.addresses.isEmpty ? try LocalAddresses.find() : configuration.addresses
            let transport = TransportConfiguration(
                addresses: addresses, ports: configuration.ports,
                stunServer: configuration.stunServers.lazy.compactMap(StunServer.resolve).first)
            var workers: [Worker] = []
            for index in 0..<max(1, configuration.workers) {
                workers.append(try Worker(index: index, certificate: certificate, transport: transport, logger: logger))
            }
            for worker in workers { try worker.start() }
            self.workers = workers
            logger.info("relay started", metadata: ["workers": "\(workers.count)", "addresses": "\(addresses)"])
        } catch {
            throw RelayError(.unavailable, "the relay cannot start: \(error)")
        }
        load = Mutex(Load(calls: Array(repeating: 0, count: workers.count)))
        maximumCalls = configuration.maximumCalls
    }

    /// Ends every call with reason `shutdown` and joins the workers' threads. Idempotent.
    public func shutdown() async {
        load.withLock { $0.shutDown = true }
        for worker in workers { await worker.loop.shutdown() }
    }

    /// Opens a call on the least loaded worker.
    ///
    /// - Parameters:
    ///   - mediaSeconds: where the media clock starts, for a room that had a call before.
    ///   - horizon: the media second granted before; nil starts at the policy's threshold.
    ///   - events: called on the worker's thread, in order; must not block.
    /// - Throws: `unavailable` at the limit of calls and after the shutdown.
    public func openCall(
        room: RoomID, policy: BillingPolicy, mediaSeconds: Int = 0, horizon: Int? = nil,
        events: @escaping @Sendable (CallEvent) -> Void
    ) async throws(RelayError) -> RelayCall {
        let place = load.withLock { load -> (worker: Int, key: CallKey)? in
            guard !load.shutDown, load.calls.reduce(0, +) < maximumCalls else { return nil }
            guard let worker = load.calls.indices.min(by: { load.calls[$0] < load.calls[$1] }) else { return nil }
            load.calls[worker] += 1
            load.nextKey += 1
            return (worker, CallKey(number: load.nextKey))
        }
        guard let place else { throw RelayError(.unavailable, "the relay takes no further call") }
        let worker = workers[place.worker]
        do {
            try await worker.open(
                place.key, room: room, policy: policy, mediaSeconds: mediaSeconds, horizon: horizon, events: events)
        } catch {
            released(place.worker)
            throw error
        }
        return RelayCall(relay: self, worker: worker, workerIndex: place.worker, key: place.key)
    }

    /// Counters and gauges of all workers, summed.
    public func metrics() async -> RelayMetrics {
        var sum = RelayMetrics()
        for worker in workers { sum.add(await worker.metrics()) }
        return sum
    }

    fileprivate func released(_ worker: Int) { load.withLock { $0.calls[worker] -= 1 } }
}

/// A call on its worker. Every method may be called at any time; after the call's end they throw `notFound` or do nothing.
public struct RelayCall: Sendable {
    fileprivate let relay: MediaRelay
    fileprivate let worker: Worker
    fileprivate let workerIndex: Int
    fileprivate let key: CallKey

    /// Takes `user`'s offer and answers it. The first offer seats the user; an offer with new ICE credentials restarts
    /// ICE; an offer of a new peer connection (another DTLS fingerprint) replaces the user's path, and the other side
    /// sees one continuous stream.
    ///
    /// - Returns: the answer's SDP; candidates follow as events.
    /// - Throws: `invalidDescription` naming the line, `noCommonCodec`, `full`, `notFound`, `unavailable`.
    public func offer(_ sdp: String, from user: UserID) async throws(RelayError) -> String {
        try await worker.offer(sdp, from: user, in: key)
    }

    /// Adds a candidate of `user`'s peer; may come before the offer, is then kept (a bounded number).
    ///
    /// - Throws: `invalidDescription` where it cannot be parsed, `notFound`.
    public func addCandidate(_ candidate: CandidateMessage, from user: UserID) async throws(RelayError) {
        try await worker.add(candidate, from: user, in: key)
    }

    /// Frees `user`'s seat and path. The other side is not disturbed.
    public func leave(_ user: UserID) async { await worker.leave(user, key) }

    /// Moves the horizon to `seconds` of media time; never backwards.
    ///
    /// - Returns: the clock afterwards; nil when the call has ended.
    public func extendHorizon(to seconds: Int) async -> ClockStatus? {
        await worker.extendHorizon(to: seconds, in: key)
    }

    /// The clock now; nil when the call has ended.
    public func clock() async -> ClockStatus? { await worker.clock(of: key) }

    /// Ends the call and frees everything. Emits no event. A call that ended by itself is closed too, to free it.
    ///
    /// - Returns: the clock's last reading and the last record; nil where it was closed before.
    @discardableResult
    public func close() async -> ClosedCall? {
        guard let closed = await worker.close(key) else { return nil }
        relay.released(workerIndex)
        return closed
    }
}
