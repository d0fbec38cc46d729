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
        /// The account is suspended, whether or not the address is confirmed.
        case suspended
        /// The account was erased; its row is kept without identity.
        case erased
    }

    /// An account as an administrator sees it.
    public struct Entry: Sendable {
        /// The account.
        public let user: User
        /// How far it is.
        public let state: State
        /// Since when it is suspended; nil: it is not.
        public let suspendedAt: Timestamp?

        static let columns: SQL = "\(User.columns), users.erased_at IS NOT NULL AS is_erased, users.suspended_at"

        init(_ row: Row) throws(DatabaseError) {
            user = try User(row)
            suspendedAt = try row.get("suspended_at", as: Timestamp?.self)
            if try row.get("is_erased", as: Bool.self) {
                state = .erased
            } else if suspendedAt != nil {
                state = .suspended
            } else {
                state = user.emailVerifiedAt == nil ? .unverified : .verified
            }
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
        case .verified: condition = "\(condition) AND \(Self.unhindered) AND email_verified_at IS NOT NULL"
        case .unverified: condition = "\(condition) AND \(Self.unhindered) AND email_verified_at IS NULL"
        case .suspended: condition = "\(condition) AND erased_at IS NULL AND suspended_at IS NOT NULL"
        case .erased: condition = "\(condition) AND erased_at IS NOT NULL"
        case nil: break
        }
        if let before { condition = "\(condition) AND users.id < \(before)" }
        let rows = try await database.query(
            """
            SELECT \(Entry.columns) FROM users
            WHERE \(condition) ORDER BY users.id DESC LIMIT \(limit)
            """)
        return try rows.map { row throws(DatabaseError) in try Entry(row) }
    }

    private static let unhindered: SQL = "erased_at IS NULL AND suspended_at IS NULL"
}
