/// The fixed header of an RTP packet and where its parts lie (RFC 3550 §5.1). Offsets and lengths are bytes.
///
/// A header is a plain value; it does not keep the packet. A header that was parsed describes ranges inside the
/// packet it was parsed from.
public struct RTPHeader: Sendable, Equatable, BitwiseCopyable {
    /// Bytes of the smallest header: no contributing sources, no extension.
    public static let minimumLength = 12

    /// The profile's event marker: the last packet of a video frame, the first of a talk spurt.
    public var marker: Bool
    /// The payload type, 0 to 127.
    public var payloadType: UInt8
    /// Grows by one per packet, modulo 2¹⁶.
    public var sequenceNumber: UInt16
    /// Sampling instant in units of the payload's clock rate, modulo 2³².
    public var timestamp: UInt32
    /// The synchronization source.
    public var ssrc: UInt32
    /// Bytes before the payload: the fixed header, the contributing sources and the extension.
    public var headerLength: Int
    /// Bytes of payload, without padding; 0 in a packet that only probes bandwidth.
    public var payloadLength: Int
    /// Bytes of padding at the end, including the one that counts them.
    public var paddingLength: Int
    /// The extension's "defined by profile" field; 0 where there is no extension (RFC 3550 §5.3.1).
    public var extensionProfile: UInt16
    /// Where the extension's elements begin.
    public var extensionOffset: Int
    /// Bytes of extension elements, without the four bytes before them; 0 where there are none.
    public var extensionLength: Int

    /// Where the payload lies in the packet.
    public var payloadRange: Range<Int> { headerLength..<(headerLength &+ payloadLength) }

    /// Reads the header of a decrypted packet.
    ///
    /// - Returns: nil where the version is not 2 or a length points outside the packet.
    public init?(parsing packet: RawSpan) {
        let count = packet.byteCount
        guard count >= Self.minimumLength else { return nil }
        let first = packet.byte(at: 0)
        guard first >> 6 == 2 else { return nil }
        let second = packet.byte(at: 1)
        marker = second & 0x80 != 0
        payloadType = second & 0x7F
        sequenceNumber = packet.uint16(at: 2)
        timestamp = packet.uint32(at: 4)
        ssrc = packet.uint32(at: 8)

        var offset = Self.minimumLength &+ 4 &* Int(first & 0x0F)
        extensionProfile = 0
        extensionOffset = offset
        extensionLength = 0
        if first & 0x10 != 0 {
            guard offset &+ 4 <= count else { return nil }
            extensionProfile = packet.uint16(at: offset)
            extensionLength = 4 &* Int(packet.uint16(at: offset &+ 2))
            extensionOffset = offset &+ 4
            offset = extensionOffset &+ extensionLength
        }
        guard offset <= count else { return nil }
        headerLength = offset

        paddingLength = 0
        if first & 0x20 != 0 {
            // RFC 3550 §5.1: the last byte counts the padding, itself included, so neither 0 nor an empty rest.
            guard offset < count else { return nil }
            paddingLength = Int(packet.byte(at: count &- 1))
            guard paddingLength > 0, paddingLength <= count &- offset else { return nil }
        }
        payloadLength = count &- offset &- paddingLength
    }

    /// Overwrites the identifying fields of a packet in place; the marker, the length and everything else stay.
    ///
    /// A span shorter than a header is left alone.
    public static func rewrite(
        in packet: inout MutableRawSpan, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32
    ) {
        guard packet.byteCount >= minimumLength else { return }
        let marker = packet.bytes.byte(at: 1) & 0x80
        packet.set(marker | payloadType & 0x7F, at: 1)
        packet.set(sequenceNumber, at: 2)
        packet.set(timestamp, at: 4)
        packet.set(ssrc, at: 8)
    }
}
