public import Database
internal import Money

/// A consultant as everybody sees them.
public struct ListedConsultant: Sendable, Hashable {
    /// Their account.
    public let id: UniqueID
    /// Their name.
    public let name: String
    /// Their profile; its rate is there.
    public let profile: Profile
    /// Since when they have their account.
    public let memberSince: Timestamp

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("user_id", as: UniqueID.self)
        name = try row.get("name", as: String.self)
        profile = try Profile(row)
        memberSince = try row.get("created_at", as: Timestamp.self)
    }
}

/// A rating as everybody sees it: nobody learns who gave it.
public struct ListedRating: Sendable, Hashable {
    /// Where a page ended: what the next one starts after.
    public struct Place: Sendable, Hashable {
        /// When the rating was given.
        public let createdAt: Timestamp
        /// Whose session it is about.
        public let session: UniqueID

        /// A place.
        public init(createdAt: Timestamp, session: UniqueID) {
            self.createdAt = createdAt
            self.session = session
        }
    }

    /// One to five.
    public let stars: Int
    /// Words, where some were given and they are not hidden.
    public let comment: String?
    /// Its place in the list.
    public let place: Place
}

/// What consultants are wanted. Listed is who has confirmed their e-mail address, said what an hour costs,
/// and is not suspended.
public struct ConsultantSearch: Sendable, Hashable {
    /// Who has all of these tags, whatever their case.
    public var tags: [ExpertiseTag] = []
    /// Whether only those who can be asked now.
    public var availableOnly = false
    /// Words in the name, the headline, the tags or the bio, or something like a tag.
    public var text: String?

    /// Everybody.
    public init() {}

    /// The next consultants, in the order of their ids: the oldest account first.
    public func page(
        after: UniqueID?, limit: Int, on database: some Queryable
    ) async throws(DatabaseError) -> [ListedConsultant] {
        var condition: SQL = Self.listed
        if availableOnly { condition = "\(condition) AND availability = 'available'" }
        if !tags.isEmpty {
            condition = "\(condition) AND tags_folded @> lower(to_jsonb(\(tags.map(\.text))::text[])::text)::jsonb"
        }
        if let text {
            // `<%`: some stretch of the tags resembles the text, so that a slip of the pen still finds. Each index by itself:
            // with OR in their place a prepared plan walks through everybody in the order of the ids.
            condition = """
                \(condition) AND user_id IN (
                    SELECT user_id FROM consultant_profiles WHERE search @@ websearch_to_tsquery('simple', \(text))
                    UNION
                    SELECT user_id FROM consultant_profiles WHERE lower(\(text)) <% tags_text)
                """
        }
        if let after { condition = "\(condition) AND user_id > \(after)" }
        let rows = try await database.query(
            "SELECT \(Self.columns) WHERE \(condition) ORDER BY user_id LIMIT \(limit)")
        return try rows.map { row throws(DatabaseError) in try ListedConsultant(row) }
    }

    /// One consultant; nil where they are not listed.
    public static func consultant(
        _ id: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> ListedConsultant? {
        try await database.query("SELECT \(columns) WHERE \(listed) AND user_id = \(id)").first
            .map { row throws(DatabaseError) in try ListedConsultant(row) }
    }

    /// The next ratings of a consultant, the newest first; nil where they are not listed.
    public static func ratings(
        of id: UniqueID, after place: ListedRating.Place?, limit: Int, on database: some Queryable
    ) async throws(DatabaseError) -> [ListedRating]? {
        let beyond: SQL =
            place.map { "AND (ratings.created_at, session_id) < (\($0.createdAt), \($0.session))" } ?? ""
        // A listed consultant without ratings is one row of NULLs, one who is not listed no row.
        let rows = try await database.query(
            """
            SELECT rating.* FROM consultant_profiles JOIN users ON users.id = user_id LEFT JOIN LATERAL (
                SELECT stars, CASE WHEN hidden_at IS NULL THEN comment END AS comment, ratings.created_at, session_id FROM ratings
                WHERE consultant_id = user_id \(beyond)
                ORDER BY ratings.created_at DESC, session_id DESC LIMIT \(limit)
            ) AS rating ON true
            WHERE \(listed) AND user_id = \(id)
            """)
        if rows.isEmpty { return nil }
        var ratings: [ListedRating] = []
        for row in rows {
            guard let stars = try row.get("stars", as: Int?.self) else { continue }
            let place = ListedRating.Place(
                createdAt: try row.get("created_at", as: Timestamp.self),
                session: try row.get("session_id", as: UniqueID.self))
            ratings.append(ListedRating(stars: stars, comment: try row.get("comment", as: String?.self), place: place))
        }
        return ratings
    }

    private static let columns: SQL = """
        user_id, users.name, headline, bio, tags, hourly_rate_amount, hourly_rate_currency, availability,
        available_after_call, rating_sum, rating_count, session_count, users.created_at
        FROM consultant_profiles JOIN users ON users.id = user_id
        """

    private static let listed: SQL = """
        hourly_rate_amount IS NOT NULL AND users.email_verified_at IS NOT NULL AND users.erased_at IS NULL
        AND users.suspended_at IS NULL
        """
}
