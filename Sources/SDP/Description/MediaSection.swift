/// An `m=` line and what stands beneath it (RFC 8866 §5.14).
public struct MediaSection: AttributeSection, Sendable, Equatable {
    /// As in `audio`, `video`, `application`.
    public var media: String
    /// The port; 0 rejects the section, unless `a=bundle-only` stands beneath it (RFC 9143 §6).
    public var port: UInt16
    /// The number of ports, where one is written.
    public var portCount: UInt16?
    /// As in `UDP/TLS/RTP/SAVPF`.
    public var transport: String
    /// The formats: for RTP, payload types.
    public var formats: [String]
    /// `i=`, `c=`, `b=` and `k=` lines.
    public var lines: [DescriptionLine]
    /// The attributes in the order they stand.
    public var attributes: [AttributeLine]
    /// The line of `m=` in the text it was read from; ignored when comparing.
    public var line: Int? {
        get { location.line }
        set { location.line = newValue }
    }

    private var location: SourceLocation

    /// A media section.
    public init(
        media: String, port: UInt16, portCount: UInt16? = nil, transport: String, formats: [String],
        lines: [DescriptionLine] = [], attributes: [AttributeLine] = []
    ) {
        self.media = media
        self.port = port
        self.portCount = portCount
        self.transport = transport
        self.formats = formats
        self.lines = lines
        self.attributes = attributes
        location = SourceLocation()
    }

    /// Whether its formats are payload types.
    public var isRTP: Bool { Self.isRTP(transport) }

    static func isRTP(_ transport: String) -> Bool {
        Substring(transport).parts(at: .slash).contains { $0.lowercased() == "rtp" }
    }

    /// `a=mid`.
    public var mid: String? { first { if case .mid(let text) = $0 { text } else { nil } } }

    /// `a=rtpmap`.
    public var rtpmaps: [RTPMap] { all { if case .rtpmap(let map) = $0 { map } else { nil } } }

    /// The parameters of `a=fmtp` for a format.
    public func parameters(of format: String) -> String? {
        first { if case .fmtp(let line) = $0, line.format == format { line.parameters } else { nil } }
    }

    /// `a=rtcp-fb`.
    public var rtcpFeedback: [RTCPFeedback] { all { if case .rtcpFeedback(let item) = $0 { item } else { nil } } }

    /// `a=msid`.
    public var msids: [MediaStreamIdentifier] { all { if case .msid(let item) = $0 { item } else { nil } } }

    /// `a=ssrc`.
    public var sources: [SourceAttribute] { all { if case .source(let item) = $0 { item } else { nil } } }

    /// `a=ssrc-group`.
    public var sourceGroups: [SourceGroup] { all { if case .sourceGroup(let item) = $0 { item } else { nil } } }

    /// `a=rid`.
    public var rids: [RestrictionIdentifier] { all { if case .rid(let item) = $0 { item } else { nil } } }

    /// `a=simulcast`.
    public var simulcast: Simulcast? { first { if case .simulcast(let item) = $0 { item } else { nil } } }

    /// The `m=` line without its end.
    public var mediaLine: String {
        let ports = "\(port)" + (portCount.map { "/\($0)" } ?? "")
        return (["m=\(media)", ports, transport] + formats).joined(separator: " ")
    }
}

/// A line other than `m=` and `a=`, kept as written.
public struct DescriptionLine: Sendable, Hashable, CustomStringConvertible {
    /// The letter before `=`.
    public var type: String
    /// What follows `=`.
    public var value: String

    /// A line.
    public init(type: String, value: String) {
        self.type = type
        self.value = value
    }

    /// The line without its end.
    public var description: String { "\(type)=\(value)" }
}

/// Where something stood in a text. All of them are equal, so that descriptions compare by what they say.
struct SourceLocation: Sendable, Equatable {
    var line: Int?

    static func == (left: SourceLocation, right: SourceLocation) -> Bool { true }
}
