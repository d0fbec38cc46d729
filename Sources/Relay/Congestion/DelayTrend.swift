import RTP

/// What the path's delay does.
package enum PathUsage: UInt8, Sendable, BitwiseCopyable {
    /// A queue drains.
    case under
    /// Neither.
    case normal
    /// A queue builds up.
    case over
}

/// Whether the one-way delay grows: the slope of a line through the last 20 groups, against a threshold that adapts to
/// what is usual on this path, so that neither jitter nor a competing TCP connection starves us
/// (draft-ietf-rmcat-gcc-02 §5.3 to §5.5, with a least-squares line in place of the Kalman filter).
package struct DelayTrend: Sendable, BitwiseCopyable {
    private static let window = 20
    private static let smoothing = 0.9
    private static let gain = 4.0
    /// The threshold's rates of growth and of decline (draft-ietf-rmcat-gcc-02 §5.4), per millisecond.
    private static let up = 0.0087
    private static let down = 0.039
    private static let overuseTime = 10.0

    private struct Point: BitwiseCopyable {
        var arrival = 0.0
        var delay = 0.0
    }

    /// The last judgement.
    package private(set) var usage = PathUsage.normal

    private var points = InlineArray<20, Point>(repeating: Point())
    private var count = 0
    private var next = 0
    private var deltas = 0
    private var firstArrival: NanosecondCount?
    private var accumulated = 0.0
    private var smoothed = 0.0
    private var threshold = 12.5
    private var lastArrival = 0.0
    private var lastTrend = 0.0
    private var overFor = 0.0
    private var overCount = 0

    /// Nothing known.
    package init() {}

    /// Takes the next pair of groups.
    package mutating func add(_ delta: GroupDelta) {
        let step = Double(delta.arrived &- delta.sent) / 1e6
        // A leap of seconds is a clock that was set, or a machine that slept.
        guard step.magnitude < 3000 else {
            self = DelayTrend()
            return
        }
        let start = firstArrival ?? delta.arrival
        firstArrival = start
        let arrival = Double(delta.arrival &- start) / 1e6
        deltas = min(deltas &+ 1, 60)
        accumulated += step
        smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * accumulated
        points[next] = Point(arrival: arrival, delay: smoothed)
        next = (next &+ 1) % Self.window
        count = min(count &+ 1, Self.window)
        guard count == Self.window else { return }
        judge((slope ?? 0) * Double(deltas) * Self.gain, arrival, Double(delta.sent) / 1e6)
        lastArrival = arrival
    }

    private var slope: Double? {
        var (meanArrival, meanDelay) = (0.0, 0.0)
        for index in 0..<count {
            meanArrival += points[index].arrival
            meanDelay += points[index].delay
        }
        meanArrival /= Double(count)
        meanDelay /= Double(count)
        var (numerator, denominator) = (0.0, 0.0)
        for index in 0..<count {
            let x = points[index].arrival - meanArrival
            numerator += x * (points[index].delay - meanDelay)
            denominator += x * x
        }
        return denominator > 0 ? numerator / denominator : nil
    }

    private mutating func judge(_ trend: Double, _ arrival: Double, _ sentDelta: Double) {
        if trend > threshold {
            // Half a step in the middle of which the threshold was crossed.
            overFor += overCount == 0 ? sentDelta / 2 : sentDelta
            overCount &+= 1
            if overFor > Self.overuseTime, overCount > 1, trend >= lastTrend {
                overFor = 0
                overCount = 0
                usage = .over
            }
        } else {
            overFor = 0
            overCount = 0
            usage = trend < -threshold ? .under : .normal
        }
        lastTrend = trend
        let magnitude = trend.magnitude
        // A sudden leap is a route that changed, not a queue; the threshold does not follow it.
        guard magnitude <= threshold + 15 else { return }
        let rate = magnitude < threshold ? Self.down : Self.up
        threshold += rate * (magnitude - threshold) * min(max(arrival - lastArrival, 0), 100)
        threshold = min(max(threshold, 6), 600)
    }
}
