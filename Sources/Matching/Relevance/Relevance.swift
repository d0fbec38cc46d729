public import Database
public import Embedding

/// A question as it is compared with profiles.
public struct RelevanceQuery: Sendable {
    let stems: [String: Double]
    let tags: [String]
    let vector: SentenceVector?

    /// A question.
    ///
    /// - Parameters:
    ///   - tags: what it is about.
    ///   - vector: what ``text(title:body:)`` means; nil: it is found by its words alone.
    public init(title: String, body: String, tags: [String], vector: SentenceVector?) {
        var stems: [String: Double] = [:]
        // What is said twice is not asked twice as much.
        for stem in Words.stems(title) { stems[stem] = 1.5 }
        for stem in Words.stems(body) { stems[stem] = max(stems[stem] ?? 0, 1) }
        for stem in tags.flatMap({ Words.stems($0) }) { stems[stem] = max(stems[stem] ?? 0, 0.7) }
        self.stems = stems
        self.tags = tags
        self.vector = vector
    }

    /// What is embedded of a question.
    public static func text(title: String, body: String) -> String {
        guard let last = title.last else { return body }
        return title + (last.isPunctuation ? " " : ". ") + body
    }
}

/// How well a profile fits a question.
public struct Relevance: Sendable, Hashable {
    /// Whose profile.
    public let id: UniqueID
    /// How well, from 0 to 1.
    public let relevance: Double
    /// What meaning gives to it, from 0 to 1.
    public let meaning: Double
    /// What words give to it, from 0 to 1.
    public let words: Double
    /// The profile's tags that the question names.
    public let matchedTags: [String]
}
