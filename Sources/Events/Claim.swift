internal import Database

/// What a reader has taken of a queue, in a transaction whose end lets it go.
///
/// A key is held by the row lock on its first pending event. Who holds that one may handle the following ones too:
/// nobody else can claim a later event of the key while an earlier one is pending. The lock dies with the connection,
/// and with it the claim.
enum Claim {
    /// Keys whose first event is due and that nobody holds, with their following events.
    ///
    /// The search looks at the first `window` pending events, and at all of them only where that finds nothing: behind
    /// many events of a few busy or failing keys there may be others. Of each key the first of these is its first pending
    /// event at all, for they are the beginning of the queue: no other row is looked for, which would be left to a plan that
    /// cannot know how many events wait.
    static func take(
        from queue: EventQueue, limit: Int, in transaction: Transaction
    ) async throws(DatabaseError) -> [Delivery] {
        let window = limit * 4
        let near = try await take(from: queue, limit: limit, window: window, in: transaction)
        if !near.isEmpty { return near }
        let pending = try await transaction.query(
            """
            SELECT count(*) FROM (SELECT FROM outbox_events WHERE queue = \(queue) AND state = 'pending'
                LIMIT \(window + 1)) AS found
            """)
        guard try pending[0].get(0, as: Int.self) > window else { return [] }
        return try await take(from: queue, limit: limit, window: Int(Int32.max), in: transaction)
    }

    private static func take(
        from queue: EventQueue, limit: Int, window: Int, in transaction: Transaction
    ) async throws(DatabaseError) -> [Delivery] {
        let rows = try await transaction.query(
            """
            WITH near AS MATERIALIZED (
                SELECT id, key, sequence FROM outbox_events WHERE queue = \(queue) AND state = 'pending'
                ORDER BY sequence LIMIT \(window)
            ), heads AS MATERIALIZED (
                SELECT key FROM outbox_events
                WHERE id = ANY(ARRAY(SELECT DISTINCT ON (key) id FROM near ORDER BY key, sequence))
                    AND state = 'pending' AND due_at <= clock_timestamp()
                ORDER BY sequence LIMIT \(limit) FOR UPDATE SKIP LOCKED
            )
            SELECT \(Event.columns), sequence, attempts, created_at FROM outbox_events
            WHERE id = ANY(ARRAY(
                SELECT near.id FROM near JOIN heads USING (key) ORDER BY near.sequence LIMIT \(limit)))
            ORDER BY sequence
            """)
        var deliveries: [Delivery] = []
        for row in rows {
            deliveries.append(
                Delivery(
                    event: try Event(row), failures: try row.get("attempts", as: Int.self),
                    createdAt: try row.get("created_at", as: Timestamp.self),
                    sequence: try row.get("sequence", as: Int64.self)))
        }
        return deliveries
    }

    /// How long until an event that waits for another attempt is due; nil where none waits.
    ///
    /// - Parameter orNow: whether zero is an answer, where an event is due already. Not after a look that found none: then
    ///   others have it.
    static func nextDue(
        in queue: EventQueue, orNow: Bool, on database: some Queryable
    ) async throws(DatabaseError) -> Duration? {
        let rows = try await database.query(
            """
            SELECT CASE WHEN \(orNow) AND EXISTS (SELECT FROM outbox_events
                    WHERE queue = \(queue) AND state = 'pending' AND due_at <= clock_timestamp())
                THEN 0
                ELSE (SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000000)::int8 FROM outbox_events
                    WHERE queue = \(queue) AND state = 'pending' AND due_at > clock_timestamp()) END
            """)
        return try rows[0].get(0, as: Int64?.self).map { .microseconds($0) }
    }

    /// Enters what became of claimed events, when the transaction commits.
    static func settle(delivered: [EventID], failed: [Failure], in transaction: Transaction) {
        var statements: [SQL] = []
        if !delivered.isEmpty {
            statements.append(
                """
                UPDATE outbox_events SET state = 'delivered', settled_at = clock_timestamp()
                WHERE id = ANY(\(delivered)::uuid[])
                """)
        }
        for failure in failed { statements.append(failure.statement) }
        transaction.postpone(statements)
    }

    /// An event whose handling failed.
    struct Failure: Sendable {
        let id: EventID
        let error: String
        let verdict: RetryPolicy.Verdict

        fileprivate var statement: SQL {
            switch verdict {
            case .retry(let pause):
                """
                UPDATE outbox_events SET attempts = attempts + 1, last_error = \(error),
                    due_at = \(Timestamp.now().advanced(by: pause))
                WHERE id = \(id)
                """
            case .park:
                """
                UPDATE outbox_events SET attempts = attempts + 1, last_error = \(error), state = 'parked',
                    settled_at = clock_timestamp()
                WHERE id = \(id)
                """
            }
        }
    }
}
