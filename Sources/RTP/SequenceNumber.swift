/// Serial number arithmetic on 16-bit RTP sequence numbers (RFC 1982).
public enum SequenceNumber {
    /// How far `number` lies after `other` on the circle, −32768 to 32767; negative where it lies before.
    @inline(__always)
    public static func distance(from other: UInt16, to number: UInt16) -> Int {
        Int(Int16(bitPattern: number &- other))
    }

    /// Whether `number` was sent after `other`: 0 is newer than 65535. Numbers exactly half the circle apart are
    /// undefined in RFC 1982 §3.2; here neither is newer.
    @inline(__always)
    public static func isNewer(_ number: UInt16, than other: UInt16) -> Bool {
        let ahead = number &- other
        return ahead != 0 && ahead < 0x8000
    }
}

/// Turns 16-bit sequence numbers into 64-bit ones that do not wrap around.
public struct SequenceUnwrapper: Sendable, Equatable, BitwiseCopyable {
    /// The highest number so far; nil before the first.
    public private(set) var highest: Int64?

    /// No number seen yet.
    public init() {}

    /// The 64-bit number next to the highest so far that `number` stands for. The first is taken as it is.
    ///
    /// A number of before the first may come out negative.
    public mutating func unwrap(_ number: UInt16) -> Int64 {
        let result = peek(number)
        highest = max(highest ?? result, result)
        return result
    }

    /// What `unwrap` would return, without remembering it.
    public func peek(_ number: UInt16) -> Int64 {
        guard let highest else { return Int64(number) }
        return highest &+ Int64(SequenceNumber.distance(from: UInt16(truncatingIfNeeded: highest), to: number))
    }
}
