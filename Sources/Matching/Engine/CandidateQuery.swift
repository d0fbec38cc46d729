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

    /// Everybody who is available and connected; nil where these are more than `limit`.
    static func askable(
        atMost limit: Int, on database: some Queryable
    ) async throws(DatabaseError) -> Set<UniqueID>? {
        let rows = try await database.query(
            """
            SELECT user_id FROM consultant_profiles WHERE availability = 'available' AND is_connected
            LIMIT \(limit + 1)
            """)
        guard rows.count <= limit else { return nil }
        return Set(try rows.map { row throws(DatabaseError) in try row.get(0, as: UniqueID.self) })
    }

    /// Those of these who can be asked now, with their features; in no order.
    ///
    /// - Parameters:
    ///   - pendingLimit: whoever has so many requests waiting is not asked.
    ///   - globalMean: the mean of all ratings of the platform.
    /// - Returns: them, and whether somebody is missing because of that limit alone.
    static func features(
        of fits: [UniqueID: Fit], for question: Question, pendingLimit: Int, globalMean: Double, at now: Timestamp,
        on database: some Queryable
    ) async throws(DatabaseError) -> (features: [UniqueID: MatchFeatures], missesFull: Bool) {
        guard !fits.isEmpty else { return ([:], false) }
        // Ids begin with their time, so that the index of a consultant's sessions finds the last day's.
        var zeros = Zeros()
        let yesterday = UniqueID(at: now.advanced(by: .seconds(-86400)), random: &zeros)
        let tags = question.tags.map { $0.lowercased() }
        let rows = try await database.query(
            """
            SELECT profile.user_id, hourly_rate_amount, hourly_rate_currency,
                profile.rating_sum, profile.rating_count,
                stats.accepted, stats.declined, stats.expired, stats.completed, stats.failed, stats.response_seconds,
                \(seconds("stats.responded_at", at: now)), \(seconds("stats.last_session_at", at: now)),
                \(seconds("availability_changed_at", at: now)), day.available_seconds, day.busy_seconds, waiting.pending,
                (SELECT count(*) FROM sessions WHERE consultant_id = profile.user_id AND id > \(yesterday)),
                past.completed, past.rating_sum, past.rating_count
            FROM consultant_profiles AS profile
            CROSS JOIN LATERAL (
                SELECT count(*) AS pending FROM requests WHERE consultant_id = profile.user_id AND state = 'pending'
            ) AS waiting
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
        var missesFull = false
        for row in rows {
            let user = try row.get(0, as: UniqueID.self)
            guard let fit = fits[user] else { continue }
            let features = try features(row, fit, budget: question.budget, globalMean: globalMean)
            if features.load.pending < pendingLimit { found[user] = features } else { missesFull = true }
        }
        let sessions = found.values.reduce(0) { $0 + $1.load.sessionsLastDay }
        let mean = Double(sessions) / Double(max(1, found.count))
        for user in found.keys { found[user]?.load.peersMean = mean }
        return (found, missesFull)
    }

    private static func seconds(_ column: SQL, at now: Timestamp) -> SQL {
        "extract(epoch FROM \(now)::timestamptz - \(column))::float8"
    }

    /// The columns of the query by their places, for there may be hundreds of rows.
    private static func features(
        _ row: Row, _ fit: Fit, budget: Money?, globalMean: Double
    ) throws(DatabaseError) -> MatchFeatures {
        guard let currency = Currency(try row.get(2, as: String.self)) else {
            throw DatabaseError(.decoding, "a consultant's rate in an unknown currency")
        }
        let rate = Money(amount: try row.get(1, as: Int64.self), currency: currency)
        func count(_ column: Int) throws(DatabaseError) -> Int { try row.get(column, as: Int?.self) ?? 0 }
        let busy = try row.get(15, as: Double?.self) ?? 0
        var online = try row.get(14, as: Double?.self) ?? 0
        online += max(0, try row.get(13, as: Double.self)) + busy
        var features = MatchFeatures(relevance: fit.relevance, price: .init(rate: rate, budget: budget))
        features.meaning = fit.meaning
        features.words = fit.words
        features.matchedTags = fit.matchedTags
        features.past = try past(row, 18)
        features.answers = .init(accepted: try count(5), declined: try count(6), expired: try count(7))
        features.ratings = .init(sum: try count(3), count: try count(4), globalMean: globalMean)
        features.response = .init(seconds: try row.get(10, as: Double?.self), age: try row.get(11, as: Double?.self))
        features.sessions = .init(completed: try count(8), failed: try count(9))
        features.load = .init(
            sessionsLastDay: try count(17), sinceLastSession: try row.get(12, as: Double?.self),
            utilisation: online > 0 ? busy / online : nil, pending: try count(16))
        return features
    }

    /// What came of sessions on the question's tags. Without a rating a completed session counts as having gone well.
    ///
    /// - Parameter column: of how many there were; then come the sum and the number of their ratings.
    private static func past(_ row: Row, _ column: Int) throws(DatabaseError) -> MatchFeatures.Past {
        guard let completed = try row.get(column, as: Int?.self) else { return .init() }
        let count = try row.get(column + 2, as: Int.self)
        guard count > 0 else { return .init(sessions: completed) }
        let stars = Double(try row.get(column + 1, as: Int.self)) / Double(count)
        return .init(sessions: stars >= 4 ? completed : 0, stars: stars)
    }

    /// The least randomness there is.
    private struct Zeros: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0 }
    }
}
