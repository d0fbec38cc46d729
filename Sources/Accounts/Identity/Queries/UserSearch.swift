public import Database
public import Identifiers

/// Which accounts an administrator wants to see.
public struct UserSearch: Sendable, Hashable {
    /// How far an account is.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The e-mail address is confirmed.
        case verified
        /// It is not.
        case unverified
        /// The account was erased; its row is kept without identity.
        case erased
    }

    /// An account as an administrator sees it.
    public struct Entry: Sendable {
        /// The account.
        public let user: User
        /// How far it is.
        public let state: State

        init(_ row: Row) throws(DatabaseError) {
            user = try User(row)
            let isErased = try row.get("is_erased", as: Bool.self)
            state = isErased ? .erased : user.emailVerifiedAt == nil ? .unverified : .verified
        }
    }

    /// Part of the e-mail address or the name, whatever its case; or the account's id.
    public var text: String?
    /// Only those who are this.
    public var role: Role?
    /// Only those who are so far.
    public var state: State?

    /// Everybody.
    public init() {}

    /// The newest accounts before `before`.
    public func page(before: UniqueID?, limit: Int, on database: some Queryable) async throws(DatabaseError) -> [Entry]
    {
        var condition: SQL = "TRUE"
        if let text {
            condition = """
                (strpos(lower(email::text), lower(\(text))) > 0 OR strpos(lower(name), lower(\(text))) > 0
                    OR users.id = \(UniqueID(text))::uuid)
                """
        }
        if let role { condition = "\(condition) AND role = \(role)" }
        switch state {
        case .verified: condition = "\(condition) AND erased_at IS NULL AND email_verified_at IS NOT NULL"
        case .unverified: condition = "\(condition) AND erased_at IS NULL AND email_verified_at IS NULL"
        case .erased: condition = "\(condition) AND erased_at IS NOT NULL"
        case nil: break
        }
        if let before { condition = "\(condition) AND users.id < \(before)" }
        let rows = try await database.query(
            """
            SELECT \(User.columns), erased_at IS NOT NULL AS is_erased FROM users
            WHERE \(condition) ORDER BY users.id DESC LIMIT \(limit)
            """)
        return try rows.map { row throws(DatabaseError) in try Entry(row) }
    }
}
