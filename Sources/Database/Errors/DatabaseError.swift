/// Why a statement, a transaction or a connection failed.
///
/// The description is fit for a log: where PostgreSQL's words may quote a value (data exceptions, the detail of a
/// violated constraint), it leaves them out. `message` and `detail` have them.
public struct DatabaseError: Error, Sendable, Equatable {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// PostgreSQL refused; `sqlState` says why.
        case refused
        /// No connection is to be had now. Nothing was sent.
        case unavailable
        /// The connection ended, or stayed silent, while an answer was awaited.
        case connectionLost
        /// The task was cancelled.
        case cancelled
        /// A column is missing, NULL, or not a value of the wanted type.
        case decoding
        /// A parameter cannot be sent, such as text with a NUL.
        case invalidParameter
        /// The connection URL is not well formed.
        case configuration
        /// A transaction was used after its end, or committed after a statement of it had failed.
        case misuse
    }

    /// What kind of failure it is.
    public let code: Code
    /// PostgreSQL's name of the error, where it came from PostgreSQL.
    public var sqlState: SQLState?
    /// What happened, in PostgreSQL's or our words.
    public let message: String
    /// PostgreSQL's further words. They may quote values.
    public var detail: String?
    /// The violated constraint.
    public var constraint: String?
    /// The table the error is about.
    public var table: String?
    /// The column the error is about.
    public var column: String?
    /// Whether the work may have taken effect nevertheless: the answer to a statement outside a transaction, or to
    /// COMMIT, was lost. Only idempotent work may be repeated then.
    public var outcomeIsUnknown = false
    /// A prepared statement no longer fits its tables: sent anew it will.
    var isStalePlan = false
    /// The connection had ended before anything was sent: another one can be asked at once.
    var nothingWasSent = false

    /// A failure with our own words.
    public init(_ code: Code, _ message: String, sqlState: SQLState? = nil) {
        self.code = code
        self.message = message
        self.sqlState = sqlState
    }
}

extension DatabaseError {
    /// Whether a unique constraint or index (of that name) was violated.
    public func isUniqueViolation(_ constraint: String? = nil) -> Bool { violates(.uniqueViolation, constraint) }

    /// Whether a foreign key (of that name) was violated.
    public func isForeignKeyViolation(_ constraint: String? = nil) -> Bool {
        violates(.foreignKeyViolation, constraint)
    }

    /// Whether a check (of that name) was violated.
    public func isCheckViolation(_ constraint: String? = nil) -> Bool { violates(.checkViolation, constraint) }

    /// Whether a NULL met a column that has none.
    public var isNotNullViolation: Bool { sqlState == .notNullViolation }

    /// Whether concurrent transactions could not be put in order.
    public var isSerializationFailure: Bool { sqlState == .serializationFailure }

    /// Whether transactions waited for each other.
    public var isDeadlock: Bool { sqlState == .deadlockDetected }

    /// Whether the transaction as a whole should simply run again.
    public var isTransactionConflict: Bool { isSerializationFailure || isDeadlock || isStalePlan }

    /// Whether the statement ran into `statement_timeout`.
    public var isStatementTimeout: Bool { code == .refused && sqlState == .queryCancelled }

    /// Whether a lock was not to be had within `lock_timeout`.
    public var isLockTimeout: Bool { sqlState == .lockNotAvailable }

    /// Whether the database cannot be reached, stops, starts, or is out of connections: HTTP's 503.
    public var isUnavailable: Bool {
        switch code {
        case .unavailable, .connectionLost: true
        case .refused: sqlState.map { $0.category == "53" || $0.category == "08" } ?? false
        case .cancelled, .decoding, .invalidParameter, .configuration, .misuse: false
        }
    }

    /// Whether the same work may succeed when it is done again. See `outcomeIsUnknown`.
    public var isRetryable: Bool { isUnavailable || isTransactionConflict || isLockTimeout }

    private func violates(_ state: SQLState, _ constraint: String?) -> Bool {
        sqlState == state && (constraint == nil || constraint == self.constraint)
    }
}

extension DatabaseError: CustomStringConvertible {
    /// The code and the message, without values.
    public var description: String {
        var text = code.rawValue
        if let sqlState { text += " \(sqlState)" }
        if let constraint { text += " \(constraint)" }
        if sqlState?.category == "22" { return text }
        return text + ": " + message
    }
}

extension DatabaseError {
    static let taskCancelled = DatabaseError(.cancelled, "the task was cancelled", sqlState: nil)
    static let closed = DatabaseError(.unavailable, "the connection is closed")
}
