public import Database
public import Embedding

/// Every profile that can be found, compared with a question by what both mean and by their words.
///
/// The score is the mean of two likenesses, that of the question with the whole profile and with its best passages, and a
/// little of the BM25 score of its words: meaning finds whom the words miss, and words find names (docs/matching.md). All
/// profiles are compared as a whole, the passages of the best two hundred alone.
public struct RelevanceIndex: Sendable {
    /// The numbers of the formula.
    enum Formula {
        static let wordShare: Float = 0.007
        /// A higher BM25 score counts as this one: a word that is said often enough is not said better.
        static let mostWords: Float = 20
        /// How many passages of a profile its likeness is the mean of.
        static let passages = 3
        static let tagShare: Float = 0.02
        /// Words alone: what each matched tag adds.
        static let tagShareOfWords: Float = 0.15
        static let mostTags = 3
        /// Below it somebody does not fit.
        static let floor: Float = 0.12
        /// Where the best is below it, nobody fits.
        static let bestFloor: Float = 0.22
        /// The score that is a relevance of one.
        static let whole: Float = 0.7
        /// Words alone: the BM25 score that is a relevance of a half.
        static let half: Float = 8
        /// How many are looked at passage by passage.
        static let closer = 200
    }

    private struct Entry: Sendable {
        let id: UniqueID
        let tags: [(tag: String, folded: String, stems: [String])]
        /// The passages' vectors, without the whole's.
        let passages: VectorTable
        let hasVector: Bool
    }

    private var entries: [Entry] = []
    private var slots: [UniqueID: Int] = [:]
    private var whole = VectorTable()
    private var words = WordIndex()
    private var tagCounts: [String: Int] = [:]
    private var tagNames: [String: String] = [:]

    /// Nobody.
    public init() {}

    /// How many profiles there are.
    public var count: Int { entries.count }

    // MARK: Keeping

    /// Takes a profile in, in the place of what it was.
    ///
    /// - Parameter vectors: of its passages, the whole first; none without a model.
    public mutating func set(_ id: UniqueID, _ text: ProfileText, vectors: [SentenceVector]) {
        var passages = VectorTable()
        for vector in vectors.dropFirst() { passages.append(vector) }
        let tags = text.tags.map { (tag: $0, folded: $0.lowercased(), stems: Words.stems($0)) }
        let entry = Entry(id: id, tags: tags, passages: passages, hasVector: !vectors.isEmpty)
        let vector = vectors.first ?? SentenceVector([Float](repeating: 0, count: SentenceVector.dimension))
        let slot: Int
        if let known = slots[id] {
            slot = known
            uncount(entries[slot])
            entries[slot] = entry
            whole.replace(slot, with: vector)
        } else {
            slot = entries.count
            slots[id] = slot
            entries.append(entry)
            whole.append(vector)
        }
        for tag in tags {
            tagCounts[tag.folded, default: 0] += 1
            tagNames[tag.folded] = tag.tag
        }
        words.set(slot, [(text.headline, 1.5), (text.tags.joined(separator: " "), 1.5), (text.bio, 1)])
    }

    /// Forgets a profile.
    public mutating func remove(_ id: UniqueID) {
        guard let slot = slots.removeValue(forKey: id), let last = entries.indices.last else { return }
        uncount(entries[slot])
        words.remove(slot)
        if slot != last {
            // The last one takes its place.
            entries[slot] = entries[last]
            slots[entries[slot].id] = slot
            whole.replace(slot, with: whole[last])
        }
        entries.removeLast()
        whole.removeLast()
    }

    private mutating func uncount(_ entry: Entry) {
        for tag in entry.tags {
            let left = (tagCounts[tag.folded] ?? 1) - 1
            tagCounts[tag.folded] = left > 0 ? left : nil
            if left <= 0 { tagNames[tag.folded] = nil }
        }
    }

    /// The tags of the profiles: by their text in lowercase, as they are written and how many profiles have them.
    var tags: [String: (name: String, count: Int)] {
        tagCounts.reduce(into: [:]) { $0[$1.key] = (tagNames[$1.key] ?? $1.key, $1.value) }
    }

    /// How a tag is written in the profiles, and how many have it; nil where none has.
    func tag(_ folded: String) -> (name: String, count: Int)? {
        tagCounts[folded].map { (tagNames[folded] ?? folded, $0) }
    }

    // MARK: Ranking

