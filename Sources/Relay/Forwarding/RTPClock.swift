import RTP

/// Conversion between real time and the units of an RTP clock.
enum RTPClock {
    /// A span in units of a clock of `rate` Hz, rounded towards zero. Exact to the unit for spans up to 60 years at 4 GHz.
    @inline(__always)
    static func units(_ span: NanosecondCount, rate: UInt32) -> Int64 {
        let (seconds, rest) = span.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds &* Int64(rate) &+ rest &* Int64(rate) / 1_000_000_000
    }
}
