public import Database
internal import Money

/// The profiles in `consultant_profiles`, as their owners see them.
public enum Profiles {
    /// A consultant's profile; nil where they have none yet.
    public static func find(_ user: UniqueID, on database: some Queryable) async throws(DatabaseError) -> Profile? {
        try await database.query("SELECT \(columns) FROM consultant_profiles WHERE user_id = \(user)").first
            .map { row throws(DatabaseError) in try Profile(row) }
    }

    /// The same, locked until the end of the transaction.
    static func lock(_ user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Profile? {
        try await transaction.query(
            "SELECT \(columns) FROM consultant_profiles WHERE user_id = \(user) FOR NO KEY UPDATE"
        ).first.map { row throws(DatabaseError) in try Profile(row) }
    }

    /// Stores what a consultant says about themselves. Where that is not enough to be asked, they no longer are.
    ///
    /// - Returns: the profile as it is now.
    public static func store(
        _ content: ProfileContent, for user: UniqueID, in transaction: Transaction
    ) async throws(DatabaseError) -> Profile {
        let rows = try await transaction.query(
            """
            INSERT INTO consultant_profiles
                (user_id, headline, bio, tags, hourly_rate_amount, hourly_rate_currency)
            VALUES (\(user), \(content.headline), \(content.bio), to_jsonb(\(content.tags.texts)::text[]),
                \(content.rate.amount), \(content.rate.currency.code))
            ON CONFLICT (user_id) DO UPDATE SET headline = excluded.headline, bio = excluded.bio,
                tags = excluded.tags, hourly_rate_amount = excluded.hourly_rate_amount,
                hourly_rate_currency = excluded.hourly_rate_currency
            RETURNING \(columns)
            """)
        var profile = try Profile(rows[0])
        if !profile.missing.isEmpty, profile.availability.handle(.profileIncomplete) {
            try await Availabilities.store(profile.availability, of: user, in: transaction)
        }
        return profile
    }

    /// Stores texts and tags alone; what is nil stays as it is.
    static func store(
        headline: String?, bio: String?, tags: ExpertiseTags?, for user: UniqueID, in transaction: Transaction
    ) async throws(DatabaseError) -> Profile {
        let tags = tags?.texts
        let rows = try await transaction.query(
            """
            INSERT INTO consultant_profiles (user_id, headline, bio, tags)
            VALUES (\(user), coalesce(\(headline), ''), coalesce(\(bio), ''),
                coalesce(to_jsonb(\(tags)::text[]), '[]'))
            ON CONFLICT (user_id) DO UPDATE SET headline = coalesce(\(headline), consultant_profiles.headline),
                bio = coalesce(\(bio), consultant_profiles.bio),
                tags = coalesce(to_jsonb(\(tags)::text[]), consultant_profiles.tags)
            RETURNING \(columns)
            """)
        return try Profile(rows[0])
    }

    private static let columns: SQL = """
        headline, bio, tags, hourly_rate_amount, hourly_rate_currency, availability, available_after_call, rating_sum,
        rating_count, session_count
        """
}

extension Profile {
    /// The profile of a row with its columns.
    init(_ row: Row) throws(DatabaseError) {
        self.init()
        headline = try row.get("headline", as: String.self)
        bio = try row.get("bio", as: String.self)
        tags = try row.tags()
        rate = try row.rate()
        availability = try row.availability()
        rating = try row.rating()
        sessions = try row.get("session_count", as: Int.self)
    }
}

extension Row {
    /// The column `tags`. What no longer is a tag by the rules of now is passed over.
    func tags() throws(DatabaseError) -> ExpertiseTags {
        guard let texts = try? get("tags", as: JSONText.self).decode(as: [String].self) else {
            throw DatabaseError(.decoding, "column 'tags' is not an array of strings")
        }
        var tags = ExpertiseTags()
        tags.merge(texts.compactMap { ExpertiseTag($0) })
        return tags
    }

    /// The columns `hourly_rate_amount` and `hourly_rate_currency`.
    func rate() throws(DatabaseError) -> Money? {
        guard let amount = try get("hourly_rate_amount", as: Int64?.self),
            let currency = Currency(try get("hourly_rate_currency", as: String.self))
        else { return nil }
        return Money(amount: amount, currency: currency)
    }

    /// The columns `availability` and `available_after_call`.
    func availability() throws(DatabaseError) -> Availability {
        let after = try get("available_after_call", as: Bool.self)
        switch try get("availability", as: String.self) {
        case "offline": return .offline
        case "available": return .available
        case "busy": return .busy(then: after ? .available : .offline)
        case let name: throw DatabaseError(.decoding, "unknown availability '\(name)'")
        }
    }

    /// The columns `rating_sum` and `rating_count`.
    func rating() throws(DatabaseError) -> RatingSummary {
        RatingSummary(sum: try get("rating_sum", as: Int64.self), count: try get("rating_count", as: Int.self))
    }
}
