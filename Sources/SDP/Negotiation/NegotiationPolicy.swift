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

    /// A policy; the defaults are the product's.
    public init(
        audioCodecs: [String] = ["opus"], videoCodecs: [String] = ["VP8", "VP9", "H264", "AV1"],
        preferred: [CodecKey] = [], headerExtensions: Set<String> = NegotiationPolicy.endToEndExtensions,
        feedback: Set<String> = ["nack", "nack pli", "ccm fir"]
    ) {
        self.audioCodecs = audioCodecs
        self.videoCodecs = videoCodecs
        self.preferred = preferred
        self.headerExtensions = headerExtensions
        self.feedback = feedback
    }

    /// Extensions that mean the same to the receiver as to the sender with a relay between them.
    ///
    /// Not among them: those that describe one leg (transport-wide sequence numbers, send times) and those that name
    /// streams which are not negotiated (`rtp-stream-id`, `repaired-rtp-stream-id`).
    public static let endToEndExtensions: Set<String> = [
        "urn:ietf:params:rtp-hdrext:sdes:mid",
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
