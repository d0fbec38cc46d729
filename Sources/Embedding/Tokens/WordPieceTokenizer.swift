internal import Foundation

/// From a text to the numbers of its word pieces, as uncased BERT has them (Devlin et al. 2018; the reference is its
/// `BasicTokenizer` followed by `WordpieceTokenizer`).
struct WordPieceTokenizer: Sendable {
    private static let longestWord = 100
    private let vocabulary: [String: Int32]
    private let unknown: Int32
    private let start: Int32
    private let end: Int32

    /// A tokenizer with the vocabulary of a file: one piece a line, in the order of their numbers.
    init(vocabularyFile path: String) throws(EmbeddingError) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw EmbeddingError(.unreadable, path)
        }
        var vocabulary: [String: Int32] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let piece = line.hasSuffix("\r") ? String(line.dropLast()) : String(line)
            if !piece.isEmpty { vocabulary[piece] = Int32(truncatingIfNeeded: number) }
        }
        guard let unknown = vocabulary["[UNK]"], let start = vocabulary["[CLS]"], let end = vocabulary["[SEP]"] else {
            throw EmbeddingError(.malformed, "\(path) lacks [UNK], [CLS] or [SEP]")
        }
        self.vocabulary = vocabulary
        self.unknown = unknown
        self.start = start
        self.end = end
    }

    /// The largest number of a piece.
    var largest: Int { Int(vocabulary.values.max() ?? 0) }

    /// The pieces of a text between `[CLS]` and `[SEP]`, at most `limit` of all.
    func tokens(of text: String, limit: Int) -> [Int32] {
        var tokens = [start]
        for word in Self.words(text) {
            tokens += pieces(of: word)
            if tokens.count >= limit { break }
        }
        return Array(tokens.prefix(limit - 1)) + [end]
    }

    /// The longest pieces that make up a word, from its beginning.
    private func pieces(of word: [Unicode.Scalar]) -> [Int32] {
        guard word.count <= Self.longestWord else { return [unknown] }
        var pieces: [Int32] = []
        var begin = 0
        while begin < word.count {
            var end = word.count
            var found: Int32?
            while end > begin {
                var piece = begin > 0 ? "##" : ""
                piece.unicodeScalars.append(contentsOf: word[begin..<end])
                if let number = vocabulary[piece] {
                    found = number
                    break
                }
                end -= 1
            }
            guard let found else { return [unknown] }
            pieces.append(found)
            begin = end
        }
        return pieces
    }

    /// The words of a text: in lowercase, without accents, punctuation and CJK characters by themselves.
    static func words(_ text: String) -> [[Unicode.Scalar]] {
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where scalar.value != 0 && scalar.value != 0xFFFD && !isControl(scalar) {
            if isSpace(scalar) {
                cleaned.append(" ")
            } else if isIdeograph(scalar) {
                cleaned.append(" ")
                cleaned.append(scalar)
                cleaned.append(" ")
            } else {
                cleaned.append(scalar)
            }
        }
        let plain = String(cleaned).lowercased().decomposedStringWithCanonicalMapping
        var words: [[Unicode.Scalar]] = []
        var word: [Unicode.Scalar] = []
        func finish() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        for scalar in plain.unicodeScalars {
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            if isSpace(scalar) {
                finish()
            } else if isPunctuation(scalar) {
                finish()
                words.append([scalar])
            } else {
                word.append(scalar)
            }
        }
        finish()
        return words
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
            || scalar.properties.generalCategory == .spaceSeparator
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\t" || scalar == "\n" || scalar == "\r" { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .unassigned, .privateUse, .surrogate: return true
        default: return false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }

    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B820...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
