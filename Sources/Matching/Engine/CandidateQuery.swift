internal import Database
internal import Money

/// What the database knows of those who fit a question, as features of the score: one query for all of them.
enum CandidateQuery {
    /// How well somebody fits, as the relevance engine found.
    struct Fit: Sendable {
        let relevance: Double
        let meaning: Double
        let words: Double
        let matchedTags: [String]
    }

    /// Those of these who can be asked now, with their features; in no order.
    ///
    /// - Parameter globalMean: the mean of all ratings of the platform.
    static func features(
        of fits: [UniqueID: Fit], for question: Question, globalMean: Double, at now: Timestamp,
        on database: some Queryable
    ) async throws(DatabaseError) -> [UniqueID: MatchFeatures] {
        guard !fits.isEmpty else { return [:] }
        // Ids begin with their time, so that the index of a consultant's sessions finds the last day's.
        var zeros = Zeros()
        let yesterday = UniqueID(at: now.advanced(by: .seconds(-86400)), random: &zeros)
        let tags = question.tags.map { $0.lowercased() }
        let rows = try await database.query(
            """
            SELECT profile.user_id, hourly_rate_amount, hourly_rate_currency,
                profile.rating_sum, profile.rating_count,
                stats.accepted, stats.declined, stats.expired, stats.response_seconds, stats.completed, stats.failed,
                \(seconds("stats.responded_at", at: now)) AS response_age,
                \(seconds("stats.last_session_at", at: now)) AS since_session,
                \(seconds("availability_changed_at", at: now)) AS available_since,
                day.available_seconds, day.busy_seconds,
                (SELECT count(*) FROM requests WHERE consultant_id = profile.user_id AND state = 'pending') AS pending,
                (SELECT count(*) FROM sessions WHERE consultant_id = profile.user_id AND id > \(yesterday)) AS recent,
                past.completed AS past_completed, past.rating_sum AS past_sum, past.rating_count AS past_count
            FROM consultant_profiles AS profile
            LEFT JOIN consultant_stats AS stats ON stats.user_id = profile.user_id
            LEFT JOIN consultant_days AS day ON day.user_id = profile.user_id
                AND day.day = (\(now)::timestamptz AT TIME ZONE 'UTC')::date
            LEFT JOIN LATERAL (
                SELECT completed, rating_sum, rating_count FROM consultant_tags
                WHERE consultant_tags.user_id = profile.user_id AND tag = ANY(\(tags)::text[])
                ORDER BY completed DESC LIMIT 1
            ) AS past ON true
            WHERE profile.user_id = ANY(\(Array(fits.keys))::uuid[]) AND availability = 'available' AND is_connected
                AND hourly_rate_amount IS NOT NULL
            """)
        var found: [UniqueID: MatchFeatures] = [:]
        for row in rows {
            let user = try row.get("user_id", as: UniqueID.self)
            guard let fit = fits[user] else { continue }
            found[user] = try features(row, fit, budget: question.budget, globalMean: globalMean)
        }
        let sessions = found.values.reduce(0) { $0 + $1.load.sessionsLastDay }
        let mean = Double(sessions) / Double(max(1, found.count))
        for user in found.keys { found[user]?.load.peersMean = mean }
        return found
    }

    private static func seconds(_ column: SQL, at now: Timestamp) -> SQL {
        "extract(epoch FROM \(now)::timestamptz - \(column))::float8"
    }

    private static func features(
        _ row: Row, _ fit: Fit, budget: Money?, globalMean: Double
    ) throws(DatabaseError) -> MatchFeatures {
        guard let rate = try row.money("hourly_rate_amount", "hourly_rate_currency") else {
            throw DatabaseError(.decoding, "a consultant without a rate")
        }
        let busy = try row.get("busy_seconds", as: Double?.self) ?? 0
        var online = try row.get("available_seconds", as: Double?.self) ?? 0
        online += max(0, try row.get("available_since", as: Double.self)) + busy
        var features = MatchFeatures(relevance: fit.relevance, price: .init(rate: rate, budget: budget))
        features.meaning = fit.meaning
        features.words = fit.words
        features.matchedTags = fit.matchedTags
        features.past = try past(row)
        features.answers = .init(
            accepted: try row.get("accepted", as: Int?.self) ?? 0,
            declined: try row.get("declined", as: Int?.self) ?? 0, expired: try row.get("expired", as: Int?.self) ?? 0)
        features.ratings = .init(
            sum: try row.get("rating_sum", as: Int.self), count: try row.get("rating_count", as: Int.self),
            globalMean: globalMean)
        features.response = .init(
            seconds: try row.get("response_seconds", as: Double?.self),
            age: try row.get("response_age", as: Double?.self))
        features.sessions = .init(
            completed: try row.get("completed", as: Int?.self) ?? 0, failed: try row.get("failed", as: Int?.self) ?? 0)
        features.load = .init(
            sessionsLastDay: try row.get("recent", as: Int.self),
            sinceLastSession: try row.get("since_session", as: Double?.self),
            utilisation: online > 0 ? busy / online : nil, pending: try row.get("pending", as: Int.self))
        return features
    }

    /// What came of sessions on the question's tags. Without a rating a completed session counts as having gone well.
    private static func past(_ row: Row) throws(DatabaseError) -> MatchFeatures.Past {
        guard let completed = try row.get("past_completed", as: Int?.self) else { return .init() }
        let count = try row.get("past_count", as: Int.self)
        guard count > 0 else { return .init(sessions: completed) }
        let stars = Double(try row.get("past_sum", as: Int.self)) / Double(count)
        return .init(sessions: stars >= 4 ? completed : 0, stars: stars)
    }

    /// The least randomness there is.
    private struct Zeros: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0 }
    }
}
