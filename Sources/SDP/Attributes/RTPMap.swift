/// What a payload type carries, `a=rtpmap` (RFC 8866 §6.6).
public struct RTPMap: Sendable, Hashable, CustomStringConvertible {
    /// 0 to 127.
    public var payloadType: UInt8
    /// The encoding's name as written, as in `VP8`; compared without regard to case.
    public var encoding: String
    /// RTP timestamp units per second.
    public var clockRate: UInt32
    /// Audio channels; nil where none are written.
    public var channels: UInt8?

    /// A mapping.
    public init(payloadType: UInt8, encoding: String, clockRate: UInt32, channels: UInt8? = nil) {
        self.payloadType = payloadType
        self.encoding = encoding
        self.clockRate = clockRate
        self.channels = channels
    }

    init(parsing text: Substring) throws(SDPError) {
        let (head, tail) = text.cut(at: .space)
        let payloadType = try parsePayloadType(head)
        let parts = (tail ?? "").trimmed.parts(at: .slash)
        guard (2...3).contains(parts.count), parts[0].isToken, let rate = parts[1].decimal(UInt32.self), rate > 0
        else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form '96 VP8/90000'")
        }
        var channels: UInt8?
        if parts.count == 3 {
            guard let count = parts[2].decimal(UInt8.self), count > 0 else {
                throw SDPError(.syntax, "\(parts[2].quoted) is not a number of channels")
            }
            channels = count
        }
        self.init(payloadType: payloadType, encoding: String(parts[0]), clockRate: rate, channels: channels)
    }

    /// The attribute's value.
    public var description: String {
        "\(payloadType) \(encoding)/\(clockRate)" + (channels.map { "/\($0)" } ?? "")
    }
}

/// Parameters of a format, `a=fmtp` (RFC 8866 §6.15).
public struct FormatParameters: Sendable, Hashable, CustomStringConvertible {
    /// The format as in the m-line: for RTP a payload type.
    public var format: String
    /// The parameters as written.
    public var parameters: String

    /// Parameters of a format.
    public init(format: String, parameters: String) {
        self.format = format
        self.parameters = parameters
    }

    init(parsing text: Substring) throws(SDPError) {
        let (format, parameters) = text.cut(at: .space)
        guard format.isToken else { throw SDPError(.syntax, "\(text.quoted) does not begin with a format") }
        self.init(format: String(format), parameters: String((parameters ?? "").trimmed))
    }

    /// The attribute's value.
    public var description: String { parameters.isEmpty ? format : "\(format) \(parameters)" }
}

/// A kind of feedback a receiver may send, `a=rtcp-fb` (RFC 4585 §4.2).
public struct RTCPFeedback: Sendable, Hashable, CustomStringConvertible {
    /// The payload type; nil is `*`, all of them.
    public var payloadType: UInt8?
    /// As in `nack pli`, single spaces between words.
    public var value: String

    /// Feedback for a payload type.
    public init(payloadType: UInt8?, value: String) {
        self.payloadType = payloadType
        self.value = value
    }

    init(parsing text: Substring) throws(SDPError) {
        let words = text.words
        guard words.count >= 2 else {
            throw SDPError(.syntax, "\(text.quoted) is not of the form '96 nack pli'")
        }
        payloadType = words[0] == "*" ? nil : try parsePayloadType(words[0])
        value = words.dropFirst().joined(separator: " ")
    }

    /// The attribute's value.
    public var description: String { "\(payloadType.map { String($0) } ?? "*") \(value)" }
}

/// A header extension's id, `a=extmap` (RFC 8285 §5).
public struct HeaderExtension: Sendable, Hashable, CustomStringConvertible {
    /// The id as written. Only 1 to 14 fit the one-byte form, 1 to 255 the two-byte form.
    public var id: UInt16
    /// Which way it may be sent; nil is both.
    public var direction: MediaDirection?
    /// What it is.
    public var uri: String
    /// What the extension's own specification adds.
    public var attributes: String?

    /// A header extension.
    public init(id: UInt16, direction: MediaDirection? = nil, uri: String, attributes: String? = nil) {
        self.id = id
        self.direction = direction
        self.uri = uri
        self.attributes = attributes
    }

    init(parsing text: Substring) throws(SDPError) {
        let (head, tail) = text.cut(at: .space)
        let (number, way) = head.cut(at: .slash)
        guard let id = number.decimal(UInt16.self) else {
            throw SDPError(.syntax, "\(number.quoted) is not a header extension id")
        }
        var direction: MediaDirection?
        if let way {
            guard let known = MediaDirection(rawValue: String(way)) else {
                throw SDPError(.syntax, "\(way.quoted) is not a direction")
            }
            direction = known
        }
        let (uri, attributes) = (tail ?? "").trimmed.cut(at: .space)
        guard !uri.isEmpty else { throw SDPError(.syntax, "\(text.quoted) names no extension") }
        self.init(id: id, direction: direction, uri: String(uri), attributes: attributes.map(String.init))
    }

    /// The attribute's value.
    public var description: String {
        "\(id)" + (direction.map { "/\($0.rawValue)" } ?? "") + " \(uri)" + (attributes.map { " \($0)" } ?? "")
    }
}

/// Reads a payload type (RFC 3551 §6).
func parsePayloadType(_ text: Substring) throws(SDPError) -> UInt8 {
    guard let number = text.decimal(UInt8.self), number < 128 else {
        throw SDPError(.syntax, "\(text.quoted) is not a payload type from 0 to 127")
    }
    return number
}
