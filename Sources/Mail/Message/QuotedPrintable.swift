/// A body that survives every mail server (RFC 2045, section 6.7): ASCII, lines of at most 76 characters ended by CRLF.
enum QuotedPrintable {
    private static let longestLine = 76

    /// Encodes text, whatever ends its lines. The result ends with CRLF.
    static func encode(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count * 5 / 4)
        for line in BodyLines.of(text) { append(line, to: &output) }
        return output
    }

    private static func append(_ line: [UInt8], to output: inout [UInt8]) {
        var column = 0
        for (index, byte) in line.enumerated() {
            let isLast = index == line.count - 1
            let piece = stays(byte, isFirst: index == 0, isLast: isLast) ? [byte] : escaped(byte)
            // Room for the mark of a soft break, unless the line ends here.
            if column + piece.count > longestLine - (isLast ? 0 : 1) {
                output += "=\r\n".utf8
                column = 0
            }
            output += piece
            column += piece.count
        }
        output += "\r\n".utf8
    }

    private static func stays(_ byte: UInt8, isFirst: Bool, isLast: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        // Space at a line's end is lost on the way, and a dot at its beginning is SMTP's.
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !isLast
        case UInt8(ascii: "."): !isFirst
        case 0x21...0x7e: true
        default: false
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