    /// Whoever fits, the best first; the same for the same question and the same profiles.
    ///
    /// - Parameter among: only these are looked at; nil: everybody but those `excluding` names.
    public func rank(
        _ query: RelevanceQuery, limit: Int, excluding: Set<UniqueID> = [], among: Set<UniqueID>? = nil
    ) -> [Relevance] {
        let wordScores = words.scores(query.stems)
        let asked = Set(query.tags.map { $0.lowercased() })
        guard let vector = query.vector else {
            let chosen = selected(excluding, among: among).filter { wordScores[$0] > 0 }
            return byWords(wordScores, query, asked, limit, chosen)
        }
        let cosines = whole.cosines(with: vector)
        let chosen = closest(selected(excluding, among: among), max(Formula.closer, limit)) { slot in
            cosines[slot] + Formula.wordShare * Float(wordScores[slot])
        }
        var found: [(score: Float, relevance: Relevance)] = []
        for slot in chosen {
            let entry = entries[slot]
            let meaning =
                entry.hasVector
                ? (cosines[slot] + best(entry.passages.cosines(with: vector), or: cosines[slot])) / 2 : 0
            let bm25 = Float(wordScores[slot])
            let matched = matchedTags(entry, asked, query)
            let score =
                meaning + Formula.wordShare * min(bm25, Formula.mostWords)
                + Formula.tagShare * Float(min(matched.count, Formula.mostTags))
            guard score >= Formula.floor else { continue }
            found.append(
                (
                    score,
                    Relevance(
                        id: entry.id, relevance: Self.bounded(score / Formula.whole), meaning: Self.bounded(meaning),
                        words: Self.bounded(bm25 / (bm25 + Formula.half)), matchedTags: matched)
                ))
        }
        guard let best = found.map(\.score).max(), best >= Formula.bestFloor else { return [] }
        return Self.sorted(found, limit)
    }

    /// Who is looked at at all.
    private func selected(_ excluding: Set<UniqueID>, among: Set<UniqueID>?) -> [Int] {
        if let among { return among.subtracting(excluding).compactMap { slots[$0] }.sorted() }
        let excluded = Set(excluding.compactMap { slots[$0] })
        return excluded.isEmpty ? Array(entries.indices) : entries.indices.filter { !excluded.contains($0) }
    }

    /// Those of the `count` highest scores, and whoever is level with the last of them.
    private func closest(_ slots: [Int], _ count: Int, by score: (Int) -> Float) -> [Int] {
        guard slots.count > count else { return slots }
        let scores = slots.map(score)
        var greatest = Greatest(count)
        for score in scores { greatest.offer(score) }
        guard let least = greatest.least else { return slots }
        return slots.indices.filter { scores[$0] >= least }.map { slots[$0] }
    }

    /// The mean of the best few passages' likenesses: a single one may be near by chance.
    private func best(_ cosines: [Float], or whole: Float) -> Float {
        let best = cosines.sorted(by: >).prefix(Formula.passages)
        return best.isEmpty ? whole : best.reduce(0, +) / Float(best.count)
    }

    private func byWords(
        _ scores: [Double], _ query: RelevanceQuery, _ asked: Set<String>, _ limit: Int, _ chosen: [Int]
    ) -> [Relevance] {
        var found: [(score: Float, relevance: Relevance)] = []
        for slot in chosen {
            let bm25 = Float(scores[slot])
            let words = bm25 / (bm25 + Formula.half)
            let matched = matchedTags(entries[slot], asked, query)
            let score = words + Formula.tagShareOfWords * Float(min(matched.count, Formula.mostTags))
            guard score >= Formula.floor else { continue }
            found.append(
                (
                    score,
                    Relevance(
                        id: entries[slot].id, relevance: Self.bounded(score), meaning: 0, words: Self.bounded(words),
                        matchedTags: matched)
                ))
        }
        return Self.sorted(found, limit)
    }

    /// The profile's tags that the question has as a tag, or names in its text.
    private func matchedTags(_ entry: Entry, _ asked: Set<String>, _ query: RelevanceQuery) -> [String] {
        entry.tags.filter { tag in
            asked.contains(tag.folded) || (!tag.stems.isEmpty && tag.stems.allSatisfy { query.stems[$0] != nil })
        }.map(\.tag)
    }

    private static func sorted(_ found: [(score: Float, relevance: Relevance)], _ limit: Int) -> [Relevance] {
        found.sorted { $0.score == $1.score ? $0.relevance.id < $1.relevance.id : $0.score > $1.score }
            .prefix(limit).map(\.relevance)
    }

    private static func bounded(_ value: Float) -> Double { Double(min(max(value, 0), 1)) }
}
