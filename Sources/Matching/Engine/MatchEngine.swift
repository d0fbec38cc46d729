internal import Accounts
internal import Database
public import Embedding
internal import Identifiers
internal import Synchronization

/// Finds and orders who is to be asked about a question: by what it means and its words, then by what is known of those who
/// can be asked.
public final class MatchEngine: Sendable {
    /// What an engine has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Finding and ordering who can be asked.
        public var ranking = Timings()
        /// Working out what a question means, with its wait for the processor.
        public var embedding = Timings()
        /// Questions that were read by their words alone although there is a model: it was busy.
        public var unread = 0
    }

    /// How many of those that fit are looked at in the database at first.
    private static let batch = 200
    /// So few can be asked that they are sought out among those that fit; of more, the next best are looked at.
    private static let few = 500

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

    /// What a question is about.
    func keywords(title: String, body: String) -> [Keyword] { catalogue.keywords(title: title, body: body) }

    /// What a question is about, and what it means.
    ///
    /// - Parameter tags: what its customer says that it is about; nil: that is found out.
    func read(title: String, body: String, tags: ExpertiseTags?) async -> Questions.Reading {
        var vector: SentenceVector?
        if let embedder {
            let start = ContinuousClock.now
            vector = try? await embedder.embed(RelevanceQuery.text(title: title, body: body), for: .question)
            let duration = start.duration(to: .now)
            counters.withLock { metrics in
                if vector == nil { metrics.unread += 1 } else { metrics.embedding.note(duration) }
            }
        }
        var keywords = keywords(title: title, body: body)
        if let tags {
            let found = Dictionary(keywords.map { ($0.tag.lowercased(), $0.weight) }) { first, _ in first }
            keywords = tags.texts.map { Keyword(tag: $0, weight: found[$0.lowercased()] ?? 1) }
        }
        return Questions.Reading(keywords: keywords, embedding: vector.map { ($0.bytes, SentenceModel.name) })
    }

    /// Those who can be asked about a question, the best first.
    ///
    /// - Parameter pendingLimit: whoever has so many requests waiting is not asked.
    /// - Returns: them, and whether somebody is missing because of that limit alone.
    func offers(
        for question: Question, excluding: Set<UniqueID>, pendingLimit: Int, limit: Int, on database: some Queryable
    ) async throws -> (offers: [Offer], missesFull: Bool) {
        let start = ContinuousClock.now
        defer {
            let duration = start.duration(to: .now)
            counters.withLock { $0.ranking.note(duration) }
        }
        let now = Timestamp.now()
        let vector = question.embedding.flatMap {
            $0.model == SentenceModel.name ? SentenceVector(bytes: $0.bytes) : nil
        }
        let query = RelevanceQuery(title: question.title, body: question.body, tags: question.tags, vector: vector)
        var passed = excluding
        // At first those who fit best, whoever they are; where too few of them can be asked, among those who can, or where
        // these are many, twice as many of the next.
        var among: Set<UniqueID>?
        var batch = Self.batch
        var features: [UniqueID: MatchFeatures] = [:]
        var missesFull = false
        while true {
            let fitting = catalogue.rank(query, limit: batch, excluding: passed, among: among)
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
                of: Dictionary(fits) { first, _ in first }, for: question, pendingLimit: pendingLimit,
                globalMean: catalogue.meanRating, at: now, on: database)
            features.merge(found.features) { first, _ in first }
            missesFull = missesFull || found.missesFull
            // The next ones fit less than all of these: they are looked at only where these are too few.
            if fitting.count < batch || features.count >= limit { break }
            if among == nil { among = try await CandidateQuery.askable(atMost: Self.few, on: database) }
            batch *= 2
        }
        let candidates = features.compactMap { id, features in
            UserID(id.description).map { Candidate(consultant: $0, features: features) }
        }
        let ordered = Ranker.order(
            candidates, learner: learner?.current, seed: Ranker.seed(of: question.id.description))
        let offers = ordered.prefix(limit).compactMap { candidate -> Offer? in
            guard let id = UniqueID(candidate.consultant.text) else { return nil }
            return Offer(
                consultant: id, score: candidate.score, reasons: candidate.reasons,
                features: candidate.match.features, rate: candidate.match.features.price.rate)
        }
        return (offers, missesFull)
    }
}
