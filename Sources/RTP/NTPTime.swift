/// A wall-clock time as RTCP carries it: seconds since 1900 in the upper 32 bits, fractions of 2⁻³² s in the lower
/// (RFC 3550 §4).
public struct NTPTime: Sendable, Equatable, BitwiseCopyable {
    /// Seconds from 1900 to 1970.
    private static let unixEpoch: Int64 = 2_208_988_800

    /// The 64-bit timestamp.
    public var value: UInt64

    /// A timestamp as it stands in a sender report.
    public init(value: UInt64) { self.value = value }

    /// The timestamp of a wall-clock time in nanoseconds since 1970. The seconds wrap around in 2036, as NTP's do.
    public init(unixNanoseconds: Int64) {
        let (seconds, rest) = unixNanoseconds.floorDivided(by: 1_000_000_000)
        let fraction = (UInt64(rest) << 32) / 1_000_000_000
        value = UInt64(UInt32(truncatingIfNeeded: seconds &+ Self.unixEpoch)) << 32 | fraction
    }

    /// The wall-clock time in nanoseconds since 1970, for times from 1968 to 2104.
    public var unixNanoseconds: Int64 {
        // RFC 4330 §3: seconds with the top bit clear belong to the era that begins in 2036.
        let era: Int64 = value >> 63 == 0 ? 1 << 32 : 0
        let seconds = Int64(value >> 32) &+ era &- Self.unixEpoch
        let fraction = Int64(((value & 0xFFFF_FFFF) &* 1_000_000_000) >> 32)
        return seconds &* 1_000_000_000 &+ fraction
    }

    /// The middle 32 bits, in units of 2⁻¹⁶ s: what a report block repeats as LSR (RFC 3550 §6.4.1).
    public var middle: UInt32 { UInt32(truncatingIfNeeded: value >> 16) }
}

extension Int64 {
    /// Quotient rounded down and the rest, which is never negative. `divisor` is positive.
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, rest: Int64) {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? (quotient &- 1, rest &+ divisor) : (quotient, rest)
    }
}
