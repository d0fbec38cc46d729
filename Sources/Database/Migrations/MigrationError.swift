/// Why the migrations were refused or did not run.
public struct MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal it is.
    public enum Code: String, Sendable {
        /// The folder or a file of it cannot be read, or is not named `NNNN_name.up.sql` or `.down.sql`.
        case unreadable
        /// A number is missing, or there twice.
        case gap
        /// An applied migration is not what it was when it was applied.
        case edited
        /// The database has a migration that the folder has not: the server is older than its database.
        case unknown
        /// The wanted version does not exist.
        case noSuchVersion
        /// A migration failed; everything of it was rolled back.
        case failed
    }

    /// What kind of refusal it is.
    public let code: Code
    /// What to know about it.
    public let message: String
    /// PostgreSQL's reason, where a migration failed.
    public let cause: DatabaseError?

    init(_ code: Code, _ message: String, cause: DatabaseError? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// The message, and PostgreSQL's.
    public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
