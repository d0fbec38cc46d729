/// What a datagram on a multiplexed media socket carries.
public enum PacketKind: Sendable, Equatable {
    /// A STUN message.
    case stun
    /// A DTLS record.
    case dtls
    /// An RTP (or SRTP) packet.
    case rtp
    /// An RTCP (or SRTCP) packet.
    case rtcp
    /// A TURN ChannelData message.
    case turnChannel
    /// Anything else, and anything too short to tell.
    case unknown

    /// Tells a datagram's protocol by its first byte (RFC 7983 §7) and RTP from RTCP by its second (RFC 5761 §4:
    /// RTCP packet types 192 to 223 are RTP payload types 64 to 95 with the marker, which nobody assigns).
    ///
    /// Only the kind is told here; the packet may still be malformed.
    public init(classifying datagram: RawSpan) {
        guard datagram.byteCount >= 2 else {
            self = .unknown
            return
        }
        switch datagram.byte(at: 0) {
        case 0...3: self = .stun
        case 20...63: self = .dtls
        case 64...79: self = .turnChannel
        case 128...191:
            switch datagram.byte(at: 1) {
            case 192...223: self = .rtcp
            default: self = .rtp
            }
        default: self = .unknown
        }
    }
}
