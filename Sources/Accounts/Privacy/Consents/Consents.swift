public import Database

/// What people agreed to: a history in `consents`, of which the newest row of a document counts.
public enum Consents {
    /// A choice that counts now.
    public struct Current: Sendable, Hashable {
        /// What was chosen.
        public let choice: ConsentChoice
        /// When.
        public let recordedAt: Timestamp
    }

    /// Records choices. One that says what counts already is not recorded again.
    ///
    /// ```swift
    /// try await Consents.record(
    ///     user, [ConsentChoice(.terms, granted: true), ConsentChoice(.privacy, granted: true)], in: transaction)
    /// ```
    public static func record(
        _ user: UniqueID, _ choices: [ConsentChoice], in transaction: Transaction
    ) async throws(DatabaseError) {
        // One after the other: of the same document twice, the second sees the first.
        for choice in choices {
            try await transaction.query(
                """
                INSERT INTO consents (id, user_id, document, version, granted)
                SELECT \(UniqueID())::uuid, \(user)::uuid, \(choice.document.rawValue)::text, \(choice.version)::text,
                    \(choice.granted)::boolean
                WHERE NOT EXISTS (
                    SELECT FROM (
                        SELECT version, granted FROM consents
                        WHERE user_id = \(user) AND document = \(choice.document.rawValue)
                        ORDER BY recorded_at DESC, id DESC LIMIT 1
                    ) AS latest
                    WHERE version = \(choice.version) AND granted = \(choice.granted))
                """)
        }
    }

    /// What counts now, one row for each document that was ever chosen about.
    public static func current(of user: UniqueID, on database: some Queryable) async throws(DatabaseError) -> [Current]
    {
        let rows = try await database.query(
            """
            SELECT DISTINCT ON (document) document, version, granted, recorded_at FROM consents
            WHERE user_id = \(user) ORDER BY document, recorded_at DESC, id DESC
            """)
        var current: [Current] = []
        for row in rows {
            // A document that no longer exists is nothing to choose about.
            guard let document = ConsentDocument(rawValue: try row.get("document", as: String.self)) else { continue }
            let choice = ConsentChoice(
                document, version: try row.get("version", as: String.self),
                granted: try row.get("granted", as: Bool.self))
            current.append(Current(choice: choice, recordedAt: try row.get("recorded_at", as: Timestamp.self)))
        }
        return current
    }

    /// Whether somebody agrees to the current version.
    public static func isGranted(
        _ document: ConsentDocument, by user: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> Bool {
        try await current(of: user, on: database).contains {
            $0.choice.document == document && $0.choice.granted && $0.choice.version == document.currentVersion
        }
    }
}
