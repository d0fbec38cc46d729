public import Database

/// The audit log of accounts.
public enum SecurityEvents {
    /// An entry.
    struct Entry: Sendable {
        var id: UniqueID
        var user: UniqueID?
        var kind: String
        var occurredAt: Timestamp
        var address: String?
        var detail: JSONText

        init(_ row: Row) throws(DatabaseError) {
            id = try row.get("id", as: UniqueID.self)
            user = try row.get("user_id", as: UniqueID?.self)
            kind = try row.get("kind", as: String.self)
            occurredAt = try row.get("occurred_at", as: Timestamp.self)
            address = try row.get("address", as: String?.self)
            detail = try row.get("detail", as: JSONText.self)
        }
    }

    /// The statement that records an event. It holds when its transaction commits.
    ///
    /// - Parameters:
    ///   - user: whose account; nil where there is none.
    ///   - address: where the request came from.
    public static func record(
        _ kind: SecurityEventKind, of user: UniqueID?, address: String?, detail: JSONText = JSONText("{}")
    ) -> SQL {
        """
        INSERT INTO security_events (id, user_id, kind, address, detail)
        VALUES (\(UniqueID()), \(user), \(kind), \(address), \(detail))
        """
    }

    /// The newest entries before `before`, of one account or of all.
    static func list(
        of user: UniqueID?, before: UniqueID?, limit: Int, on database: some Queryable
    ) async throws(DatabaseError) -> [Entry] {
        let rows = try await database.query(
            """
            SELECT id, user_id, kind, occurred_at, address, detail FROM security_events
            WHERE (\(user)::uuid IS NULL OR user_id = \(user)) AND (\(before)::uuid IS NULL OR id < \(before))
            ORDER BY id DESC LIMIT \(limit)
            """)
        var entries: [Entry] = []
        for row in rows { entries.append(try Entry(row)) }
        return entries
    }
}
