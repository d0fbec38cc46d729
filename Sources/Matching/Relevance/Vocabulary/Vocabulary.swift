/// The tags that we know, with what people say instead.
struct Vocabulary: Sendable {
    /// A way to say a tag.
    struct Entry: Sendable {
        let tag: String
        /// 1 for a name of the thing, less for a sign of it.
        let strength: Double
    }

    /// How much a sign counts beside a name.
    static let signStrength = 0.6
    /// The most words of a synonym.
    static let longest = 4

    /// By the stems of the words, joined by blanks.
    let entries: [String: [Entry]]
    /// Names of one word, with their trigrams: what a slip of the pen is compared with.
    let names: [(word: String, trigrams: Set<String>, tag: String)]
    /// The tags by their names in lowercase.
    let tags: [String: String]

    /// The vocabulary of the product.
    static let standard = Vocabulary(
        [VocabularySoftware.text, VocabularyBusiness.text, VocabularyLife.text].joined(separator: "\n"))

    init(_ text: String) {
        var entries: [String: [Entry]] = [:]
        var names: [(word: String, trigrams: Set<String>, tag: String)] = []
        var tags: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let sides = line.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { continue }
            let tag = Self.trimmed(sides[0])
            tags[tag.lowercased()] = tag
            let parts = sides[1].split(separator: "~", maxSplits: 1)
            let synonyms = parts[0].split(separator: ",").map(Self.trimmed) + [tag.lowercased()]
            let signs = parts.count > 1 ? parts[1].split(separator: ",").map(Self.trimmed) : []
            for (phrases, strength) in [(synonyms, 1), (signs, Self.signStrength)] {
                for phrase in phrases {
                    let words = Words.of(phrase)
                    guard !words.isEmpty, words.count <= Self.longest else { continue }
                    let key = words.map { Stemmer.stem($0) }.joined(separator: " ")
                    if entries[key]?.contains(where: { $0.tag == tag }) != true {
                        entries[key, default: []].append(Entry(tag: tag, strength: strength))
                    }
                    if strength == 1, words.count == 1, words[0].count >= 6 {
                        names.append((words[0], Words.trigrams(words[0]), tag))
                    }
                }
            }
        }
        self.entries = entries
        self.names = names
        self.tags = tags
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(separator: " ").joined(separator: " ")
    }
}
