package import RTP

/// The loss-based half of the estimate (draft-ietf-rmcat-gcc-02 §6): under 2 % loss it grows, over 10 % it shrinks by
/// half the share lost, in between it stays.
///
/// Loss that comes from the air and not from a full queue does not go away when less is sent. So each cut is a trial: a
/// path that drops what it cannot carry loses so much less afterwards as less is sent. Where the loss stays nearer to
/// what it was, it counts as this path's own from then on: the cut is taken back, and only what exceeds it is held
/// against the rate. Half of it is forgotten in half a minute.
package struct LossController: Sendable {
    private static let low = 0.02
    private static let high = 0.10
    private static let interval = NanosecondCount.milliseconds(300)
    /// A cut's parts of a trial: its cuts, and until it is judged.
    private static let cutting = NanosecondCount.milliseconds(700)
    private static let judged = NanosecondCount.milliseconds(1600)

    private struct Trial {
        let start: MonotonicInstant
        let rate: Double
        /// What was lost before a cut could show, and after all cuts had.
        var before = Share()
        var after = Share()
    }

    private struct Share {
        var sum = 0.0
        var weight = 0.0
        var value: Double { weight > 0 ? sum / weight : 0 }

        mutating func add(_ share: Double, _ weight: Double) {
            sum += share * weight
            self.weight += weight
        }
    }

    /// The estimate in bits per second.
    package private(set) var estimate: Double
    /// Share of packets lost lately, 0 to 1, smoothed.
    package private(set) var loss = 0.0
    /// The share that is the path's own.
    package private(set) var inherent = 0.0

    private let bounds: ClosedRange<Double>
    private var lastChange: MonotonicInstant?
    private var lastUpdate: MonotonicInstant?
    private var trial: Trial?

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
        let share = min(max(share, 0), 1)
        loss += (share - loss) * min(max(weight, 0), 1)
        inherent -= inherent * 0.023 * elapsed
        judge(share, weight, now)
        let excess = max(loss - inherent, 0)
        let wait = max(Self.interval, roundTrip ?? 0)
        if excess > Self.high {
            guard lastChange.map({ now.since($0) >= wait }) ?? true,
                trial.map({ now.since($0.start) <= Self.cutting }) ?? true
            else { return }
            estimate = min(estimate, current)
            if trial == nil {
                trial = Trial(start: now, rate: estimate)
                trial?.before.add(share, weight)
            }
            lastChange = now
            estimate *= 1 - 0.5 * excess
        } else if excess < Self.low || isQueued == false {
            estimate *= 1 + 0.08 * elapsed
        }
        estimate = min(max(estimate, bounds.lowerBound), bounds.upperBound)
    }

    /// A probe arrived at `bitrate` with no more loss than usual.
    package mutating func probed(_ bitrate: Double) { estimate = min(max(estimate, bitrate), bounds.upperBound) }

    private mutating func judge(_ share: Double, _ weight: Double, _ now: MonotonicInstant) {
        guard var running = trial else { return }
        let elapsed = now.since(running.start)
        if elapsed <= Self.interval { running.before.add(share, weight) }
        if elapsed > Self.cutting &+ Self.interval { running.after.add(share, weight) }
        trial = running
        guard elapsed >= Self.judged, running.after.weight > 0 else { return }
        trial = nil
        let kept = estimate / max(running.rate, 1)
        guard kept < 0.97 else { return }
        // What a path of fixed capacity would still lose at this share of the rate.
        let expected = max(1 - (1 - running.before.value) / kept, 0)
        guard running.after.value > (running.before.value + expected) / 2 else { return }
        inherent = min(running.after.value, 0.4)
        estimate = running.rate
    }
}
