import COpus

/// Decompresses Opus (RFC 6716) by libopus, to 48 kHz.
public struct OpusDecoder: ~Copyable {
    /// 1 or 2: what is decoded to, whatever was sent.
    public let channels: Int

    private let decoder: OpaquePointer

    /// RFC 6716 §2.1.4: 120 ms.
    private static let longestPacket = 5760

    /// A decoder that has heard nothing.
    ///
    /// - Throws: `CodecError` where libopus refuses.
    public init(channels: Int) throws(CodecError) {
        var status: Int32 = 0
        guard
            let decoder = opus_decoder_create(Int32(OpusEncoder.sampleRate), Int32(clamping: channels), &status),
            status == OPUS_OK
        else { throw opusError("opus_decoder_create", status) }
        self.decoder = decoder
        self.channels = channels
    }

    deinit { opus_decoder_destroy(decoder) }

    /// Decompresses a packet.
    ///
    /// - Returns: its samples; two channels alternate.
    /// - Throws: `CodecError` where it is no packet.
    public mutating func decode(_ packet: [UInt8]) throws(CodecError) -> [Int16] {
        var samples = [Int16](repeating: 0, count: Self.longestPacket * channels)
        let count = opus_decode(
            decoder, packet, Int32(clamping: packet.count), &samples, Int32(Self.longestPacket), 0)
        guard count >= 0, !packet.isEmpty else {
            throw opusError("opus_decode", count < 0 ? count : OPUS_INVALID_PACKET)
        }
        samples.removeSubrange((Int(count) * channels)...)
        return samples
    }

    /// Makes up what a lost packet may have held.
    ///
    /// - Parameters:
    ///   - count: samples of each channel that are missing; a multiple of 120 (2.5 ms), at most 5760.
    ///   - next: the packet after it, where it has come: it may carry a copy of the lost one (in-band FEC).
    /// - Throws: `CodecError` where `count` is another, or `next` is no packet.
    public mutating func conceal(_ count: Int, next: [UInt8]? = nil) throws(CodecError) -> [Int16] {
        guard (1...Self.longestPacket).contains(count) else { throw opusError("opus_decode", OPUS_BAD_ARG) }
        var samples = [Int16](repeating: 0, count: count * channels)
        let made =
            if let next {
                opus_decode(decoder, next, Int32(clamping: next.count), &samples, Int32(count), 1)
            } else {
                opus_decode(decoder, nil, 0, &samples, Int32(count), 0)
            }
        guard made >= 0 else { throw opusError("opus_decode", made) }
        samples.removeSubrange((Int(made) * channels)...)
        return samples
    }
}
