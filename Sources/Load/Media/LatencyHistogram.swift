package import RTP

/// How often which delay was seen: one bucket for each microsecond up to 32, then 32 for each doubling, so that a percentile is
/// right to a microsecond or to 3 %. What is longer than half a minute counts as that.
package struct LatencyHistogram: Sendable, Equatable {
    private static let perDoubling = 32
    private static let doublings = 21
    private static let bucketCount = perDoubling * doublings

    /// Delays seen.
    package private(set) var count: UInt64 = 0
    /// The longest, in nanoseconds.
    package private(set) var longest: NanosecondCount = 0
    private var counts = [UInt32](repeating: 0, count: bucketCount)

    /// No delay seen.
    package init() {}

    /// Counts a delay in nanoseconds; a negative one counts as none.
    @inline(__always)
    package mutating func observe(_ delay: NanosecondCount) {
        let delay = max(0, delay)
        counts[Self.bucket(delay)] &+= 1
        count &+= 1
        longest = max(longest, delay)
    }

    /// Adds another one's delays.
    package mutating func add(_ other: LatencyHistogram) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
        count &+= other.count
        longest = max(longest, other.longest)
    }

    /// What has come since an earlier state of the same histogram; the longest is of both.
    package func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        var rest = self
        for index in counts.indices { rest.counts[index] &-= earlier.counts[index] }
        rest.count &-= earlier.count
        return rest
    }

    /// The delay in nanoseconds that a share of them does not exceed; nil where none was seen.
    ///
    /// - Parameter share: 0 to 1.
    package func quantile(_ share: Double) -> NanosecondCount? {
        guard count > 0 else { return nil }
        let rank = UInt64(max(1, (Double(count) * min(max(share, 0), 1)).rounded(.up)))
        var passed: UInt64 = 0
        for index in counts.indices {
            passed &+= UInt64(counts[index])
            if passed >= rank { return min(Self.upperBound(index), longest) }
        }
        return longest
    }

    private static func bucket(_ delay: NanosecondCount) -> Int {
        let microseconds = UInt64(delay) / 1000
        guard microseconds >= 32 else { return Int(microseconds) }
        let exponent = 58 - microseconds.leadingZeroBitCount
        return min(bucketCount - 1, (exponent + 1) * perDoubling + Int(microseconds >> UInt64(exponent)) - perDoubling)
    }

    /// The end of a bucket in nanoseconds.
    private static func upperBound(_ index: Int) -> NanosecondCount {
        guard index >= perDoubling else { return NanosecondCount(index + 1) * 1000 }
        let exponent = index / perDoubling - 1
        return NanosecondCount(index % perDoubling + perDoubling + 1) << NanosecondCount(exponent) * 1000
    }
}
