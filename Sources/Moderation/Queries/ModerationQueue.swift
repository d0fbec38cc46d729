internal import Database

/// The reports as administrators read them.
enum ModerationQueue {
    /// Which of them.
    enum State: String, CaseIterable {
        case open, decided
    }

    /// The next reports: of the open ones whoever has waited longest comes first, otherwise the newest.
    static func page(
        _ state: State?, after: UniqueID?, limit: Int, on database: some Queryable
    ) async throws(DatabaseError) -> [QueuedReport] {
        var condition: SQL = "TRUE"
        switch state {
        case .open: condition = "reports.decision IS NULL"
        case .decided: condition = "reports.decision IS NOT NULL"
        case nil: break
        }
        let isAscending = state == .open
        if let after {
            condition =
                isAscending ? "\(condition) AND reports.id > \(after)" : "\(condition) AND reports.id < \(after)"
        }
        let order: SQL = isAscending ? "reports.id" : "reports.id DESC"
        let rows = try await database.query(
            "SELECT \(QueuedReport.columns) WHERE \(condition) ORDER BY \(order) LIMIT \(limit)")
        return try rows.map { row throws(DatabaseError) in try QueuedReport(row) }
    }
}

/// A report with what an administrator has to know to decide it.
struct QueuedReport: Sendable {
    /// One of its two people.
    struct Person: Sendable {
        let id: UniqueID
        let name: String
        let role: String
        let isErased: Bool
        let suspendedAt: Timestamp?
    }

    /// What was decided, and by whom.
    struct Ruling: Sendable {
        let decision: String
        let note: String?
        let message: String?
        let by: UniqueID?
        let byName: String?
        let at: Timestamp
        let liftedAt: Timestamp?
        let liftedByName: String?
        let liftNote: String?
    }

    /// What was decided about the same person before.
    struct Earlier: Sendable, Codable {
        let id: String
        let kind: String
        let reason: String
        let decision: String
        let decidedAt: String
        let liftedAt: String?
    }

    let id: UniqueID
    let kind: String
    let reason: String
    let text: String?
    let createdAt: Timestamp
    let session: UniqueID
    let title: String
    let sessionState: String
    let sessionAt: Timestamp
    let reporter: Person
    let subject: Person
    let stars: Int?
    let comment: String?
    let commentHiddenAt: Timestamp?
    let ruling: Ruling?
    let earlier: [Earlier]
    let othersOpen: Int

    /// So many of the earlier decisions are shown, the newest first.
    private static let mostEarlier = 20

    static let columns: SQL = """
        reports.id, reports.kind, reports.reason, reports.text, reports.created_at, reports.session_id, questions.title,
        sessions.state AS session_state, sessions.created_at AS session_at,
        reporter.id AS reporter_id, reporter.name AS reporter_name, reporter.role AS reporter_role,
        reporter.erased_at IS NOT NULL AS reporter_erased, reporter.suspended_at AS reporter_suspended_at,
        subject.id AS subject_id, subject.name AS subject_name, subject.role AS subject_role,
        subject.erased_at IS NOT NULL AS subject_erased, subject.suspended_at AS subject_suspended_at,
        ratings.stars, ratings.comment, ratings.hidden_at,
        reports.decision, reports.note, reports.message, reports.decided_by, decider.name AS decider_name,
        reports.decided_at, reports.lifted_at, lifter.name AS lifter_name, reports.lift_note,
        (SELECT count(*) FROM reports AS other
            WHERE other.subject_id = reports.subject_id AND other.id <> reports.id AND other.decision IS NULL) AS others,
        (SELECT coalesce(json_agg(to_json(before)), '[]') FROM (
            SELECT id, kind, reason, decision, \(rfc3339("decided_at")) AS "decidedAt",
                \(rfc3339("lifted_at")) AS "liftedAt"
            FROM reports AS earlier
            WHERE earlier.subject_id = reports.subject_id AND earlier.id <> reports.id AND earlier.decision IS NOT NULL
            ORDER BY earlier.decided_at DESC, earlier.id DESC LIMIT \(mostEarlier)) AS before)::text AS earlier
        FROM reports JOIN sessions ON sessions.id = reports.session_id
            JOIN questions ON questions.id = sessions.question_id
            JOIN users AS reporter ON reporter.id = reports.reporter_id
            JOIN users AS subject ON subject.id = reports.subject_id
            LEFT JOIN ratings ON ratings.session_id = reports.session_id
            LEFT JOIN users AS decider ON decider.id = reports.decided_by
            LEFT JOIN users AS lifter ON lifter.id = reports.lifted_by
        """

    private static func rfc3339(_ column: SQL) -> SQL {
        "to_char(\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
    }

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id", as: UniqueID.self)
        kind = try row.get("kind", as: String.self)
        reason = try row.get("reason", as: String.self)
        text = try row.get("text", as: String?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        session = try row.get("session_id", as: UniqueID.self)
        title = try row.get("title", as: String.self)
        sessionState = try row.get("session_state", as: String.self)
        sessionAt = try row.get("session_at", as: Timestamp.self)
        reporter = try Person(row, "reporter")
        subject = try Person(row, "subject")
        stars = try row.get("stars", as: Int?.self)
        comment = try row.get("comment", as: String?.self)
        commentHiddenAt = try row.get("hidden_at", as: Timestamp?.self)
        ruling = try Ruling(row)
        guard let earlier = try? row.get("earlier", as: JSONText.self).decode(as: [Earlier].self) else {
            throw DatabaseError(.decoding, "the earlier decisions cannot be read")
        }
        self.earlier = earlier
        othersOpen = try row.get("others", as: Int.self)
    }
}

extension QueuedReport.Person {
    fileprivate init(_ row: Row, _ prefix: String) throws(DatabaseError) {
        id = try row.get("\(prefix)_id", as: UniqueID.self)
        name = try row.get("\(prefix)_name", as: String.self)
        role = try row.get("\(prefix)_role", as: String.self)
        isErased = try row.get("\(prefix)_erased", as: Bool.self)
        suspendedAt = try row.get("\(prefix)_suspended_at", as: Timestamp?.self)
    }
}

extension QueuedReport.Ruling {
    fileprivate init?(_ row: Row) throws(DatabaseError) {
        guard let decision = try row.get("decision", as: String?.self) else { return nil }
        self.decision = decision
        note = try row.get("note", as: String?.self)
        message = try row.get("message", as: String?.self)
        by = try row.get("decided_by", as: UniqueID?.self)
        byName = try row.get("decider_name", as: String?.self)
        at = try row.get("decided_at", as: Timestamp.self)
        liftedAt = try row.get("lifted_at", as: Timestamp?.self)
        liftedByName = try row.get("lifter_name", as: String?.self)
        liftNote = try row.get("lift_note", as: String?.self)
    }
}
