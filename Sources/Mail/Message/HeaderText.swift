internal import FoundationEssentials

/// Text in a header: ASCII as it is, anything else as encoded words (RFC 2047).
enum HeaderText {
    /// Bytes in one encoded word: 52 characters of base64, which fit into a line of 76 behind `Subject: `.
    private static let wordLength = 39
    /// Longer text is encoded as well, because encoded words can be folded anywhere.
    private static let longestPlain = 60

    /// Whether text has characters that end a line or that no header may have.
    static func hasControls(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
            default: false
            }
        }
    }

    /// A subject.
    static func unstructured(_ text: String) -> String { isPlain(text) ? text : encodedWords(text) }

    /// A name beside an address.
    static func phrase(_ name: String) -> String {
        guard isPlain(name) else { return encodedWords(name) }
        var quoted = "\""
        for character in name {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }

    /// Printable ASCII that a reader does not take for an encoded word.
    private static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= longestPlain && text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
            && text.first != " " && text.last != " "
    }

    /// Words of whole characters, one on a line.
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        for scalar in text.unicodeScalars {
            let bytes = Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            if word.count + bytes.count > wordLength {
                words.append(word)
                word = []
            }
            word += bytes
        }
        words.append(word)
        return words.map { "=?utf-8?B?\(Data($0).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }
}
