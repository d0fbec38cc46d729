/// The stream and track an m-line's media belongs to, `a=msid` (RFC 8830 §2).
public struct MediaStreamIdentifier: Sendable, Hashable, CustomStringConvertible {
    /// The stream; `-` is none.
    public var stream: String
    /// The track, where one is named.
    public var track: String?

    /// A stream and track.
    public init(stream: String, track: String?) {
        self.stream = stream
        self.track = track
    }

    init(parsing text: Substring) throws(SDPError) {
        let words = text.words
        guard (1...2).contains(words.count) else {
            throw SDPError(.syntax, "\(text.quoted) is not a stream and a track")
        }
        self.init(stream: String(words[0]), track: words.count == 2 ? String(words[1]) : nil)
    }

    /// The attribute's value.
    public var description: String { stream + (track.map { " \($0)" } ?? "") }
}

/// What is said of one RTP source, `a=ssrc` (RFC 5576 §4.1).
public struct SourceAttribute: Sendable, Hashable, CustomStringConvertible {
    /// The source.
    public var ssrc: UInt32
    /// As in `cname`.
    public var name: String
    /// The attribute's value, where it has one.
    public var value: String?

    /// An attribute of a source.
    public init(ssrc: UInt32, name: String, value: String?) {
        self.ssrc = ssrc
        self.name = name
        self.value = value
    }

    init(parsing text: Substring) throws(SDPError) {
        let (head, tail) = text.cut(at: .space)
        guard let ssrc = head.decimal(UInt32.self) else {
            throw SDPError(.syntax, "\(head.quoted) is not an SSRC of 32 bits")
        }
        let (name, value) = (tail ?? "").trimmed.cut(at: .colon)
        guard name.isToken else { throw SDPError(.syntax, "\(text.quoted) names no attribute of the source") }
        self.init(ssrc: ssrc, name: String(name), value: value.map(String.init))
    }

    /// The attribute's value.
    public var description: String { "\(ssrc) \(name)" + (value.map { ":\($0)" } ?? "") }
}

/// Sources that belong together, `a=ssrc-group` (RFC 5576 §4.2).
public struct SourceGroup: Sendable, Hashable, CustomStringConvertible {
    /// Why they belong together: `FID` is a source and its retransmission.
    public var semantics: String
    /// The sources, in order.
    public var ssrcs: [UInt32]

    /// A group of sources.
    public init(semantics: String, ssrcs: [UInt32]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }

    init(parsing text: Substring) throws(SDPError) {
        let words = text.words
        guard let first = words.first, first.isToken else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form 'FID 1 2'")
        }
        semantics = String(first)
        ssrcs = []
        for word in words.dropFirst() {
            guard let ssrc = word.decimal(UInt32.self) else {
                throw SDPError(.syntax, "\(word.quoted) is not an SSRC of 32 bits")
            }
            ssrcs.append(ssrc)
        }
    }

    /// The attribute's value.
    public var description: String { ([semantics] + ssrcs.map { String($0) }).joined(separator: " ") }
}

/// m-lines that belong together, `a=group` (RFC 5888 §5).
public struct MediaGroup: Sendable, Hashable, CustomStringConvertible {
    /// Why they belong together: `BUNDLE` is one transport for all (RFC 9143).
    public var semantics: String
    /// The m-lines' `a=mid` values, in order.
    public var mids: [String]

    /// A group of m-lines.
    public init(semantics: String, mids: [String]) {
        self.semantics = semantics
        self.mids = mids
    }

    init(parsing text: Substring) throws(SDPError) {
        let words = text.words
        guard let first = words.first, words.allSatisfy(\.isToken) else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form 'BUNDLE 0 1'")
        }
        self.init(semantics: String(first), mids: words.dropFirst().map(String.init))
    }

    /// The attribute's value.
    public var description: String { ([semantics] + mids).joined(separator: " ") }
}
