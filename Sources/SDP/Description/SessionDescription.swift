/// A session description (RFC 8866), as offer/answer for WebRTC writes it (RFC 8829).
///
/// Reading and printing keep every attribute and its order; what is printed reads back as an equal value.
///
/// ```swift
/// let offer = try SessionDescription(parsing: text)
/// let session = try negotiate(offer, policy: NegotiationPolicy())
/// let answer = session.answer(local: parameters).description
/// ```
public struct SessionDescription: AttributeSection, Sendable, Equatable, CustomStringConvertible {
    /// `o=`: who made the description, and its version (RFC 8866 §5.2).
    public struct Origin: Sendable, Hashable, CustomStringConvertible {
        /// `-` is nobody in particular.
        public var username: String
        /// The same for all descriptions of a session.
        public var sessionID: UInt64
        /// Grows with each description.
        public var sessionVersion: UInt64
        /// As in `IN IP4 127.0.0.1`. Of no use with ICE.
        public var address: String

        /// An origin.
        public init(
            username: String = "-", sessionID: UInt64, sessionVersion: UInt64, address: String = "IN IP4 0.0.0.0"
        ) {
            self.username = username
            self.sessionID = sessionID
            self.sessionVersion = sessionVersion
            self.address = address
        }

        /// What follows `o=`.
        public var description: String { "\(username) \(sessionID) \(sessionVersion) \(address)" }
    }

    /// `o=`.
    public var origin: Origin
    /// `s=`; `-` is none.
    public var name: String
    /// The session's other lines (`i=`, `c=`, `b=`, `t=`…), in order.
    public var lines: [DescriptionLine]
    /// The session's attributes, in order.
    public var attributes: [AttributeLine]
    /// The media sections, in order.
    public var media: [MediaSection]

    /// A description.
    public init(
        origin: Origin, name: String = "-", lines: [DescriptionLine] = [DescriptionLine(type: "t", value: "0 0")],
        attributes: [AttributeLine] = [], media: [MediaSection] = []
    ) {
        self.origin = origin
        self.name = name
        self.lines = lines
        self.attributes = attributes
        self.media = media
    }

    /// Reads a description within `SDPLimits`. Lines may end in CRLF or LF.
    ///
    /// - Throws: an error that names the line.
    public init(parsing text: String) throws(SDPError) {
        self = try DescriptionParser.parse(text)
    }

    /// `a=group`.
    public var groups: [MediaGroup] { all { if case .group(let group) = $0 { group } else { nil } } }

    /// The text, each line ending in CRLF.
    public var description: String {
        var text = "v=0\r\no=\(origin)\r\ns=\(name)\r\n"
        for line in lines { text += "\(line)\r\n" }
        for line in attributes { text += "\(line.attribute)\r\n" }
        for section in media {
            text += section.mediaLine + "\r\n"
            for line in section.lines { text += "\(line)\r\n" }
            for line in section.attributes { text += "\(line.attribute)\r\n" }
        }
        return text
    }
}
