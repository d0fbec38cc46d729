public import Database
public import Identifiers

/// An account.
public struct User: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Its id.
    public var id: UniqueID
    /// Its e-mail address.
    public var email: String
    /// The name others see.
    public var name: String
    /// What it may do.
    public var role: Role
    /// When the e-mail address was confirmed; nil before.
    public var emailVerifiedAt: Timestamp?
    /// When it was made.
    public var createdAt: Timestamp

    static let columns: SQL = "users.id, users.email, users.name, users.role, users.email_verified_at, users.created_at"

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id", as: UniqueID.self)
        email = try row.get("email", as: String.self)
        name = try row.get("name", as: String.self)
        role = try row.get("role", as: Role.self)
        emailVerifiedAt = try row.get("email_verified_at", as: Timestamp?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
    }

    init(id: UniqueID, email: EmailAddress, name: PersonName, role: Role, createdAt: Timestamp) {
        self.id = id
        self.email = email.text
        self.name = name.text
        self.role = role
        self.createdAt = createdAt
    }

    /// The account's id.
    public var description: String { "user \(id)" }
    /// Nothing personal.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

extension Role: ParameterEncodable, ColumnDecodable {}

/// An account as its owner sees it.
struct UserView: Encodable {
    var id: String
    var email: String
    var name: String
    var role: String
    var emailVerified: Bool
    var createdAt: String

    init(_ user: User) {
        id = user.id.description
        email = user.email
        name = user.name
        role = user.role.rawValue
        emailVerified = user.emailVerifiedAt != nil
        createdAt = user.createdAt.description
    }
}

enum Users {
    static func find(_ id: UniqueID, on database: some Queryable) async throws(DatabaseError) -> User? {
        let rows = try await database.query("SELECT \(User.columns) FROM users WHERE id = \(id)")
        guard let row = rows.first else { return nil }
        return try User(row)
    }

    static func find(_ email: EmailAddress, on database: some Queryable) async throws(DatabaseError) -> User? {
        let rows = try await database.query("SELECT \(User.columns) FROM users WHERE email = \(email.text)")
        guard let row = rows.first else { return nil }
        return try User(row)
    }

    /// Makes an account with its password.
    ///
    /// - Returns: false where the address has one.
    static func insert(_ user: User, passwordHash: String, in transaction: Transaction) async throws(DatabaseError)
        -> Bool
    {
        let inserted = try await transaction.query(
            """
            INSERT INTO users (id, email, name, role, created_at)
            VALUES (\(user.id), \(user.email), \(user.name), \(user.role), \(user.createdAt))
            ON CONFLICT (email) DO NOTHING
            """)
        guard inserted.affected == 1 else { return false }
        try await transaction.query(
            "INSERT INTO credentials (user_id, password_hash) VALUES (\(user.id), \(passwordHash))")
        return true
    }

    static func rename(_ id: UniqueID, to name: PersonName, in transaction: Transaction) async throws(DatabaseError)
        -> User?
    {
        let rows = try await transaction.query(
            "UPDATE users SET name = \(name.text) WHERE id = \(id) RETURNING \(User.columns)")
        guard let row = rows.first else { return nil }
        return try User(row)
    }
}
