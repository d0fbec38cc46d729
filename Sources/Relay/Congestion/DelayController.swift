package import RTP

/// The delay-based half of the estimate: additive and multiplicative increase, multiplicative decrease
/// (draft-ietf-rmcat-gcc-02 §5.5).
///
/// A queue that builds up takes the estimate to 85 % of what arrives. Afterwards it grows: by 8 % a second while the
/// path's capacity is unknown, and by about a packet per response time near the capacity at which it was cut before.
/// It never exceeds one and a half times what arrives, because what is not used is not proven.
package struct DelayController: Sendable {
    private static let decrease = 0.85
    private static let growthPerSecond = 1.08

    /// The estimate in bits per second.
    package private(set) var estimate: Double

    private let bounds: ClosedRange<Double>
    private var lastUpdate: MonotonicInstant?
    private var lastDecrease: MonotonicInstant?
    private var holding = false
    /// The rate at which the path was full, and its normalised variance.
    private var capacity: (mean: Double, variance: Double)?

    /// An estimate to start from, and its bounds.
    package init(start: Double, bounds: ClosedRange<Double>) {
        self.bounds = bounds
        estimate = min(max(start, bounds.lowerBound), bounds.upperBound)
    }

    /// The next judgement.
    ///
    /// - Parameters:
    ///   - acknowledged: bits per second that arrive; nil where unknown.
    ///   - roundTrip: in nanoseconds; nil where unknown.
    package mutating func update(
        _ usage: PathUsage, acknowledged: Double?, roundTrip: NanosecondCount?, at now: MonotonicInstant
    ) {
        let elapsed = Double(min(max(now.since(lastUpdate ?? now), 0), .seconds(1))) / 1e9
        lastUpdate = now
        switch usage {
        case .over: cut(acknowledged, roundTrip, now)
        case .under: holding = true
        case .normal:
            if holding {
                // One judgement of rest after a queue was drained.
                holding = false
            } else {
                grow(acknowledged, roundTrip, elapsed)
            }
        }
        estimate = min(max(estimate, bounds.lowerBound), bounds.upperBound)
    }

    /// A probe arrived at `bitrate`: the estimate is at least that.
    package mutating func probed(_ bitrate: Double) {
        guard bitrate > estimate else { return }
        estimate = min(bitrate, bounds.upperBound)
        if let capacity, bitrate > capacity.mean * 1.2 { self.capacity = nil }
    }

    /// Takes the estimate down to `bitrate`, as what drains a queue.
    package mutating func limit(to bitrate: Double) { estimate = max(min(estimate, bitrate), bounds.lowerBound) }

    private mutating func cut(_ acknowledged: Double?, _ roundTrip: NanosecondCount?, _ now: MonotonicInstant) {
        // Once per response time: the first cut has to show before the next is due.
        let response = max(roundTrip ?? .milliseconds(100), .milliseconds(100)) &+ .milliseconds(100)
        if let lastDecrease, now.since(lastDecrease) < response, (acknowledged ?? 0) > estimate * 0.5 { return }
        lastDecrease = now
        let rate = acknowledged ?? estimate
        estimate = min(Self.decrease * rate, estimate)
        note(rate)
    }

    private mutating func grow(_ acknowledged: Double?, _ roundTrip: NanosecondCount?, _ elapsed: Double) {
        if let capacity, let acknowledged, acknowledged > capacity.mean + 3 * deviation(capacity) {
            // More arrives than the path could carry before: it has changed.
            self.capacity = nil
        }
        let ceiling = acknowledged.map { 1.5 * $0 + 10_000 } ?? .infinity
        guard estimate < ceiling else { return }
        let grown: Double
        if capacity != nil {
            let response = Double(max(roundTrip ?? .milliseconds(100), .milliseconds(20)) &+ .milliseconds(100)) / 1e9
            // A frame's share of an average packet per response time, at least 4 kbit/s in a second.
            grown = estimate + max(8 * 1200 / response, 4000) * elapsed
        } else {
            grown = estimate * pow(Self.growthPerSecond, elapsed) + 1000 * elapsed
        }
        estimate = min(grown, ceiling)
    }

    private mutating func note(_ rate: Double) {
        guard let old = capacity, (rate - old.mean).magnitude <= 3 * deviation(old) else {
            capacity = (rate, 0.4)
            return
        }
        let mean = 0.95 * old.mean + 0.05 * rate
        let error = old.mean - rate
        let variance = 0.95 * old.variance + 0.05 * error * error / max(old.mean, 1) / 1000
        capacity = (mean, min(max(variance, 0.4), 2.5))
    }

    private func deviation(_ capacity: (mean: Double, variance: Double)) -> Double {
        (capacity.variance * capacity.mean * 1000).squareRoot()
    }
}

/// `base` to the power of a small `exponent` from 0 to 1, by its tangent and curvature: exact to a thousandth here.
private func pow(_ base: Double, _ exponent: Double) -> Double {
    let x = (base - 1) * exponent
    return 1 + x - x * (base - 1) * (1 - exponent) / 2
}
