internal import Glibc

/// Finds what a question is about: tags of the vocabulary and of the profiles, by their names, by synonyms, by what people say
/// who do not know the name, and through slips of the pen.
///
/// A tag weighs what the way in which it was found is worth, more where it is in the title, and more the fewer profiles
/// have it.
struct KeywordExtractor: Sendable {
    static let most = 8
    private static let titleShare = 1.3
    /// How alike a misspelled word must be to a name, and how much that then counts.
    private static let likeness = 0.55
    private static let slipShare = 0.8
    private let vocabulary: Vocabulary

    /// An extractor with the product's vocabulary, or another one.
    init(_ vocabulary: Vocabulary = .standard) { self.vocabulary = vocabulary }

    /// The tags of a question, the weightiest first.
    ///
    /// - Parameter index: the profiles, whose tags are names, too, and whose number tells how rare a tag is.
    func keywords(title: String, body: String, in index: RelevanceIndex) -> [Keyword] {
        var found: [String: Double] = [:]
        for (text, share) in [(title, Self.titleShare), (body, 1)] {
            for (tag, strength) in tags(in: Words.of(text), index) {
                found[tag] = max(found[tag] ?? 0, strength * share)
            }
        }
        let weighed = found.map { tag, strength in (tag, strength * rarity(of: tag, in: index)) }
        guard let top = weighed.map(\.1).max(), top > 0 else { return [] }
        return weighed.sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }.prefix(Self.most).map { tag, weight in
            Keyword(tag: tag, weight: (min(1, weight / top) * 100).rounded() / 100)
        }
    }

    /// From a half for a tag that everybody has to one for a tag that nobody has.
    private func rarity(of tag: String, in index: RelevanceIndex) -> Double {
        let (all, found) = (Double(index.count), Double(index.tag(tag.lowercased())?.count ?? 0))
        return 0.5 + 0.5 * log((all + 1) / (found + 1)) / log(all + 2)
    }

    private func tags(in words: [String], _ index: RelevanceIndex) -> [String: Double] {
        let stems = words.map { Stemmer.stem($0) }
        var found: [String: Double] = [:]
        var isNamed = [Bool](repeating: false, count: words.count)
        for start in words.indices {
            for length in 1...Vocabulary.longest where start + length <= words.count {
                let range = start..<start + length
                let phrase = words[range].joined(separator: " ")
                if let tag = index.tag(phrase) {
                    let name = vocabulary.tags[phrase] ?? tag.name
                    found[name] = 1
                    for place in range { isNamed[place] = true }
                }
                for entry in vocabulary.entries[stems[range].joined(separator: " ")] ?? [] {
                    found[entry.tag] = max(found[entry.tag] ?? 0, entry.strength)
                    for place in range { isNamed[place] = true }
                }
            }
        }
        for (place, word) in words.enumerated() where !isNamed[place] {
            guard let (tag, likeness) = meant(word) else { continue }
            found[tag] = max(found[tag] ?? 0, Self.slipShare * likeness)
        }
        return found
    }

    /// The tag whose name a word was probably meant to be.
    private func meant(_ word: String) -> (tag: String, likeness: Double)? {
        guard word.count >= 5, !Words.common.contains(word), let first = word.first else { return nil }
        let written = Words.trigrams(word)
        var best: (tag: String, likeness: Double)?
        for name in vocabulary.names where name.word.first == first && abs(name.word.count - word.count) <= 3 {
            let likeness = Words.likeness(written, name.trigrams)
            if likeness >= Self.likeness, likeness > best?.likeness ?? 0 { best = (name.tag, likeness) }
        }
        return best
    }
}
