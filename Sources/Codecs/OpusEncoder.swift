import COpus

/// Compresses speech as Opus (RFC 6716) by libopus, at 48 kHz, as RTP carries it (RFC 7587).
public struct OpusEncoder: ~Copyable {
    /// Samples of each channel in a second.
    public static let sampleRate = 48_000

    /// 1 or 2.
    public let channels: Int

    private let encoder: OpaquePointer

    /// An encoder that has heard nothing.
    ///
    /// - Parameters:
    ///   - channels: 1 or 2.
    ///   - bitrate: bits per second, 500 to 512 000.
    ///   - expectedLoss: percent of the packets; above 0 each packet carries a poorer copy of the one before (in-band FEC).
    /// - Throws: `CodecError` where libopus refuses.
    public init(channels: Int, bitrate: Int, expectedLoss: Int = 0) throws(CodecError) {
        var status: Int32 = 0
        guard
            let encoder = opus_encoder_create(
                Int32(Self.sampleRate), Int32(clamping: channels), OPUS_APPLICATION_VOIP, &status),
            status == OPUS_OK
        else { throw opusError("opus_encoder_create", status) }
        for (call, status) in [
            ("OPUS_SET_BITRATE", cop_set_bitrate(encoder, Int32(clamping: bitrate))),
            ("OPUS_SET_INBAND_FEC", cop_set_inband_fec(encoder, expectedLoss > 0 ? 1 : 0)),
            ("OPUS_SET_PACKET_LOSS_PERC", cop_set_expected_loss(encoder, Int32(clamping: expectedLoss))),
        ] where status != OPUS_OK {
            opus_encoder_destroy(encoder)
            throw opusError(call, status)
        }
        self.encoder = encoder
        self.channels = channels
    }

    deinit { opus_encoder_destroy(encoder) }

    /// Compresses one packet's worth of sound.
    ///
    /// - Parameter samples: 2.5, 5, 10, 20, 40 or 60 ms; two channels alternate.
    /// - Throws: `CodecError` where it is another length.
    public mutating func encode(_ samples: [Int16]) throws(CodecError) -> [UInt8] {
        var packet = [UInt8](repeating: 0, count: Self.packetLimit)
        let length = opus_encode(
            encoder, samples, Int32(clamping: samples.count / channels), &packet, Int32(packet.count))
        guard length > 0 else { throw opusError("opus_encode", length) }
        packet.removeSubrange(Int(length)...)
        return packet
    }

    /// RFC 6716 §3.4: three frames of at most 1275 bytes and their lengths.
    private static let packetLimit = 4000
}

/// libopus' words for a status.
func opusError(_ call: String, _ status: Int32) -> CodecError {
    CodecError(call, opus_strerror(status).map { String(cString: $0) } ?? "status \(status)")
}
