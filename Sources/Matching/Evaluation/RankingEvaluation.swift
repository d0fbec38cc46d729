public import Database
public import Embedding

/// Ranks a labelled set, as the server would and as plain text search would.
public enum RankingEvaluation {
    /// A ranking with what it was made from.
    public struct Found: Sendable {
        /// The consultant.
        public let id: String
        /// How well they fit, 0 to 1.
        public let relevance: Double
        /// Why, in words.
        public let reasons: [String]
    }

    /// The engine's ranking of each question: the best ten.
    ///
    /// - Parameter model: nil: by words alone.
    public static func engine(_ set: LabelledSet, model: SentenceModel?) -> [String: [Found]] {
        var index = RelevanceIndex()
        var names: [UniqueID: String] = [:]
        for (number, consultant) in set.consultants.enumerated() {
            // In the file's order, so that ties fall the same way every time.
            let id = UniqueID(at: Timestamp(secondsSince1970: Int64(number + 1)))
            names[id] = consultant.id
            let text = ProfileText(headline: consultant.headline, bio: consultant.bio, tags: consultant.tags)
            index.set(id, text, vectors: model.map { model in text.passages.map { model.embed($0) } } ?? [])
        }
        let extractor = KeywordExtractor()
        var rankings: [String: [Found]] = [:]
        for question in set.questions {
            let keywords = extractor.keywords(title: question.title, body: question.body, in: index)
            let query = RelevanceQuery(
                title: question.title, body: question.body, tags: keywords.map(\.tag),
                vector: model?.embed(RelevanceQuery.text(title: question.title, body: question.body)))
            rankings[question.id] = index.rank(query, limit: 10).compactMap { found in
                names[found.id].map { Found(id: $0, relevance: found.relevance, reasons: reasons(found)) }
            }
        }
        return rankings
    }

    private static func reasons(_ found: Relevance) -> [String] {
        var reasons: [String] = []
        if !found.matchedTags.isEmpty { reasons.append("knows " + found.matchedTags.joined(separator: ", ")) }
        if found.meaning > 0 { reasons.append("means the same to \(Int((found.meaning * 100).rounded())) %") }
        if found.words > 0 { reasons.append("shares words to \(Int((found.words * 100).rounded())) %") }
        return reasons
    }

    /// The baseline: `ts_rank_cd` of the profiles' text for any of the question's words, in PostgreSQL. Temporary tables, gone
    /// with the transaction.
    public static func baseline(_ set: LabelledSet, on pool: DatabasePool) async throws -> [String: [String]] {
        try await pool.withTransaction { transaction in
            try await transaction.query(
                "CREATE TEMPORARY TABLE labelled (id text PRIMARY KEY, number int, words tsvector) ON COMMIT DROP")
            for (number, consultant) in set.consultants.enumerated() {
                let text = [consultant.headline, consultant.tags.joined(separator: " "), consultant.bio]
                    .joined(separator: " ")
                try await transaction.query(
                    "INSERT INTO labelled VALUES (\(consultant.id), \(number), to_tsvector('english', \(text)))")
            }
            var rankings: [String: [String]] = [:]
            for question in set.questions {
                let rows = try await transaction.query(
                    """
                    SELECT id FROM labelled, (
                        SELECT to_tsquery('simple', string_agg(quote_literal(lexeme), ' | ')) AS query
                        FROM unnest(to_tsvector('english', \(question.title + " " + question.body)))
                    ) AS asked
                    WHERE words @@ query ORDER BY ts_rank_cd(words, query) DESC, number LIMIT 10
                    """)
                rankings[question.id] = try rows.map { row throws(DatabaseError) in try row.get("id", as: String.self) }
            }
            return rankings
        }
    }
}
