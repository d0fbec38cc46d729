/// What statements can be sent to: a pool, a transaction, or a connection.
public protocol Queryable: Sendable {
    /// Runs statements in one round trip. Outside a transaction they are one together: all take effect, or none.
    ///
    /// - Returns: the answers, in the statements' order.
    /// - Throws: the first failure.
    func pipeline(_ statements: [SQL]) async throws(DatabaseError) -> [Rows]
}

extension Queryable {
    /// Runs one statement.
    @discardableResult
    public func query(_ statement: SQL) async throws(DatabaseError) -> Rows {
        let rows = try await pipeline([statement])
        guard let first = rows.first else { throw DatabaseError(.misuse, "a statement without an answer") }
        return first
    }
}
