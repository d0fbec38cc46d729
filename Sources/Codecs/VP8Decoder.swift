import CVPX

/// Decompresses VP8 frames (RFC 6386) by libvpx.
public struct VP8Decoder: ~Copyable {
    private let codec: UnsafeMutablePointer<vpx_codec_ctx_t>

    /// A decoder that has seen nothing.
    ///
    /// - Throws: `CodecError` where libvpx cannot set it up.
    public init() throws(CodecError) {
        let codec = UnsafeMutablePointer<vpx_codec_ctx_t>.allocate(capacity: 1)
        codec.initialize(to: vpx_codec_ctx_t())
        let opened = cvp_vp8_decoder_init(codec)
        guard opened == VPX_CODEC_OK else {
            codec.deallocate()
            throw vpxError("vpx_codec_dec_init", opened)
        }
        self.codec = codec
    }

    deinit {
        vpx_codec_destroy(codec)
        codec.deallocate()
    }

    /// Decompresses a frame.
    ///
    /// - Returns: the picture; nil where the frame shows none (RFC 6386 §9.1).
    /// - Throws: `CodecError` where it is no frame, or one that an earlier one is missing for. A later key frame is decoded
    ///   all the same.
    public mutating func decode(_ frame: [UInt8]) throws(CodecError) -> Picture? {
        let codec = codec
        let status = frame.withUnsafeBufferPointer {
            vpx_codec_decode(codec, $0.baseAddress, UInt32(clamping: $0.count), nil, 0)
        }
        guard status == VPX_CODEC_OK else { throw vpxError("vpx_codec_decode", status) }
        var position: vpx_codec_iter_t?
        guard let image = vpx_codec_get_frame(codec, &position) else { return nil }
        guard image.pointee.fmt == VPX_IMG_FMT_I420 else {
            throw CodecError("vpx_codec_get_frame", "a picture that is not I420")
        }
        var picture = Picture(width: Int(image.pointee.d_w), height: Int(image.pointee.d_h))
        let (planes, strides) = (image.pointee.planes, image.pointee.stride)
        let (width, height) = (picture.chromaWidth, picture.chromaHeight)
        Self.copy(planes.0, strides.0, picture.width, picture.height, to: picture.luma.lowerBound, of: &picture)
        Self.copy(planes.1, strides.1, width, height, to: picture.blue.lowerBound, of: &picture)
        Self.copy(planes.2, strides.2, width, height, to: picture.red.lowerBound, of: &picture)
        return picture
    }

    private static func copy(
        _ plane: UnsafeMutablePointer<UInt8>?, _ stride: Int32, _ width: Int, _ height: Int, to start: Int,
        of picture: inout Picture
    ) {
        guard let plane else { return }
        picture.bytes.withUnsafeMutableBytes { target in
            guard let base = target.baseAddress, start + width * height <= target.count else { return }
            for line in 0..<height {
                (base + start + line * width).copyMemory(from: plane + line * Int(stride), byteCount: width)
            }
        }
    }
}
