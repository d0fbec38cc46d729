import CVPX

/// A compressed picture.
public struct EncodedPicture: Sendable, Equatable {
    /// The VP8 frame (RFC 6386).
    public let bytes: [UInt8]
    /// Whether it can be decoded without an earlier one.
    public let isKeyFrame: Bool
}

/// Compresses pictures as VP8 by libvpx, in real time: no look-ahead, constant bit rate, no frame left out.
public struct VP8Encoder: ~Copyable {
    /// What an encoder is to do.
    public struct Settings: Sendable, Equatable {
        /// Pixels of a line.
        public var width: Int
        /// Lines.
        public var height: Int
        /// Bits per second.
        public var bitrate: Int
        /// Pictures between two key frames at most; nil: only the first, and where one is asked for.
        public var keyFrameInterval: Int?
        /// libvpx's trade of quality against time, 0 (slow) to 16 (fast).
        public var speed: Int

        /// Settings of an encoder.
        public init(width: Int, height: Int, bitrate: Int, keyFrameInterval: Int? = nil, speed: Int = 8) {
            self.width = width
            self.height = height
            self.bitrate = bitrate
            self.keyFrameInterval = keyFrameInterval
            self.speed = speed
        }
    }

    /// Units of a second that times are given in: the clock of video over RTP (RFC 7741 §4.1).
    public static let clockRate = 90_000

    /// What it does.
    public let settings: Settings

    private let codec: UnsafeMutablePointer<vpx_codec_ctx_t>
    private var nextTime: Int64

    /// An encoder that has seen nothing.
    ///
    /// - Throws: `CodecError` where libvpx refuses the settings.
    public init(_ settings: Settings) throws(CodecError) {
        codec = try Self.open(settings)
        nextTime = 0
        self.settings = settings
    }

    private static func open(_ settings: Settings) throws(CodecError) -> UnsafeMutablePointer<vpx_codec_ctx_t> {
        var configuration = vpx_codec_enc_cfg_t()
        let status = vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &configuration, 0)
        guard status == VPX_CODEC_OK else { throw vpxError("vpx_codec_enc_config_default", status) }
        configuration.g_w = UInt32(clamping: settings.width)
        configuration.g_h = UInt32(clamping: settings.height)
        configuration.g_timebase = vpx_rational(num: 1, den: Int32(clockRate))
        configuration.g_threads = 1
        configuration.g_pass = VPX_RC_ONE_PASS
        configuration.g_lag_in_frames = 0
        configuration.rc_end_usage = VPX_CBR
        configuration.rc_target_bitrate = UInt32(clamping: settings.bitrate / 1000)
        configuration.rc_dropframe_thresh = 0
        configuration.rc_min_quantizer = 2
        configuration.rc_max_quantizer = 56
        configuration.rc_undershoot_pct = 100
        configuration.rc_overshoot_pct = 15
        configuration.rc_buf_initial_sz = 500
        configuration.rc_buf_optimal_sz = 600
        configuration.rc_buf_sz = 1000
        configuration.kf_mode = VPX_KF_AUTO
        configuration.kf_min_dist = 0
        configuration.kf_max_dist = settings.keyFrameInterval.map { UInt32(clamping: $0) } ?? UInt32(Int32.max)
        let codec = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        codec.initialize(to: vpx_codec_ctx_t())
        let opened = cvp_vp8_encoder_init(codec, &configuration)
        guard opened == VPX_CODEC_OK else {
            codec.deallocate()
            throw vpxError("vpx_codec_enc_init", opened)
        }
        // Negative: as fast as this number says, however long a picture took (vp8cx.h).
        cvp_set_cpu_used(codec, -Int32(clamping: min(max(settings.speed, 0), 16)))
        cvp_set_largest_key_frame(codec, largestKeyFrame)
        return codec
    }

    /// A key frame may have at most this much of the bits of one average picture, in percent.
    private static let largestKeyFrame: UInt32 = 900

    deinit {
        vpx_codec_destroy(codec)
        codec.deallocate()
    }

    /// Compresses a picture.
    ///
    /// - Parameters:
    ///   - picture: of the size that the settings say.
    ///   - duration: how long it is shown, in units of `clockRate`; at least 1.
    ///   - asKeyFrame: makes a key frame of it.
    /// - Throws: `CodecError` where the size is another, or libvpx fails.
    public mutating func encode(
        _ picture: Picture, duration: Int, asKeyFrame: Bool = false
    ) throws(CodecError) -> EncodedPicture {
        guard picture.width == settings.width, picture.height == settings.height else {
            throw CodecError("VP8Encoder.encode", "a picture of \(picture.width)x\(picture.height)")
        }
        let (width, height) = (UInt32(picture.width), UInt32(picture.height))
        let flags = asKeyFrame ? vpx_enc_frame_flags_t(VPX_EFLAG_FORCE_KF) : 0
        let time = nextTime
        nextTime += Int64(max(duration, 1))
        let codec = codec
        let status = picture.bytes.withUnsafeBufferPointer { bytes in
            var image = vpx_image_t()
            // libvpx reads the picture and leaves it as it is.
            guard
                vpx_img_wrap(
                    &image, VPX_IMG_FMT_I420, width, height, 1, UnsafeMutablePointer(mutating: bytes.baseAddress))
                    != nil
            else { return VPX_CODEC_INVALID_PARAM }
            return vpx_codec_encode(codec, &image, time, UInt(max(duration, 1)), flags, UInt(VPX_DL_REALTIME))
        }
        guard status == VPX_CODEC_OK else { throw vpxError("vpx_codec_encode", status) }
        var position: vpx_codec_iter_t?
        var length = 0
        var isKey: Int32 = 0
        while let packet = vpx_codec_get_cx_data(codec, &position) {
            guard let frame = cvp_frame(packet, &length, &isKey) else { continue }
            return EncodedPicture(
                bytes: Array(UnsafeRawBufferPointer(start: frame, count: length)), isKeyFrame: isKey != 0)
        }
        throw CodecError("vpx_codec_get_cx_data", "no frame")
    }
}

/// libvpx's words for a status.
func vpxError(_ call: String, _ status: vpx_codec_err_t) -> CodecError {
    CodecError(call, vpx_codec_err_to_string(status).map { String(cString: $0) } ?? "status \(status.rawValue)")
}
