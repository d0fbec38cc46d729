package import RTP
import Transport

/// What became of one caller.
package struct CallerResult: Sendable {
    /// The room's number, from 0.
    package let room: Int
    /// The caller's seat.
    package let seat: CallerSeat
    /// When its set-up began.
    package let startedAt: MonotonicInstant
    /// When the answer came.
    package let answeredAt: MonotonicInstant?
    /// When the path was there.
    package let connectedAt: MonotonicInstant?
    /// When the first media packet of the other side came.
    package let firstMediaAt: MonotonicInstant?
    /// When all that was expected had begun to come.
    package let readyAt: MonotonicInstant?
    /// What went wrong; nil: nothing.
    package let failure: String?
    /// What it counted.
    package let counters: CallerCounters
    /// What it heard.
    package let heard: StreamReception
    /// What it saw; nil where only voices were sent.
    package let seen: StreamReception?
    /// Packets that were malformed or failed authentication.
    package let rejected: UInt64

    init(_ caller: Caller) {
        room = caller.room
        seat = caller.seat
        startedAt = caller.startedAt
        answeredAt = caller.answeredAt
        connectedAt = caller.connectedAt
        firstMediaAt = [caller.heard.firstArrival, caller.seen?.firstArrival].compactMap { $0 }.min()
        readyAt = caller.readyAt
        failure = caller.failure
        counters = caller.counters
        heard = caller.heard
        seen = caller.seen
        rejected = caller.transport?.rejected ?? 0
    }
}

/// Sums over callers, for the progress line and for deciding when all are there.
package struct LoadTotals: Sendable {
    /// Callers that get everything they expect.
    package var ready = 0
    /// Callers that have a path.
    package var connected = 0
    /// Packets received in the time that counts.
    package var received: UInt64 = 0
    /// Packets missing by their sequence numbers, since the start.
    package var missing: Int64 = 0
    /// From sending to receiving, in the time that counts.
    package var latency = LatencyHistogram()

    /// Nothing.
    package init() {}

    mutating func add(_ caller: Caller) {
        if caller.readyAt != nil { ready += 1 }
        if caller.connectedAt != nil { connected += 1 }
        for stream in [caller.heard, caller.seen].compactMap({ $0 }) {
            received &+= stream.figures.received
            missing &+= stream.missing
            latency.add(stream.figures.latency)
        }
    }

    /// Adds another loop's sums.
    package mutating func add(_ other: LoadTotals) {
        ready += other.ready
        connected += other.connected
        received &+= other.received
        missing &+= other.missing
        latency.add(other.latency)
    }
}

extension CallerResult {
    /// What it received.
    var streams: [StreamReception] { [heard, seen].compactMap { $0 } }
}
