internal import Accounts
internal import Database
public import Embedding
internal import Identifiers
internal import Synchronization

/// Finds and orders who is to be asked about a question: by what it means and its words, then by what is known of those who
/// can be asked.
public final class MatchEngine: Sendable {
    /// The upper bounds of ``Metrics/ranking``, in seconds.
    public static let bounds: [Double] = [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1]

    /// What an engine has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Rankings by how long they took, per bucket of ``bounds``, one more than these.
        public var ranking = [UInt64](repeating: 0, count: MatchEngine.bounds.count + 1)
        /// Their sum, in seconds.
        public var rankingSum = 0.0
        /// Questions that were read by their words alone although there is a model: it was busy.
        public var unread = 0
    }

    /// How many of those that fit are looked at in the database at a time.
    private static let batch = 200

    private let catalogue: ProfileCatalogue
    private let embedder: Embedder?
    private let learner: Learner?
    private let counters = Mutex(Metrics())

    /// An engine.
    ///
    /// - Parameters:
    ///   - embedder: nil: by words alone.
    ///   - learner: nil: by the fixed score alone.
    public init(catalogue: ProfileCatalogue, embedder: Embedder?, learner: Learner?) {
        self.catalogue = catalogue
        self.embedder = embedder
        self.learner = learner
    }

    /// What it has done.
    public var metrics: Metrics { counters.withLock { $0 } }

    /// `meaning`, or `words` where there is no model.
    var kind: String { embedder == nil ? "words" : "meaning" }

    /// What a question is about, and what it means.
    ///
    /// - Parameter tags: what its customer says that it is about; nil: that is found out.
    func read(title: String, body: String, tags: ExpertiseTags?) async -> Questions.Reading {
        var vector: SentenceVector?
        if let embedder {
            vector = try? await embedder.embed(RelevanceQuery.text(title: title, body: body), for: .question)
            if vector == nil { counters.withLock { $0.unread += 1 } }
        }
        var keywords = catalogue.keywords(title: title, body: body)
        if let tags {
            let found = Dictionary(keywords.map { ($0.tag.lowercased(), $0.weight) }) { first, _ in first }
            keywords = tags.texts.map { Keyword(tag: $0, weight: found[$0.lowercased()] ?? 1) }
        }
        return Questions.Reading(keywords: keywords, embedding: vector.map { ($0.bytes, SentenceModel.name) })
    }

    /// Those who can be asked about a question, the best first.
    func offers(
        for question: Question, excluding: Set<UniqueID>, limit: Int, on database: some Queryable
    ) async throws -> [Offer] {
        let start = ContinuousClock.now
        defer { note(start.duration(to: .now)) }
        let now = Timestamp.now()
        let vector = question.embedding.flatMap {
            $0.model == SentenceModel.name ? SentenceVector(bytes: $0.bytes) : nil
        }
        let query = RelevanceQuery(title: question.title, body: question.body, tags: question.tags, vector: vector)
        var passed = excluding
        var features: [UniqueID: MatchFeatures] = [:]
        while true {
            let fitting = catalogue.rank(query, limit: Self.batch, excluding: passed)
            passed.formUnion(fitting.map(\.id))
            let fits = fitting.map { fit in
                (
                    fit.id,
                    CandidateQuery.Fit(
                        relevance: fit.relevance, meaning: fit.meaning, words: fit.words,
                        matchedTags: fit.matchedTags)
                )
            }
            let found = try await CandidateQuery.features(
                of: Dictionary(fits) { first, _ in first }, for: question, globalMean: catalogue.meanRating, at: now,
                on: database)
            features.merge(found) { first, _ in first }
            // The next ones fit less than all of these: they are looked at only where these are too few.
            if fitting.count < Self.batch || features.count >= limit { break }
        }
        let candidates = features.compactMap { id, features in
            UserID(id.description).map { Candidate(consultant: $0, features: features) }
        }
        let ordered = Ranker.order(
            candidates, learner: learner?.current, seed: Ranker.seed(of: question.id.description))
        return try ordered.prefix(limit).compactMap { candidate in
            guard let id = UniqueID(candidate.consultant.text) else { return nil }
            return Offer(
                consultant: id, score: candidate.score, reasons: candidate.reasons,
                features: try JSONText(encoding: candidate.match.features), rate: candidate.match.features.price.rate)
        }
    }

    private func note(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        counters.withLock { metrics in
            metrics.ranking[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            metrics.rankingSum += seconds
        }
    }
}
