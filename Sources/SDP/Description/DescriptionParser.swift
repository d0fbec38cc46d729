/// Reads a description line by line (RFC 8866 §5, §9).
///
/// `v=`, `o=` and `s=` come first and in this order; of the other lines only the section they stand in matters.
struct DescriptionParser {
    private var description = SessionDescription(
        origin: SessionDescription.Origin(sessionID: 0, sessionVersion: 0), lines: [])
    private var section: MediaSection?
    /// How often each attribute stands in the current section, for `Attribute.limit`.
    private var counts: [String: Int] = [:]
    /// The current section's singular attributes.
    private var singular: [String: Attribute] = [:]

    static func parse(_ text: String) throws(SDPError) -> SessionDescription {
        guard text.utf8.count <= SDPLimits.bytes else {
            throw SDPError(.limitExceeded, "a description is at most \(SDPLimits.bytes) bytes long")
        }
        var lines = Substring(text).parts(at: .newline).map(withoutCarriageReturn)
        while let last = lines.last, last.isEmpty { lines.removeLast() }
        guard lines.count <= SDPLimits.lines else {
            throw SDPError(.limitExceeded, "a description is at most \(SDPLimits.lines) lines long")
        }
        guard lines.count >= 3 else {
            throw SDPError(.syntax, line: 1, "a description begins with the lines v=, o= and s=")
        }
        var parser = DescriptionParser()
        for (index, line) in lines.enumerated() {
            try parser.read(line, number: index + 1)
        }
        try parser.closeSection()
        return parser.description
    }

    private static func withoutCarriageReturn(_ line: Substring) -> Substring {
        line.utf8.last == .carriageReturn ? line[..<line.utf8.index(before: line.utf8.endIndex)] : line
    }

    private mutating func read(_ line: Substring, number: Int) throws(SDPError) {
        guard line.utf8.count <= SDPLimits.lineBytes else {
            throw SDPError(.limitExceeded, line: number, "a line is at most \(SDPLimits.lineBytes) bytes long")
        }
        guard !line.utf8.contains(where: \.isControl) else {
            throw SDPError(.syntax, line: number, "a line holds no control characters")
        }
        let (type, tail) = line.cut(at: .equals)
        guard type.utf8.count == 1, let value = tail else {
            throw SDPError(.syntax, line: number, "\(line.quoted) is not of the form <type>=<value>")
        }
        switch number {
        case 1:
            guard type == "v", value == "0" else {
                throw SDPError(.syntax, line: number, "a description begins with v=0, not \(line.quoted)")
            }
        case 2:
            guard type == "o" else { throw SDPError(.syntax, line: number, "o= is missing after v=") }
            description.origin = try parseOrigin(value, number: number)
        case 3:
            guard type == "s" else { throw SDPError(.syntax, line: number, "s= is missing after o=") }
            description.name = String(value)
        default:
            try readBody(type: type, value: value, number: number)
        }
    }

    private mutating func readBody(type: Substring, value: Substring, number: Int) throws(SDPError) {
        switch type {
        case "m":
            try closeSection()
            section = try parseMedia(value, number: number)
        case "a":
            try readAttribute(value, number: number)
        case "i", "c", "b", "k":
            let line = DescriptionLine(type: String(type), value: String(value))
            if section == nil { description.lines.append(line) } else { section?.lines.append(line) }
        case "u", "e", "p", "t", "r", "z":
            guard section == nil else {
                throw SDPError(.syntax, line: number, "\(type)= does not belong to an m-line")
            }
            description.lines.append(DescriptionLine(type: String(type), value: String(value)))
        default:
            // RFC 8866 §5: a description with an unknown type is to be ignored as a whole.
            throw SDPError(.syntax, line: number, "\(type.quoted) is no type of line, or stands in the wrong place")
        }
    }

    private mutating func readAttribute(_ text: Substring, number: Int) throws(SDPError) {
        let attribute: Attribute
        let subject = "a=" + text.cut(at: .colon).head.prefix(40)
        do throws(SDPError) {
            attribute = try Attribute(parsing: text, rtp: section?.isRTP ?? true)
        } catch {
            throw error.located(line: number, subject: subject)
        }
        if let limit = attribute.limit {
            let count = counts[attribute.name, default: 0] + 1
            guard count <= limit else {
                throw SDPError(.limitExceeded, line: number, "\(subject): there may be \(limit) in a section")
            }
            counts[attribute.name] = count
        }
        if attribute.isSingular {
            let key = if case .direction = attribute { "direction" } else { attribute.name }
            if let earlier = singular[key], earlier != attribute {
                throw SDPError(.duplicateAttribute, line: number, "\(subject): stands twice in a section")
            }
            singular[key] = attribute
        }
        let line = AttributeLine(attribute, line: number)
        if section == nil { description.attributes.append(line) } else { section?.attributes.append(line) }
    }

    private mutating func closeSection() throws(SDPError) {
        if let section { description.media.append(section) }
        section = nil
        counts = [:]
        singular = [:]
    }

    private func parseOrigin(_ text: Substring, number: Int) throws(SDPError) -> SessionDescription.Origin {
        let words = text.words
        guard words.count == 6, let id = words[1].decimal(UInt64.self), let version = words[2].decimal(UInt64.self)
        else {
            throw SDPError(
                .syntax, line: number, "o=: \(text.quoted) is not of the form '- <number> <number> IN IP4 <address>'")
        }
        return SessionDescription.Origin(
            username: String(words[0]), sessionID: id, sessionVersion: version,
            address: words[3...].joined(separator: " "))
    }

    private func parseMedia(_ text: Substring, number: Int) throws(SDPError) -> MediaSection {
        guard description.media.count < SDPLimits.mediaSections else {
            throw SDPError(.limitExceeded, line: number, "there may be \(SDPLimits.mediaSections) m-lines")
        }
        let words = text.words
        guard words.count >= 4, words[0].isToken else {
            throw SDPError(
                .syntax, line: number, "m=: \(text.quoted) is not of the form '<media> <port> <protocol> <format> …'")
        }
        let (portText, countText) = words[1].cut(at: .slash)
        guard let port = portText.decimal(UInt16.self) else {
            throw SDPError(.syntax, line: number, "m=: \(portText.quoted) is not a port")
        }
        var portCount: UInt16?
        if let countText {
            guard let count = countText.decimal(UInt16.self), count > 0 else {
                throw SDPError(.syntax, line: number, "m=: \(countText.quoted) is not a number of ports")
            }
            portCount = count
        }
        let formats = words[3...].map(String.init)
        guard formats.count <= SDPLimits.codecs else {
            throw SDPError(.limitExceeded, line: number, "m=: there may be \(SDPLimits.codecs) formats")
        }
        var section = MediaSection(
            media: String(words[0]), port: port, portCount: portCount, transport: String(words[2]), formats: formats)
        section.line = number
        if section.isRTP {
            for format in words[3...] {
                do throws(SDPError) {
                    _ = try parsePayloadType(format)
                } catch {
                    throw error.located(line: number, subject: "m=")
                }
            }
        }
        return section
    }
}
