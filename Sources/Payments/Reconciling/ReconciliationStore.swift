public import Database

/// What runs came to, in `reconciliations` and `reconciliation_findings`.
public enum ReconciliationStore {
    /// Who asked for a run.
    public enum Trigger: String, Sendable, ColumnDecodable {
        /// The hour of the night.
        case nightly
        /// Somebody at a command line.
        case command
    }

    /// How far a run is.
    public enum State: String, Sendable, ColumnDecodable {
        /// It goes on, or its process was killed.
        case running
        /// It has compared all it was to compare.
        case done
        /// It was given up.
        case failed
    }

    /// How long runs are kept.
    private static let retention = "400 days"

    /// Notes that a run begins; runs beyond their time are forgotten.
    static func begin(_ trigger: Trigger, since: Timestamp?, on pool: DatabasePool) async throws -> UniqueID {
        let id = UniqueID()
        _ = try await pool.pipeline([
            "DELETE FROM reconciliations WHERE started_at < now() - \(retention)::interval",
            """
            INSERT INTO reconciliations (id, trigger, since, state) VALUES (\(id), \(trigger.rawValue), \(since), 'running')
            """,
        ])
        return id
    }

    /// Notes what a run came to, its findings with it.
    static func finish(_ id: UniqueID, _ report: ReconciliationReport, on pool: DatabasePool) async throws {
        try await pool.withTransaction { transaction in
            var statements: [SQL] = [
                """
                UPDATE reconciliations SET state = 'done', ended_at = clock_timestamp(), payments = \(report.payments),
                    payouts = \(report.payouts), found = \(report.found), repaired = \(report.repaired)
                WHERE id = \(id)
                """
            ]
            statements += report.findings.enumerated().map { number, finding in
                """
                INSERT INTO reconciliation_findings (reconciliation_id, number, rule, subject, words, repair, is_repaired)
                VALUES (\(id), \(number + 1), \(finding.rule.rawValue), \(finding.subject), \(finding.words),
                    \(finding.repair?.rawValue), \(finding.isRepaired))
                """
            }
            _ = try await transaction.pipeline(statements)
        }
    }

    /// Notes that a run was given up, and why.
    static func fail(_ id: UniqueID, _ error: any Error, on pool: DatabasePool) async throws {
        try await pool.query(
            """
            UPDATE reconciliations SET state = 'failed', ended_at = clock_timestamp(), error = \(String("\(error)".prefix(500)))
            WHERE id = \(id)
            """)
    }

    /// A run as it is kept.
    struct Run: Sendable {
        let id: UniqueID
        let trigger: Trigger
        let since: Timestamp?
        let state: State
        let startedAt: Timestamp
        let endedAt: Timestamp?
        let payments: Int
        let payouts: Int
        let found: Int
        let repaired: Int
        let error: String?

        /// What is left of it for somebody to look at.
        var open: Int { found - repaired }
    }

    /// The newest run that has ended.
    static func newest(on database: some Queryable) async throws -> Run? {
        try await database.query(
            """
            SELECT id, trigger, since, state, started_at, ended_at, payments, payouts, found, repaired, error
            FROM reconciliations WHERE state <> 'running' ORDER BY id DESC LIMIT 1
            """
        ).first.map { row in
            Run(
                id: try row.get("id", as: UniqueID.self), trigger: try row.get("trigger", as: Trigger.self),
                since: try row.get("since", as: Timestamp?.self), state: try row.get("state", as: State.self),
                startedAt: try row.get("started_at", as: Timestamp.self),
                endedAt: try row.get("ended_at", as: Timestamp?.self), payments: try row.get("payments", as: Int.self),
                payouts: try row.get("payouts", as: Int.self), found: try row.get("found", as: Int.self),
                repaired: try row.get("repaired", as: Int.self), error: try row.get("error", as: String?.self))
        }
    }

    /// What a run found, in the order of finding.
    static func findings(of run: UniqueID, on database: some Queryable) async throws -> [ReconciliationFinding] {
        try await database.query(
            """
            SELECT rule, subject, words, repair, is_repaired FROM reconciliation_findings
            WHERE reconciliation_id = \(run) ORDER BY number
            """
        ).compactMap { row in
            // A rule of another version is not shown.
            guard let rule = ReconciliationFinding.Rule(rawValue: try row.get("rule", as: String.self)) else {
                return nil
            }
            var finding = ReconciliationFinding(
                rule, try row.get("subject", as: String.self), try row.get("words", as: String.self),
                repair: try row.get("repair", as: String?.self).flatMap { .init(rawValue: $0) })
            finding.isRepaired = try row.get("is_repaired", as: Bool.self)
            return finding
        }
    }
}
