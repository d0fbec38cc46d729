internal import Database
internal import Events
internal import Identifiers

/// Sign-ins and their refresh tokens.
enum SignIns {
    /// What presenting a refresh token came to.
    enum Rotation: Sendable {
        /// The next token of the sign-in, and whose it is.
        case rotated(SecretToken, family: UniqueID, user: User)
        /// The token was used before: its sign-in is ended now.
        case reused
        /// The token is unknown, too old, or of a sign-in that ended.
        case refused
    }

    /// Begins a sign-in.
    ///
    /// - Returns: its id and first refresh token.
    static func begin(
        for user: UniqueID, terms: Identity.Terms, in transaction: Transaction
    ) async throws(DatabaseError) -> (family: UniqueID, token: SecretToken) {
        let family = UniqueID()
        let token = SecretToken()
        let now = Timestamp.now()
        _ = try await transaction.pipeline([
            """
            INSERT INTO refresh_families (id, user_id, expires_at)
            VALUES (\(family), \(user), \(now.advanced(by: .seconds(terms.signInSeconds))))
            """,
            """
            INSERT INTO refresh_tokens (hash, family_id, expires_at)
            VALUES (\(token.hash), \(family), \(now.advanced(by: .seconds(terms.refreshSeconds))))
            """,
        ])
        return (family, token)
    }

    /// Exchanges a refresh token for its successor (RFC 9700 §4.14.2). Both sides of a race get the same one.
    static func rotate(
        _ token: SecretToken, secret: [UInt8], terms: Identity.Terms, address: String, in transaction: Transaction
    ) async throws -> Rotation {
        let used = try await transaction.query(
            """
            UPDATE refresh_tokens t SET used_at = clock_timestamp() FROM refresh_families f
            WHERE t.hash = \(token.hash) AND t.used_at IS NULL AND t.expires_at > now()
                AND f.id = t.family_id AND f.revoked_at IS NULL AND f.expires_at > now()
            RETURNING f.id
            """)
        let family: UniqueID
        let successor = token.successor(secret: secret)
        if let row = used.first {
            family = try row.get("id", as: UniqueID.self)
            let end = Timestamp.now().advanced(by: .seconds(terms.refreshSeconds))
            _ = try await transaction.pipeline([
                """
                INSERT INTO refresh_tokens (hash, family_id, expires_at)
                VALUES (\(successor.hash), \(family), \(end))
                """,
                "UPDATE refresh_families SET last_used_at = now() WHERE id = \(family)",
            ])
        } else {
            let earlier = try await transaction.query(
                """
                SELECT f.id, f.user_id, t.used_at > clock_timestamp() - make_interval(secs => \(terms.reuseGraceSeconds)) AS recent
                FROM refresh_tokens t JOIN refresh_families f ON f.id = t.family_id
                WHERE t.hash = \(token.hash) AND t.used_at IS NOT NULL AND f.revoked_at IS NULL AND f.expires_at > now()
                """)
            guard let row = earlier.first else { return .refused }
            family = try row.get("id", as: UniqueID.self)
            guard try row.get("recent", as: Bool.self) else {
                let user = try row.get("user_id", as: UniqueID.self)
                try await revoke([family], of: user, reason: "refresh_reused", in: transaction)
                try await transaction.query(SecurityEvents.record(.refreshReused, of: user, address: address))
                return .reused
            }
        }
        let rows = try await transaction.query(
            """
            SELECT \(User.columns) FROM users JOIN refresh_families f ON f.user_id = users.id WHERE f.id = \(family)
            """)
        guard let row = rows.first else { return .refused }
        return .rotated(successor, family: family, user: try User(row))
    }

    /// The sign-in that a refresh token belongs to.
    static func family(of token: SecretToken, on database: some Queryable) async throws(DatabaseError) -> UniqueID? {
        try await database.query("SELECT family_id FROM refresh_tokens WHERE hash = \(token.hash)").first?
            .get("family_id", as: UniqueID.self)
    }

    /// Ends these sign-ins of a user, and tells the signaling core.
    ///
    /// - Returns: how many went on until now.
    @discardableResult
    static func revoke(
        _ families: [UniqueID], of user: UniqueID, reason: String, in transaction: Transaction
    ) async throws -> Int {
        let rows = try await transaction.query(
            """
            UPDATE refresh_families SET revoked_at = now(), reason = \(reason)
            WHERE user_id = \(user) AND id = ANY(\(families)::uuid[]) AND revoked_at IS NULL RETURNING id
            """)
        return try await announce(rows, of: user, in: transaction)
    }

    /// Ends all sign-ins of a user but one, and tells the signaling core.
    ///
    /// - Returns: how many went on until now.
    @discardableResult
    static func revokeAll(
        of user: UniqueID, except kept: UniqueID? = nil, reason: String, in transaction: Transaction
    ) async throws -> Int {
        let rows = try await transaction.query(
            """
            UPDATE refresh_families SET revoked_at = now(), reason = \(reason)
            WHERE user_id = \(user) AND revoked_at IS NULL AND (\(kept)::uuid IS NULL OR id <> \(kept)) RETURNING id
            """)
        return try await announce(rows, of: user, in: transaction)
    }

    private static func announce(_ rows: Rows, of user: UniqueID, in transaction: Transaction) async throws -> Int {
        var ended: [UniqueID] = []
        for row in rows { ended.append(try row.get("id", as: UniqueID.self)) }
        if !ended.isEmpty {
            try await Outbox.append(try SignInEvent.revoked(user: user, families: ended).event(), in: transaction)
        }
        return ended.count
    }
}
