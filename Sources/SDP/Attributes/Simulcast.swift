/// Which way a simulcast stream goes, seen from the describer (RFC 8851 §4, RFC 8853 §5.1).
public enum StreamDirection: String, Sendable, Hashable {
    /// From the describer.
    case send
    /// To the describer.
    case receive = "recv"
}

/// A named RTP stream and its bounds, `a=rid` (RFC 8851 §4).
public struct RestrictionIdentifier: Sendable, Hashable, CustomStringConvertible {
    /// The name that packets carry in a header extension (RFC 8852).
    public var id: String
    /// Which way it goes.
    public var direction: StreamDirection
    /// Payload types it is confined to, and bounds such as `max-width=1280`, as written; nil where there are none.
    public var restrictions: String?

    /// A named stream.
    public init(id: String, direction: StreamDirection, restrictions: String? = nil) {
        self.id = id
        self.direction = direction
        self.restrictions = restrictions
    }

    init(parsing text: Substring) throws(SDPError) {
        let (id, tail) = text.cut(at: .space)
        let (way, restrictions) = (tail ?? "").trimmed.cut(at: .space)
        guard Self.isIdentifier(id), let direction = StreamDirection(rawValue: String(way)) else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form 'h send'")
        }
        self.init(id: String(id), direction: direction, restrictions: restrictions.map { String($0.trimmed) })
    }

    /// The attribute's value.
    public var description: String { "\(id) \(direction.rawValue)" + (restrictions.map { " \($0)" } ?? "") }

    /// RFC 8851 §10. The hyphen and underscore, which the header extension of RFC 8852 cannot carry, are still read.
    static func isIdentifier(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy {
                $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }
}

/// The same picture in several sizes at once, `a=simulcast` (RFC 8853 §5.1).
public struct Simulcast: Sendable, Hashable, CustomStringConvertible {
    /// One way of sending a stream.
    public struct Alternative: Sendable, Hashable {
        /// The `a=rid` it names.
        public var rid: String
        /// Whether it starts paused (`~`).
        public var paused: Bool

        /// A way of sending a stream.
        public init(rid: String, paused: Bool = false) {
            self.rid = rid
            self.paused = paused
        }
    }

    /// The streams the describer sends; each is a list of alternatives, best first.
    public var send: [[Alternative]]
    /// The streams the describer would receive.
    public var receive: [[Alternative]]

    /// Streams each way.
    public init(send: [[Alternative]] = [], receive: [[Alternative]] = []) {
        self.send = send
        self.receive = receive
    }

    init(parsing text: Substring) throws(SDPError) {
        self.init()
        let words = text.words
        guard words.count == 2 || words.count == 4 else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form 'send q;h;f'")
        }
        try add(direction: words[0], list: words[1])
        if words.count == 4 {
            guard words[0] != words[2] else {
                throw SDPError(.syntax, "\(text.quoted) describes one direction twice")
            }
            try add(direction: words[2], list: words[3])
        }
    }

    private mutating func add(direction: Substring, list: Substring) throws(SDPError) {
        guard let direction = StreamDirection(rawValue: String(direction)) else {
            throw SDPError(.syntax, "\(direction.quoted) is neither 'send' nor 'recv'")
        }
        var streams: [[Alternative]] = []
        for stream in list.parts(at: .semicolon) {
            var alternatives: [Alternative] = []
            for part in stream.parts(at: .comma) {
                let paused = part.utf8.first == UInt8(ascii: "~")
                let rid = paused ? part.dropFirst() : part
                guard RestrictionIdentifier.isIdentifier(rid) else {
                    throw SDPError(.syntax, "\(part.quoted) is not a rid")
                }
                alternatives.append(Alternative(rid: String(rid), paused: paused))
            }
            streams.append(alternatives)
        }
        switch direction {
        case .send: send = streams
        case .receive: receive = streams
        }
    }

    /// The attribute's value.
    public var description: String {
        func list(_ streams: [[Alternative]]) -> String {
            streams.map { $0.map { ($0.paused ? "~" : "") + $0.rid }.joined(separator: ",") }.joined(separator: ";")
        }
        var words: [String] = []
        if !send.isEmpty { words += [StreamDirection.send.rawValue, list(send)] }
        if !receive.isEmpty { words += [StreamDirection.receive.rawValue, list(receive)] }
        return words.joined(separator: " ")
    }
}
