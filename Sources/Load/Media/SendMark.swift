package import RTP

/// What a caller writes into the padding of each of its RTP packets (RFC 3550 §5.1), where a receiver that decodes never looks:
/// whose packet it is, how many went before it, and when it was sent. So the media stay what the codecs made, and whoever
/// receives them knows what was lost, repeated or late, and how long it took.
///
/// 20 bytes: stream (4), counter (4), nanoseconds of the monotonic clock (8), three zeros, and the count of the padding.
/// All callers are in one process: there is one clock.
package struct SendMark: Sendable, Equatable, BitwiseCopyable {
    /// Bytes of padding.
    package static let length = 20

    /// Which stream.
    package var stream: UInt32
    /// Packets of the stream before this one, modulo 2³².
    package var counter: UInt32
    /// When it was handed to the transport.
    package var sentAt: MonotonicInstant

    /// A mark.
    package init(stream: UInt32, counter: UInt32, sentAt: MonotonicInstant) {
        self.stream = stream
        self.counter = counter
        self.sentAt = sentAt
    }

    /// Reads the mark of a packet; nil where its padding is none of ours.
    package init?(in packet: RawSpan, header: RTPHeader) {
        guard header.paddingLength == Self.length, packet.byteCount >= Self.length else { return nil }
        let start = packet.byteCount &- Self.length
        guard packet.uint32(at: start &+ 16) == UInt32(Self.length) else { return nil }
        stream = packet.uint32(at: start)
        counter = packet.uint32(at: start &+ 4)
        sentAt = MonotonicInstant(
            nanoseconds: Int64(
                bitPattern: UInt64(packet.uint32(at: start &+ 8)) << 32 | UInt64(packet.uint32(at: start &+ 12))))
    }

    /// Writes the mark at `offset`; there must be room for `length` bytes.
    @inline(__always)
    func write(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: stream.bigEndian, toByteOffset: offset, as: UInt32.self)
        buffer.storeBytes(of: counter.bigEndian, toByteOffset: offset &+ 4, as: UInt32.self)
        buffer.storeBytes(of: sentAt.nanoseconds.bigEndian, toByteOffset: offset &+ 8, as: Int64.self)
        buffer.storeBytes(of: UInt32(Self.length).bigEndian, toByteOffset: offset &+ 16, as: UInt32.self)
    }
}

/// The fixed header of a packet with padding, without extension and contributing sources (RFC 3550 §5.1).
enum RTPWriting {
    static let headerLength = 12

    @inline(__always)
    static func header(
        to buffer: UnsafeMutableRawBufferPointer, payloadType: UInt8, marker: Bool, sequence: UInt16, timestamp: UInt32,
        ssrc: UInt32
    ) {
        buffer.storeBytes(of: 0xA0, toByteOffset: 0, as: UInt8.self)
        buffer.storeBytes(of: (marker ? 0x80 : 0) | payloadType, toByteOffset: 1, as: UInt8.self)
        buffer.storeBytes(of: sequence.bigEndian, toByteOffset: 2, as: UInt16.self)
        buffer.storeBytes(of: timestamp.bigEndian, toByteOffset: 4, as: UInt32.self)
        buffer.storeBytes(of: ssrc.bigEndian, toByteOffset: 8, as: UInt32.self)
    }
}
