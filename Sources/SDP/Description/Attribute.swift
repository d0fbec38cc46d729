/// An `a=` line: the ones a WebRTC description is made of as values, every other as written.
public enum Attribute: Sendable, Hashable, CustomStringConvertible {
    /// `a=mid` (RFC 5888 §4).
    case mid(String)
    /// `a=group` (RFC 5888 §5).
    case group(MediaGroup)
    /// `a=sendrecv` and the like (RFC 8866 §6.7).
    case direction(MediaDirection)
    /// `a=candidate` (RFC 8839 §5.1).
    case candidate(ICECandidate)
    /// `a=end-of-candidates` (RFC 8840 §8).
    case endOfCandidates
    /// `a=ice-ufrag` (RFC 8839 §5.4).
    case iceUsernameFragment(String)
    /// `a=ice-pwd` (RFC 8839 §5.4).
    case icePassword(String)
    /// `a=ice-options` (RFC 8839 §5.6).
    case iceOptions([String])
    /// `a=ice-lite` (RFC 8839 §5.3).
    case iceLite
    /// `a=fingerprint` (RFC 8122 §5).
    case fingerprint(Fingerprint)
    /// `a=setup` (RFC 4145 §4).
    case setup(SetupRole)
    /// `a=rtpmap` (RFC 8866 §6.6).
    case rtpmap(RTPMap)
    /// `a=fmtp` (RFC 8866 §6.15).
    case fmtp(FormatParameters)
    /// `a=rtcp-fb` (RFC 4585 §4.2).
    case rtcpFeedback(RTCPFeedback)
    /// `a=extmap` (RFC 8285 §5).
    case headerExtension(HeaderExtension)
    /// `a=extmap-allow-mixed` (RFC 8285 §6).
    case mixedHeaderExtensions
    /// `a=msid` (RFC 8830 §2).
    case msid(MediaStreamIdentifier)
    /// `a=ssrc` (RFC 5576 §4.1).
    case source(SourceAttribute)
    /// `a=ssrc-group` (RFC 5576 §4.2).
    case sourceGroup(SourceGroup)
    /// `a=rid` (RFC 8851 §4).
    case rid(RestrictionIdentifier)
    /// `a=simulcast` (RFC 8853 §5.1).
    case simulcast(Simulcast)
    /// `a=rtcp-mux` (RFC 5761 §5.1.1).
    case rtcpMux
    /// `a=rtcp-rsize` (RFC 5506 §5).
    case rtcpReducedSize
    /// `a=bundle-only` (RFC 9143 §6).
    case bundleOnly
    /// Any other attribute.
    case other(name: String, value: String?)

    /// The attribute's name.
    public var name: String {
        switch self {
        case .mid: "mid"
        case .group: "group"
        case .direction(let direction): direction.rawValue
        case .candidate: "candidate"
        case .endOfCandidates: "end-of-candidates"
        case .iceUsernameFragment: "ice-ufrag"
        case .icePassword: "ice-pwd"
        case .iceOptions: "ice-options"
        case .iceLite: "ice-lite"
        case .fingerprint: "fingerprint"
        case .setup: "setup"
        case .rtpmap: "rtpmap"
        case .fmtp: "fmtp"
        case .rtcpFeedback: "rtcp-fb"
        case .headerExtension: "extmap"
        case .mixedHeaderExtensions: "extmap-allow-mixed"
        case .msid: "msid"
        case .source: "ssrc"
        case .sourceGroup: "ssrc-group"
        case .rid: "rid"
        case .simulcast: "simulcast"
        case .rtcpMux: "rtcp-mux"
        case .rtcpReducedSize: "rtcp-rsize"
        case .bundleOnly: "bundle-only"
        case .other(let name, _): name
        }
    }

    /// The attribute's value; nil for a flag.
    public var value: String? {
        switch self {
        case .mid(let text), .iceUsernameFragment(let text), .icePassword(let text): text
        case .group(let group): group.description
        case .candidate(let candidate): String(candidate.description.dropFirst("candidate:".count))
        case .iceOptions(let options): options.joined(separator: " ")
        case .fingerprint(let fingerprint): fingerprint.description
        case .setup(let role): role.rawValue
        case .rtpmap(let map): map.description
        case .fmtp(let parameters): parameters.description
        case .rtcpFeedback(let feedback): feedback.description
        case .headerExtension(let item): item.description
        case .msid(let identifier): identifier.description
        case .source(let source): source.description
        case .sourceGroup(let group): group.description
        case .rid(let rid): rid.description
        case .simulcast(let simulcast): simulcast.description
        case .other(_, let value): value
        case .direction, .endOfCandidates, .iceLite, .mixedHeaderExtensions, .rtcpMux, .rtcpReducedSize, .bundleOnly:
            nil
        }
    }

    /// The line without its end, as in `a=mid:0`.
    public var description: String { "a=\(name)" + (value.map { ":\($0)" } ?? "") }
}

/// An attribute and where it stands. Two of them are equal where the attributes are.
public struct AttributeLine: Sendable, Hashable {
    /// The attribute.
    public var attribute: Attribute
    /// The line in the text it was read from, counted from 1; nil where it was not read.
    public var line: Int?

    /// An attribute, on a line of a text that was read or on none.
    public init(_ attribute: Attribute, line: Int? = nil) {
        self.attribute = attribute
        self.line = line
    }

    /// Compares the attributes alone.
    public static func == (left: AttributeLine, right: AttributeLine) -> Bool { left.attribute == right.attribute }

    /// Hashes the attribute alone.
    public func hash(into hasher: inout Hasher) { hasher.combine(attribute) }
}
