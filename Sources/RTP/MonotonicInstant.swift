/// A point on a clock that never runs backwards, in nanoseconds since an arbitrary start.
///
/// Pure code gets its time as a value of this type; only the loops at the edge read a clock.
public struct MonotonicInstant: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Nanoseconds since the clock's arbitrary start.
    public var nanoseconds: Int64

    /// The instant `nanoseconds` after the clock's start.
    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whether `left` is earlier than `right`.
    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant that lies `duration` after this one; saturates at the ends of the clock.
    public func advanced(by duration: NanosecondCount) -> Self {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration)
        return Self(nanoseconds: overflow ? (duration > 0 ? .max : .min) : sum)
    }

    /// Nanoseconds from `earlier` to this instant; negative where `earlier` is later, saturating.
    public func since(_ earlier: Self) -> NanosecondCount {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return overflow ? (nanoseconds > 0 ? .max : .min) : difference
    }
}

/// A span of time in nanoseconds. `Duration` is 128 bits wide and has no place on the packet path.
public typealias NanosecondCount = Int64

extension NanosecondCount {
    /// `count` milliseconds.
    public static func milliseconds(_ count: Int64) -> Self { count &* 1_000_000 }
    /// `count` seconds.
    public static func seconds(_ count: Int64) -> Self { count &* 1_000_000_000 }
}
