/// A body that needs no encoding (RFC 2045, section 6.2): ASCII that every mail server passes on as it is.
enum SevenBit {
    /// RFC 5322, section 2.1.1, without the CRLF.
    private static let longestLine = 998

    /// The text with its lines ended by CRLF; nil where it has to be encoded.
    static func encode(_ text: String) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count + 2)
        for line in BodyLines.of(text) {
            guard passes(line) else { return nil }
            output += line
            output += "\r\n".utf8
        }
        return output
    }

    private static func passes(_ line: [UInt8]) -> Bool {
        guard line.count <= longestLine, line.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 0x09 }) else {
            return false
        }
        // Space at a line's end is lost on the way, a dot at its beginning is SMTP's, "From " is the mailbox file's, and
        // a boundary is the message's own.
        if line.last == 0x20 || line.last == 0x09 { return false }
        return ![".", "From ", "--=_"].contains { line.starts(with: $0.utf8) }
    }
}

/// The lines of a body, whatever ends them.
enum BodyLines {
    static func of(_ text: String) -> [[UInt8]] {
        // A CRLF is one character.
        var lines = text.split(omittingEmptySubsequences: false) { ["\r\n", "\n", "\r"].contains($0) }
        if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { Array($0.utf8) }
    }
}
