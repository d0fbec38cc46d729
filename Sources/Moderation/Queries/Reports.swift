internal import Database

/// What was reported, in `reports`.
enum Reports {
    /// What somebody says.
    struct Content: Sendable {
        let kind: ModerationCase.Kind
        let reason: ReportReason
        let text: String?
    }

    /// A report as whoever made it reads it.
    struct Made: Sendable {
        let id: UniqueID
        let kind: String
        let reason: String
        let text: String?
        let isDecided: Bool
        let createdAt: Timestamp

        static let columns: SQL = "id, kind, reason, text, decision IS NOT NULL AS is_decided, created_at"

        init(_ row: Row) throws(DatabaseError) {
            id = try row.get("id", as: UniqueID.self)
            kind = try row.get("kind", as: String.self)
            reason = try row.get("reason", as: String.self)
            text = try row.get("text", as: String?.self)
            isDecided = try row.get("is_decided", as: Bool.self)
            createdAt = try row.get("created_at", as: Timestamp.self)
        }
    }

    /// Keeps a report; one that this person made before stays as it was.
    ///
    /// - Returns: the report that is kept, and whether it is this one.
    static func add(
        _ content: Content, of session: UniqueID, by reporter: UniqueID, about subject: UniqueID, at now: Timestamp,
        in transaction: Transaction
    ) async throws -> (report: Made, isNew: Bool) {
        let added = try await transaction.query(
            """
            INSERT INTO reports (id, kind, session_id, reporter_id, subject_id, reason, text, created_at)
            VALUES (\(UniqueID(at: now)), \(content.kind.rawValue), \(session), \(reporter), \(subject),
                \(content.reason.rawValue), \(content.text), \(now))
            ON CONFLICT ON CONSTRAINT reports_once DO NOTHING RETURNING \(Made.columns)
            """)
        if let row = added.first { return (try Made(row), true) }
        let kept = try await transaction.query(
            """
            SELECT \(Made.columns) FROM reports
            WHERE session_id = \(session) AND reporter_id = \(reporter) AND kind = \(content.kind.rawValue)
            """)
        return (try Made(kept[0]), false)
    }

    // MARK: Deciding

    /// A report that is to be decided.
    struct Open: Sendable {
        let item: ModerationCase
        let session: UniqueID
        let subject: UniqueID
        let reason: ReportReason?

        static let columns: SQL = "kind, decision, session_id, subject_id, reason"

        init(_ row: Row) throws(DatabaseError) {
            guard let kind = ModerationCase.Kind(rawValue: try row.get("kind", as: String.self)) else {
                throw DatabaseError(.decoding, "a report of an unknown kind")
            }
            let decision = try row.get("decision", as: String?.self).flatMap { ModerationCase.Decision(rawValue: $0) }
            item = ModerationCase(kind: kind, decision: decision)
            session = try row.get("session_id", as: UniqueID.self)
            subject = try row.get("subject_id", as: UniqueID.self)
            reason = ReportReason(rawValue: try row.get("reason", as: String.self))
        }
    }

    static func find(_ id: UniqueID, on database: some Queryable) async throws(DatabaseError) -> Open? {
        try await database.query("SELECT \(Open.columns) FROM reports WHERE id = \(id)").first
            .map { row throws(DatabaseError) in try Open(row) }
    }

    /// The same, locked until the end of the transaction.
    static func lock(_ id: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Open? {
        try await transaction.query("SELECT \(Open.columns) FROM reports WHERE id = \(id) FOR UPDATE").first
            .map { row throws(DatabaseError) in try Open(row) }
    }
}
