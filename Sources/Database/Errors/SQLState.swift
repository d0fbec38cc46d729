/// The five characters by which PostgreSQL names an error (its manual's appendix A).
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The five characters.
    public let rawValue: String

    /// The state of these five characters.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The five characters.
    public var description: String { rawValue }

    /// The first two characters: the class of errors.
    public var category: Substring { rawValue.prefix(2) }

    /// A value occurs twice in a unique index.
    public static let uniqueViolation = SQLState(rawValue: "23505")
    /// A row refers to one that does not exist, or is still referred to.
    public static let foreignKeyViolation = SQLState(rawValue: "23503")
    /// A row fails a check.
    public static let checkViolation = SQLState(rawValue: "23514")
    /// A column that must have a value has none.
    public static let notNullViolation = SQLState(rawValue: "23502")
    /// Text is not a value of the type it was taken for.
    public static let invalidTextRepresentation = SQLState(rawValue: "22P02")
    /// Text contains what the encoding does not have, such as NUL.
    public static let characterNotInRepertoire = SQLState(rawValue: "22021")
    /// Concurrent transactions have no order in which they could have run one after the other.
    public static let serializationFailure = SQLState(rawValue: "40001")
    /// Two transactions waited for each other.
    public static let deadlockDetected = SQLState(rawValue: "40P01")
    /// An earlier statement of the transaction failed.
    public static let inFailedTransaction = SQLState(rawValue: "25P02")
    /// The transaction was left idle for too long.
    public static let idleInTransactionTimeout = SQLState(rawValue: "25P03")
    /// A statement was cancelled, or ran into its timeout.
    public static let queryCancelled = SQLState(rawValue: "57014")
    /// A lock was not to be had in time.
    public static let lockNotAvailable = SQLState(rawValue: "55P03")
    /// The server ends the connection because it stops.
    public static let adminShutdown = SQLState(rawValue: "57P01")
    /// The server ends the connection because another one crashed.
    public static let crashShutdown = SQLState(rawValue: "57P02")
    /// The server starts, stops or recovers.
    public static let cannotConnectNow = SQLState(rawValue: "57P03")
    /// The server has no connection left.
    public static let tooManyConnections = SQLState(rawValue: "53300")
    /// A prepared statement no longer fits its tables.
    public static let featureNotSupported = SQLState(rawValue: "0A000")
    /// A prepared statement is unknown.
    public static let invalidStatementName = SQLState(rawValue: "26000")
    /// A table does not exist.
    public static let undefinedTable = SQLState(rawValue: "42P01")
    /// A statement is not well formed.
    public static let syntaxError = SQLState(rawValue: "42601")
}
