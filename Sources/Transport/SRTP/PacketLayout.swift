/// Where SRTP and SRTCP find things in a packet, before anything of it is known to be authentic.
enum PacketLayout {
    /// The index and the E flag after an SRTCP packet (RFC 3711 §3.4).
    static var controlIndexLength: Int { 4 }
    /// The part of an SRTCP packet that stays readable: the first header and the sender's SSRC.
    static var controlHeaderLength: Int { 8 }
    /// The flag of an encrypted SRTCP packet.
    static var encryptedFlag: UInt32 { 0x8000_0000 }

    /// Bytes of an RTP header with contributing sources and extension (RFC 3550 §5.1, §5.3.1).
    ///
    /// - Returns: nil where the packet is shorter than that.
    @inline(__always)
    static func headerLength(_ packet: UnsafeMutableRawBufferPointer, _ length: Int) -> Int? {
        guard length >= 12, packet[0] >> 6 == 2 else { return nil }
        var header = 12 &+ 4 &* Int(packet[0] & 0x0F)
        if packet[0] & 0x10 != 0 {
            guard header &+ 4 <= length else { return nil }
            header = header &+ 4 &+ 4 &* Int(packet.word16(header &+ 2))
        }
        return header <= length ? header : nil
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Two bytes in network byte order.
    @inline(__always)
    func word16(_ offset: Int) -> UInt16 { UInt16(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt16.self)) }

    /// Four bytes in network byte order.
    @inline(__always)
    func word32(_ offset: Int) -> UInt32 { UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }

    /// Writes four bytes in network byte order.
    @inline(__always)
    func setWord32(_ value: UInt32, _ offset: Int) {
        storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt32.self)
    }

    /// The bytes of a range, as a buffer of their own.
    @inline(__always)
    func part(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self[range])
    }
}
