/// A client's `media.stats`: cumulative counters as W3C webrtc-stats has them. What the room's clock and its quality need of them.
struct MediaReport: Sendable, Equatable {
    /// Counters of one slot; what is missing is nil.
    struct Slot: Sendable, Equatable {
        var bytesReceived: Double?
        var packetsReceived: Double?
        var packetsLost: Double?
        /// In seconds.
        var jitter: Double?
        var framesDecoded: Double?
        var frameWidth: Double?
        var frameHeight: Double?
        var freezeCount: Double?
        /// In seconds.
        var totalFreezesDuration: Double?
        /// In seconds, over all samples or frames that left the buffer.
        var jitterBufferDelay: Double?
        var jitterBufferEmittedCount: Double?
        var totalSamplesReceived: Double?
        var concealedSamples: Double?
        var silentConcealedSamples: Double?

        /// What may be missing, by the names of W3C webrtc-stats.
        static let optionalCounters: [(String, any WritableKeyPath<Slot, Double?> & Sendable)] = [
            ("bytesReceived", \.bytesReceived), ("packetsReceived", \.packetsReceived),
            ("packetsLost", \.packetsLost), ("jitter", \.jitter), ("framesDecoded", \.framesDecoded),
            ("frameWidth", \.frameWidth), ("frameHeight", \.frameHeight), ("freezeCount", \.freezeCount),
            ("totalFreezesDuration", \.totalFreezesDuration), ("jitterBufferDelay", \.jitterBufferDelay),
            ("jitterBufferEmittedCount", \.jitterBufferEmittedCount),
            ("totalSamplesReceived", \.totalSamplesReceived), ("concealedSamples", \.concealedSamples),
            ("silentConcealedSamples", \.silentConcealedSamples),
        ]
    }

    static let slots = ["mic", "camera", "screen"]

    /// By slot, in the order of ``slots``.
    var received: [Slot?]
    var bytesSent: Double?
    /// In seconds.
    var roundTripTime: Double?

    init(received: [Slot?], bytesSent: Double?, roundTripTime: Double? = nil) {
        self.received = received
        self.bytesSent = bytesSent
        self.roundTripTime = roundTripTime
    }

    init(_ params: Parameters) throws(RPCError) {
        var received: [Slot?] = []
        for name in Self.slots {
            guard let slot = try params.optionalObject(name) else {
                received.append(nil)
                continue
            }
            var counters = Slot()
            for (name, path) in Slot.optionalCounters { counters[keyPath: path] = try slot.optionalCounter(name) }
            received.append(counters)
        }
        self.init(
            received: received, bytesSent: try params.optionalCounter("bytesSent"),
            roundTripTime: try params.optionalCounter("roundTripTime"))
    }

    /// Whether something came since `earlier`, in any slot.
    func received(since earlier: MediaReport) -> Bool {
        zip(received, earlier.received).contains { now, before in
            guard let now else { return false }
            // A slot that wasn't there before had received nothing. A counter that fell belongs to a new connection.
            return Self.grew(now.bytesReceived, from: before?.bytesReceived)
                || Self.grew(now.packetsReceived, from: before?.packetsReceived)
        }
    }

    /// Whether something was sent since `earlier`; nil where that isn't said.
    func sent(since earlier: MediaReport) -> Bool? {
        guard let bytesSent else { return nil }
        return Self.grew(bytesSent, from: earlier.bytesSent)
    }

    private static func grew(_ now: Double?, from before: Double?) -> Bool {
        guard let now else { return false }
        return now > before ?? 0
    }
}
