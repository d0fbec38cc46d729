/// The 48-bit index of an SRTP packet: the rollover counter and the sequence number (RFC 3711 §3.3.1).
enum PacketIndex {
    /// The index nearest to the highest one known that ends in `sequence`.
    ///
    /// - Returns: nil where it would lie before the stream's beginning.
    @inline(__always)
    static func estimate(_ sequence: UInt16, highest: UInt64) -> UInt64? {
        let step = Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest))
        let index = Int64(truncatingIfNeeded: highest) &+ Int64(step)
        return index >= 0 ? UInt64(index) : nil
    }

    /// The rollover counter of an index.
    @inline(__always)
    static func rollover(_ index: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: index >> 16) }
}

/// Which packets came already: the newest index and the 1023 before it (RFC 3711 §3.3.2 asks for at least 64; this is a second of fast video).
struct ReplayWindow: Sendable {
    private static var size: UInt64 { 1024 }

    /// The newest index accepted.
    private(set) var highest: UInt64
    private var bits = InlineArray<16, UInt64>(repeating: 0)

    /// A window whose first packet is accepted with it.
    init(first index: UInt64) {
        highest = index
        mark(index)
    }

    /// Whether a packet of this index may be accepted: it is new, and not too old to tell.
    @inline(__always)
    func admits(_ index: UInt64) -> Bool {
        if index > highest { return true }
        guard highest &- index < Self.size else { return false }
        let (word, mask) = Self.place(index)
        return bits[word] & mask == 0
    }

    /// Remembers a packet that was admitted and is authentic.
    @inline(__always)
    mutating func accept(_ index: UInt64) {
        if index > highest {
            if index &- highest >= Self.size {
                bits = InlineArray(repeating: 0)
            } else {
                var passed = highest &+ 1
                while passed < index {
                    let (word, mask) = Self.place(passed)
                    bits[word] &= ~mask
                    passed &+= 1
                }
            }
            highest = index
        }
        mark(index)
    }

    @inline(__always)
    private mutating func mark(_ index: UInt64) {
        let (word, mask) = Self.place(index)
        bits[word] |= mask
    }

    @inline(__always)
    private static func place(_ index: UInt64) -> (word: Int, mask: UInt64) {
        let number = Int(truncatingIfNeeded: index & (size &- 1))
        return (number >> 6, 1 << UInt64(number & 63))
    }
}
