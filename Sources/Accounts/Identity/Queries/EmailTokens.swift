internal import Database

/// The links that mails carry.
enum EmailTokens {
    enum Purpose: String, Sendable, ParameterEncodable, ColumnDecodable {
        case verify
        case reset
    }

    /// A new link; older ones of the same purpose no longer hold.
    static func issue(
        _ purpose: Purpose, for user: UniqueID, seconds: Int, in transaction: Transaction
    ) async throws(DatabaseError) -> SecretToken {
        let token = SecretToken()
        let end = Timestamp.now().advanced(by: .seconds(seconds))
        _ = try await transaction.pipeline([
            "DELETE FROM email_tokens WHERE user_id = \(user) AND purpose = \(purpose) AND used_at IS NULL",
            """
            INSERT INTO email_tokens (hash, user_id, purpose, expires_at)
            VALUES (\(token.hash), \(user), \(purpose), \(end))
            """,
        ])
        return token
    }

    /// Uses a link up.
    ///
    /// - Returns: whose it was; nil where it does not hold, or was used before.
    static func use(
        _ token: SecretToken, for purpose: Purpose, in transaction: Transaction
    ) async throws(DatabaseError) -> UniqueID? {
        let rows = try await transaction.query(
            """
            UPDATE email_tokens SET used_at = now()
            WHERE hash = \(token.hash) AND purpose = \(purpose) AND used_at IS NULL AND expires_at > now()
            RETURNING user_id
            """)
        return try rows.first?.get("user_id", as: UniqueID.self)
    }
}
