public import Database

/// The durable queue between the halves: rows of `outbox_events`, written in the transaction that caused them.
///
/// An event is delivered at least once, and in the order of the commits among events of the same key. Who appends
/// holds the key until the end of the transaction, so that the order in which events are numbered is the order in which
/// they become visible. An event that keeps failing is parked and lets the later ones of its key pass.
public enum Outbox {
    /// Appends an event: it exists when the transaction commits, and then only.
    ///
    /// - Returns: false where the queue has had an event of this id before; then nothing is appended.
    @discardableResult
    public static func append(_ event: Event, in transaction: Transaction) async throws(DatabaseError) -> Bool {
        try await append([event], in: transaction) == 1
    }

    /// Appends events in this order, in one round trip.
    ///
    /// - Returns: how many were new.
    @discardableResult
    public static func append(_ events: [Event], in transaction: Transaction) async throws(DatabaseError) -> Int {
        guard !events.isEmpty else { return 0 }
        return try await transaction.pipeline(statements(appending: events))[1].affected
    }

    /// What appends events in this order: for whoever has other statements to send in the same round trip.
    public static func statements(appending events: [Event]) -> [SQL] {
        guard !events.isEmpty else { return [] }
        // In one order for everybody, so that two transactions with the same keys do not wait for each other.
        let keys = Set(events.map { "\($0.queue.name) \($0.key)" }).sorted()
        let queues = Set(events.map(\.queue.channel)).sorted()
        return [
            "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(\(keys)::text[]) AS key",
            """
            INSERT INTO outbox_events (id, queue, key, kind, payload)
            SELECT id, queue, key, kind, payload::jsonb FROM unnest(
                \(events.map(\.id))::uuid[], \(events.map(\.queue.name))::text[], \(events.map(\.key))::text[],
                \(events.map(\.kind))::text[], \(events.map(\.payload.text))::text[]
            ) AS appended (id, queue, key, kind, payload)
            ON CONFLICT (id) DO NOTHING
            """,
            "SELECT pg_notify(channel, '') FROM unnest(\(queues)::text[]) AS channel",
        ]
    }

    // MARK: For ops

    /// A queue's numbers.
    public static func metrics(of queue: EventQueue, on database: some Queryable) async throws(DatabaseError)
        -> QueueMetrics
    {
        let rows = try await database.query(
            """
            SELECT
                (SELECT count(*) FROM outbox_events WHERE queue = \(queue) AND state = 'pending') AS pending,
                (SELECT count(*) FROM outbox_events WHERE queue = \(queue) AND state = 'parked') AS parked,
                (SELECT count(*) FROM outbox_events WHERE queue = \(queue) AND state = 'delivered') AS delivered,
                (SELECT (extract(epoch FROM clock_timestamp() - min(created_at)) * 1000000)::int8
                    FROM outbox_events WHERE queue = \(queue) AND state = 'pending') AS age
            """)
        return QueueMetrics(
            pending: try rows[0].get("pending", as: Int.self), parked: try rows[0].get("parked", as: Int.self),
            delivered: try rows[0].get("delivered", as: Int.self),
            oldestAge: try rows[0].get("age", as: Int64?.self).map { .microseconds($0) })
    }

    /// The parked events of a queue, the longest parked first.
    public static func parked(
        in queue: EventQueue, limit: Int = 100, on database: some Queryable
    ) async throws(DatabaseError) -> [ParkedEvent] {
        let rows = try await database.query(
            """
            SELECT \(Event.columns), attempts, last_error, created_at, settled_at FROM outbox_events
            WHERE queue = \(queue) AND state = 'parked' ORDER BY settled_at, sequence LIMIT \(limit)
            """)
        var events: [ParkedEvent] = []
        for row in rows {
            events.append(
                ParkedEvent(
                    event: try Event(row), failures: try row.get("attempts", as: Int.self),
                    lastError: try row.get("last_error", as: String?.self) ?? "",
                    createdAt: try row.get("created_at", as: Timestamp.self),
                    parkedAt: try row.get("settled_at", as: Timestamp.self)))
        }
        return events
    }

    /// Puts a parked event back: behind what its key has pending, with all its attempts.
    ///
    /// - Returns: false where there is no parked event of this id.
    @discardableResult
    public static func unpark(_ id: EventID, in transaction: Transaction) async throws(DatabaseError) -> Bool {
        let rows = try await transaction.query(
            "SELECT queue, key FROM outbox_events WHERE id = \(id) AND state = 'parked'")
        guard let row = rows.first else { return false }
        let queue = try row.get("queue", as: EventQueue.self)
        let key = "\(queue.name) \(try row.get("key", as: String.self))"
        let answers = try await transaction.pipeline([
            "SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))",
            """
            UPDATE outbox_events SET state = 'pending', attempts = 0, settled_at = NULL, due_at = clock_timestamp(),
                sequence = nextval('outbox_sequence')
            WHERE id = \(id) AND state = 'parked'
            """,
            "SELECT pg_notify(\(queue.channel), '')",
        ])
        return answers[1].affected == 1
    }

    /// Deletes a queue's events that were delivered longer ago than `age`, at most `limit`.
    ///
    /// - Returns: how many were deleted.
    @discardableResult
    public static func removeDelivered(
        from queue: EventQueue, olderThan age: Duration, limit: Int = 1000, on database: some Queryable
    ) async throws(DatabaseError) -> Int {
        let before = Timestamp.now().advanced(by: .zero - age)
        return try await database.query(
            """
            DELETE FROM outbox_events WHERE id IN (
                SELECT id FROM outbox_events
                WHERE queue = \(queue) AND state = 'delivered' AND settled_at < \(before)
                ORDER BY settled_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            """
        ).affected
    }
}
