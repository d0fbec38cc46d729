public import Database

/// What of all money is under way.
public struct ChargeQueue: Sendable, Hashable {
    /// Requests to the processor that are not answered.
    public let requests: Int
    /// Events of Stripe that wait.
    public let events: Int
    /// Events of Stripe that failed too often.
    public let parked: Int
    /// Sessions whose money is not decided.
    public let charges: Int

    /// Counts it.
    public static func read(on database: some Queryable) async throws(DatabaseError) -> ChargeQueue {
        let rows = try await database.query(
            """
            SELECT (SELECT count(*) FROM payment_requests WHERE state <> 'answered') AS requests,
                (SELECT count(*) FROM stripe_events WHERE state = 'waiting') AS events,
                (SELECT count(*) FROM stripe_events WHERE state = 'parked') AS parked,
                (SELECT count(*) FROM charges WHERE state IN ('running', 'closing')) AS charges
            """)
        return ChargeQueue(
            requests: try rows[0].get("requests", as: Int.self), events: try rows[0].get("events", as: Int.self),
            parked: try rows[0].get("parked", as: Int.self), charges: try rows[0].get("charges", as: Int.self))
    }
}
