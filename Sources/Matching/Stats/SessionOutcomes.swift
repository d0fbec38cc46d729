internal import Database
internal import Events

/// What came of a session: for the question it was about, for the request it came of, and for the consultant's numbers.
struct SessionOutcomes: Sendable {
    let terms: HandoutTerms

    /// Sessions that may come to nothing because the customer was not there, until nobody else is asked.
    static let patienceWithCustomers = 2

    /// Handles the end of a session in the transaction of its delivery, which is why it is counted once.
    func handle(_ closed: SessionClosed, at now: Timestamp, in transaction: Transaction) async throws {
        guard let question = try await Questions.lock(closed.question, in: transaction) else { return }
        let rows = try await transaction.query(
            """
            SELECT request_id, consultant_id FROM sessions WHERE id = \(closed.session)
            """)
        guard let row = rows.first else { return }
        let consultant = try row.get("consultant_id", as: UniqueID.self)
        let request = try row.get("request_id", as: UniqueID?.self)
        switch closed.result {
        case .completed:
            try await count(consultant, completed: true, question, in: transaction)
            try await note("completed", of: request, at: now, in: transaction)
        case .failed:
            try await count(consultant, completed: false, question, in: transaction)
            try await note("failed", of: request, at: now, in: transaction)
        case .cancelled(let cause):
            // Only their own absence says something about a consultant.
            try await note(cause == .consultant ? "failed" : "cancelled", of: request, at: now, in: transaction)
            try await reopen(question, because: cause, at: now, in: transaction)
        }
    }

    private func note(
        _ outcome: String, of request: UniqueID?, at now: Timestamp, in transaction: Transaction
    ) async throws(DatabaseError) {
        guard let request else { return }
        try await transaction.query(
            "UPDATE requests SET outcome = \(outcome), outcome_at = \(now) WHERE id = \(request) AND outcome IS NULL")
    }

    private func count(
        _ consultant: UniqueID, completed: Bool, _ question: Question, in transaction: Transaction
    ) async throws(DatabaseError) {
        var statements: [SQL] = [
            """
            INSERT INTO consultant_stats AS stats (user_id, completed, failed, last_session_at)
            VALUES (\(consultant), \(completed ? 1 : 0), \(completed ? 0 : 1), clock_timestamp())
            ON CONFLICT (user_id) DO UPDATE SET completed = stats.completed + excluded.completed,
                failed = stats.failed + excluded.failed, last_session_at = excluded.last_session_at
            """
        ]
        if completed {
            statements.append(
                """
                INSERT INTO consultant_tags AS kept (user_id, tag, completed)
                    SELECT DISTINCT \(consultant)::uuid, lower(tag), 1 FROM unnest(\(question.tags)::text[]) AS tag
                ON CONFLICT (user_id, tag) DO UPDATE SET completed = kept.completed + 1
                """)
        }
        _ = try await transaction.pipeline(statements)
    }

    /// The session never began: somebody else is looked for, unless the customer no longer wishes to, or was not there again.
    private func reopen(
        _ question: Question, because cause: SessionClosed.Cause, at now: Timestamp, in transaction: Transaction
    ) async throws {
        var isOver = cause == .customerCancelled
        if cause == .customer {
            let rows = try await transaction.query(
                "SELECT count(*) FROM sessions WHERE question_id = \(question.id) AND state = 'cancelled'")
            isOver = try rows[0].get(0, as: Int.self) >= Self.patienceWithCustomers
        }
        var store = try await HandoutStore(question, terms: terms, in: transaction)
        let actions = store.change { $0.reopen(consultantIsOut: cause == .consultant, isOver: isOver) }
        guard !actions.isEmpty else { return }
        try store.perform(actions, at: now, in: transaction)
        guard !isOver else { return }
        try await transaction.query(
            """
            UPDATE questions SET expires_at = greatest(expires_at, \(now.advanced(by: terms.lifetime))), due_at = \(now)
            WHERE id = \(question.id)
            """)
        try await Questions.wake(nil, in: transaction)
    }
}
