internal import Crypto
public import Database
internal import HTTPTypes

extension Call {
    /// Runs `body` in a transaction that honours the request's `Idempotency-Key`.
    ///
    /// The key, what `body` writes, and its reply are committed together: a request sent again, even while the first
    /// one still runs, even after a crash, gets the first one's reply and does nothing. Where `body` throws, the key is
    /// free again. Replies that carry secrets must not come from here: they are kept for a day.
    ///
    /// - Parameter content: what tells the request from another one with the same key; nil: its content. A digest of
    ///   this is kept, so a password must not be in it.
    /// - Throws: ``Problem`` of status 422 where the key came with another content before; what `body` throws.
    public nonisolated(nonsending) func transaction(
        on pool: DatabasePool, isolation: IsolationLevel = .readCommitted, identifiedBy content: [UInt8]? = nil,
        _ body: nonisolated(nonsending) (Transaction) async throws -> Reply
    ) async throws -> Reply {
        try await pool.withTransaction(isolation: isolation) { transaction in
            guard let idempotencyKey else { return try await body(transaction) }
            let scope = scope
            let fingerprint = fingerprint(of: content ?? self.body)
            // Waits for whoever holds the key in a transaction of their own.
            let claimed = try await transaction.query(
                """
                INSERT INTO idempotency_keys (scope, route, key, fingerprint)
                VALUES (\(scope), \(route), \(idempotencyKey), \(fingerprint)) ON CONFLICT DO NOTHING
                """)
            guard claimed.affected == 1 else {
                return try await replay(scope: scope, fingerprint: fingerprint, key: idempotencyKey, in: transaction)
            }
            let reply = try await body(transaction)
            try await transaction.query(
                """
                UPDATE idempotency_keys SET status = \(reply.status.code), body = \(reply.body)
                WHERE scope = \(scope) AND route = \(route) AND key = \(idempotencyKey)
                """)
            return reply
        }
    }

    /// What an earlier request with this `Idempotency-Key` was answered, for a handler that does something outside of the
    /// database before its transaction; nil where none was answered.
    ///
    /// - Throws: ``Problem`` of status 422 where the key came with another content before.
    public func earlierReply(on pool: DatabasePool) async throws -> Reply? {
        guard let idempotencyKey else { return nil }
        return try await pool.withTransaction(readOnly: true) { transaction in
            let scope = scope
            let rows = try await transaction.query(
                """
                SELECT FROM idempotency_keys WHERE scope = \(scope) AND route = \(route) AND key = \(idempotencyKey)
                """)
            if rows.isEmpty { return nil }
            return try await replay(
                scope: scope, fingerprint: fingerprint(of: body), key: idempotencyKey, in: transaction)
        }
    }

    private var scope: String { caller.map { "user \($0.user)" } ?? "address \(address)" }

    /// What a request asks for: the path's parameters and the content.
    private func fingerprint(of content: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            hash.update(data: Array("\(name.utf8.count):\(name)=\(value.utf8.count):\(value);".utf8))
        }
        hash.update(data: content)
        return Array(hash.finalize())
    }

    private func replay(
        scope: String, fingerprint: [UInt8], key: String, in transaction: Transaction
    ) async throws -> Reply {
        let rows = try await transaction.query(
            """
            SELECT fingerprint, status, body FROM idempotency_keys
            WHERE scope = \(scope) AND route = \(route) AND key = \(key)
            """)
        guard let row = rows.first else { throw Problem.unavailable("The first request is being forgotten.") }
        guard try row.get("fingerprint", as: [UInt8].self) == fingerprint else {
            throw Problem(
                .unprocessableContent, code: "idempotency_key_reused",
                "This Idempotency-Key came with another content before.")
        }
        let body = try row.get("body", as: [UInt8].self)
        var reply = Reply(status: .init(code: try row.get("status", as: Int.self)), body: body)
        if !body.isEmpty { reply.headers[.contentType] = "application/json" }
        if let replayed = HTTPField.Name("Idempotency-Replayed") { reply.headers[replayed] = "true" }
        return reply
    }
}
