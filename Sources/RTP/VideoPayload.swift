/// The video codecs whose payloads the relay looks into.
public enum VideoCodecKind: Sendable, Equatable, CaseIterable {
    /// RFC 7741.
    case vp8
    /// RFC 9628.
    case vp9
    /// RFC 6184, packetization modes 0 and 1.
    case h264
    /// AV1's RTP payload specification.
    case av1
}

/// What an RTP payload's descriptor tells without decoding.
public enum VideoPayload {
    /// Whether a packet with this payload begins a frame that can be decoded without any earlier one.
    ///
    /// For H.264 the parameter sets and the IDR slices each say so: a decoder starts at the first of them.
    public static func startsKeyFrame(codec: VideoCodecKind, payload: RawSpan) -> Bool {
        guard payload.byteCount > 0 else { return false }
        switch codec {
        case .vp8: return vp8(payload)
        case .vp9: return vp9(payload)
        case .h264: return h264(payload)
        case .av1: return av1(payload)
        }
    }

    /// RFC 7741 §4.2: start of partition (S) 0, then §4.3: the inverse key frame bit (P) of the payload header.
    private static func vp8(_ payload: RawSpan) -> Bool {
        let first = payload.byte(at: 0)
        guard first & 0x10 != 0, first & 0x07 == 0 else { return false }
        var offset = 1
        if first & 0x80 != 0 {
            guard payload.byteCount > 1 else { return false }
            let fields = payload.byte(at: 1)
            offset = 2
            if fields & 0x80 != 0 {
                guard payload.byteCount > offset else { return false }
                offset &+= payload.byte(at: offset) & 0x80 != 0 ? 2 : 1
            }
            if fields & 0x40 != 0 { offset &+= 1 }
            if fields & 0x30 != 0 { offset &+= 1 }
        }
        return offset < payload.byteCount && payload.byte(at: offset) & 0x01 == 0
    }

    /// RFC 9628 §4.2: not inter-picture predicted (P), the beginning of a frame (B), the lowest spatial layer.
    private static func vp9(_ payload: RawSpan) -> Bool {
        let first = payload.byte(at: 0)
        guard first & 0x40 == 0, first & 0x08 != 0 else { return false }
        guard first & 0x20 != 0 else { return true }
        var offset = 1
        if first & 0x80 != 0 {
            guard payload.byteCount > offset else { return false }
            offset &+= payload.byte(at: offset) & 0x80 != 0 ? 2 : 1
        }
        guard payload.byteCount > offset else { return false }
        return payload.byte(at: offset) >> 1 & 0x07 == 0
    }

    /// RFC 6184 §5.2: a single NAL unit, an aggregate (§5.7.1) or the first fragment (§5.8) of an IDR or SPS.
    private static func h264(_ payload: RawSpan) -> Bool {
        let count = payload.byteCount
        switch payload.byte(at: 0) & 0x1F {
        case 5, 7: return true
        case 24:
            var offset = 1
            while offset &+ 2 < count {
                let length = Int(payload.uint16(at: offset))
                guard length > 0, length <= count &- offset &- 2 else { return false }
                if isKey(payload.byte(at: offset &+ 2) & 0x1F) { return true }
                offset &+= 2 &+ length
            }
            return false
        case 28:
            guard count > 1 else { return false }
            let fragment = payload.byte(at: 1)
            return fragment & 0x80 != 0 && isKey(fragment & 0x1F)
        default: return false
        }
    }

    /// Slices of an IDR picture, and sequence parameter sets (H.264 table 7-1).
    private static func isKey(_ nalUnitType: UInt8) -> Bool { nalUnitType == 5 || nalUnitType == 7 }

    /// AV1 RTP §4.4: the aggregation header's N says that a coded video sequence starts; it excludes Z, a
    /// continued fragment.
    private static func av1(_ payload: RawSpan) -> Bool { payload.byte(at: 0) & 0x88 == 0x08 }
}
