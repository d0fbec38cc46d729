package import RTP

/// The loss-based half of the estimate (draft-ietf-rmcat-gcc-02 §6): under 2 % loss it grows, over 10 % it shrinks by
/// half the share lost, in between it stays.
///
/// Loss that comes from the air and not from a full queue does not go away when less is sent. So where the loss after a
/// cut is what it was before it, it counts as this path's own from then on: the cut is taken back, and only what
/// exceeds it is held against the rate. Half of it is forgotten in half a minute.
package struct LossController: Sendable {
    private static let low = 0.02
    private static let high = 0.10
    private static let interval = NanosecondCount.milliseconds(300)
    private static let trial = NanosecondCount.milliseconds(1500)

    /// The estimate in bits per second.
    package private(set) var estimate: Double
    /// Share of packets lost lately, 0 to 1, smoothed.
    package private(set) var loss = 0.0
    /// The share that is the path's own.
    package private(set) var inherent = 0.0

    private let bounds: ClosedRange<Double>
    private var lastChange: MonotonicInstant?
    private var lastUpdate: MonotonicInstant?
    private var cut: (at: MonotonicInstant, before: Double, loss: Double)?

    /// An estimate to start from, and its bounds.
    package init(start: Double, bounds: ClosedRange<Double>) {
        self.bounds = bounds
        estimate = min(max(start, bounds.lowerBound), bounds.upperBound)
    }

    /// What the receiver tells of some packets.
    ///
    /// - Parameters:
    ///   - share: of them lost, 0 to 1.
    ///   - weight: how far the smoothed loss follows, 0 to 1: the more packets the report speaks of, the further.
    ///   - current: what both halves of the estimate allow now: what a cut begins from, in bits per second.
    ///   - isQueued: whether packets wait on the way; nil where unknown. Without a queue, moderate loss is no congestion.
    ///   - roundTrip: in nanoseconds; nil where unknown.
    package mutating func update(
        share: Double, weight: Double, current: Double, isQueued: Bool?, roundTrip: NanosecondCount?,
        at now: MonotonicInstant
    ) {
        let elapsed = Double(min(max(now.since(lastUpdate ?? now), 0), .seconds(2))) / 1e9
        lastUpdate = now
        loss += (min(max(share, 0), 1) - loss) * min(max(weight, 0), 1)
        inherent -= inherent * 0.023 * elapsed
        judgeCut(now)
        let excess = max(loss - inherent, 0)
        let wait = max(Self.interval, roundTrip ?? 0)
        if excess > Self.high {
            guard lastChange.map({ now.since($0) >= wait }) ?? true else { return }
            estimate = min(estimate, current)
            if cut == nil { cut = (now, estimate, loss) }
            lastChange = now
            estimate *= 1 - 0.5 * excess
        } else if excess < Self.low || isQueued == false {
            estimate *= 1 + 0.08 * elapsed
        }
        estimate = min(max(estimate, bounds.lowerBound), bounds.upperBound)
    }

    /// A probe arrived at `bitrate` with no more loss than usual.
    package mutating func probed(_ bitrate: Double) { estimate = min(max(estimate, bitrate), bounds.upperBound) }

    private mutating func judgeCut(_ now: MonotonicInstant) {
        guard let trial = cut, now.since(trial.at) >= Self.trial else { return }
        cut = nil
        if loss > 0.7 * trial.loss, estimate < 0.85 * trial.before {
            inherent = min(loss, 0.4)
            estimate = trial.before
        }
    }
}
