/// Redundant audio (RFC 2198): headers of older frames, a last header without length, the older frames, the newest one.
public enum RedundantAudio {
    /// Blocks read from one packet; senders use two or three.
    private static let blockLimit = 16

    /// The newest frame of a payload.
    ///
    /// - Parameter payload: where the payload lies in the packet.
    /// - Returns: its payload type, and where it lies in the packet; nil where the payload is malformed.
    public static func newest(of payload: Range<Int>, in packet: RawSpan) -> (payloadType: UInt8, range: Range<Int>)? {
        guard payload.lowerBound >= 0, payload.upperBound <= packet.byteCount else { return nil }
        var offset = payload.lowerBound
        var older = 0
        for _ in 0..<blockLimit {
            guard offset < payload.upperBound else { return nil }
            let first = packet.byte(at: offset)
            if first & 0x80 == 0 {
                let start = offset &+ 1 &+ older
                guard start <= payload.upperBound else { return nil }
                return (first & 0x7F, start..<payload.upperBound)
            }
            guard offset &+ 4 <= payload.upperBound else { return nil }
            older &+= Int(packet.uint16(at: offset &+ 2) & 0x3FF)
            offset &+= 4
        }
        return nil
    }

    /// Rewrites the payload types of the frames in place, from one side's numbers to the other's.
    ///
    /// - Parameter types: the other side's payload type by this side's; 0xff: it has none.
    /// - Returns: false, with the packet possibly changed in part, where the payload is malformed or a type has none.
    public static func rewrite(_ payload: Range<Int>, in packet: inout MutableRawSpan, types: [UInt8]) -> Bool {
        guard newest(of: payload, in: packet.bytes) != nil, types.count == 128 else { return false }
        var offset = payload.lowerBound
        while offset < payload.upperBound {
            let first = packet.bytes.byte(at: offset)
            let type = types[Int(first & 0x7F)]
            guard type < 128 else { return false }
            packet.set(first & 0x80 | type, at: offset)
            if first & 0x80 == 0 { return true }
            offset &+= 4
        }
        return false
    }

    /// Makes a packet of the newest frame alone, in place; padding goes as well.
    ///
    /// - Returns: the frame's payload type, which is not written, and the packet's bytes afterwards; nil where the payload
    ///   is malformed.
    public static func strip(
        _ packet: inout MutableRawSpan, header: RTPHeader
    ) -> (payloadType: UInt8, length: Int)? {
        guard let (type, range) = newest(of: header.payloadRange, in: packet.bytes),
            packet.move(from: range.lowerBound, to: header.headerLength, count: range.count)
        else { return nil }
        packet.set(packet.bytes.byte(at: 0) & ~0x20, at: 0)
        return (type, header.headerLength &+ range.count)
    }
}
