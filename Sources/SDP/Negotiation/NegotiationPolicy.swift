/// What an answer accepts.
public struct NegotiationPolicy: Sendable, Equatable {
    /// Names of the audio codecs accepted, best first.
    public var audioCodecs: [String]
    /// Names of the video codecs accepted, best first.
    public var videoCodecs: [String]
    /// Codecs that go before the others, best first: those that the other side of the call has.
    public var preferred: [CodecKey]
    /// Header extensions accepted where offered.
    public var headerExtensions: Set<String>
    /// Feedback accepted where offered, as `a=rtcp-fb` words it.
    public var feedback: Set<String>
    /// Whether retransmissions as streams of their own are accepted where offered (RFC 4588).
    public var retransmission: Bool
    /// Whether several sizes of a picture are accepted where offered (RFC 8853).
    public var simulcast: Bool

    /// A policy; the defaults are the product's.
    public init(
        audioCodecs: [String] = ["opus", "red"], videoCodecs: [String] = ["VP8", "VP9", "H264", "AV1"],
        preferred: [CodecKey] = [],
        headerExtensions: Set<String> = NegotiationPolicy.endToEndExtensions.union(NegotiationPolicy.legExtensions),
        feedback: Set<String> = ["nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"],
        retransmission: Bool = true, simulcast: Bool = true
    ) {
        self.audioCodecs = audioCodecs
        self.videoCodecs = videoCodecs
        self.preferred = preferred
        self.headerExtensions = headerExtensions
        self.feedback = feedback
        self.retransmission = retransmission
        self.simulcast = simulcast
    }

    /// The numbers of packets on one path (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2.1).
    public static let transportSequence = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"
    /// When a packet was sent: what a receiver that gives no transport-wide feedback estimates the path from
    /// (draft-alvestrand-rmcat-remb §3).
    public static let sendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"
    /// The name of a stream (RFC 8852 §4.1).
    public static let streamName = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"
    /// The name of the stream that a retransmission repeats (RFC 8852 §4.2).
    public static let repairedStreamName = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"
    /// The m-line a packet belongs to (RFC 9143 §15).
    public static let mid = "urn:ietf:params:rtp-hdrext:sdes:mid"

    /// Extensions that mean something on one leg alone: the relay reads them, and writes its own.
    public static let legExtensions: Set<String> = [
        mid, transportSequence, sendTime, streamName, repairedStreamName,
    ]

    /// Extensions that mean the same to the receiver as to the sender with a relay between them.
    public static let endToEndExtensions: Set<String> = [
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "urn:3gpp:video-orientation",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
        "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
        "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
    ]
}

/// A call's fixed places, one m-line each.
public enum MediaSlot: String, Sendable, Hashable, Codable, CaseIterable {
    /// The first audio m-line.
    case mic
    /// The first video m-line.
    case camera
    /// The second video m-line.
    case screen
}

/// What an m-line carries, as far as it matters here.
public enum MediaKind: String, Sendable, Hashable {
    /// `m=audio`.
    case audio
    /// `m=video`.
    case video
    /// Anything else, data channels too.
    case other
}
