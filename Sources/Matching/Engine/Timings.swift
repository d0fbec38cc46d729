/// How long something took, each time it was done.
public struct Timings: Sendable, Hashable {
    /// The upper bounds of the buckets, in seconds.
    public static let bounds: [Double] = [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.25, 1]

    /// How often, per bucket of ``bounds``; one more than these.
    public private(set) var counts = [UInt64](repeating: 0, count: Timings.bounds.count + 1)
    /// All together, in seconds.
    public private(set) var sum = 0.0

    mutating func note(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
        sum += seconds
    }
}
