internal import Billing
internal import Database
internal import Stripe

/// A row of `payment_requests` in the hands of whoever sends it.
struct ChargeRequest: Sendable {
    let id: UniqueID
    let session: UniqueID
    let payment: UniqueID
    let key: String
    let kind: ChargeStep.Kind
    let request: StripeRequest
    /// The processor's name of the payment, where it is known.
    let processor: StripeID<PaymentIntent>?
    /// The name by which Stripe's object refers to the payment.
    let name: String
    let window: Int
    let attempt: Int
    /// Whose payments are searched for it.
    let customer: StripeID<Customer>?
    /// Whether its payment is to be read instead of the request to be sent.
    let isInquiry: Bool
    /// When its payment was first asked for.
    let since: Timestamp

    /// Takes the oldest that waits; nobody else takes it, until it is said to wait again.
    static func claim(on pool: DatabasePool) async throws -> ChargeRequest? {
        let rows = try await pool.query(
            """
            WITH due AS (
                SELECT id FROM payment_requests WHERE state IN ('waiting', 'doubtful')
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED),
            claimed AS (
                UPDATE payment_requests SET
                    state = CASE payment_requests.state WHEN 'waiting' THEN 'sent' ELSE 'inquired' END,
                    sendings = sendings + CASE payment_requests.state WHEN 'waiting' THEN 1 ELSE 0 END,
                    first_sent_at = CASE payment_requests.state WHEN 'waiting'
                        THEN coalesce(first_sent_at, clock_timestamp()) ELSE first_sent_at END
                FROM due WHERE due.id = payment_requests.id RETURNING payment_requests.*)
            SELECT claimed.id, claimed.payment_id, claimed.idempotency_key, claimed.kind, claimed.path, claimed.body,
                claimed.state = 'inquired' AS is_inquiry, payments.session_id, payments.processor_id,
                payments.idempotency_key AS name, payments.window_number, payments.attempt, payments.created_at AS since,
                payment_customers.processor_id AS customer
            FROM claimed JOIN payments ON payments.id = claimed.payment_id
                JOIN sessions ON sessions.id = payments.session_id
                LEFT JOIN payment_customers ON payment_customers.user_id = sessions.customer_id
            """)
        return try rows.first.map { row in try ChargeRequest(row) }
    }

    private init(_ row: Row) throws {
        id = try row.get("id", as: UniqueID.self)
        session = try row.get("session_id", as: UniqueID.self)
        payment = try row.get("payment_id", as: UniqueID.self)
        key = try row.get("idempotency_key", as: String.self)
        guard let known = ChargeStep.Kind(rawValue: try row.get("kind", as: String.self)) else {
            throw Unreadable(what: "kind")
        }
        kind = known
        guard let idempotencyKey = IdempotencyKey(key) else { throw Unreadable(what: "idempotency key") }
        guard
            let stored = StripeRequest(
                .post, try row.get("path", as: String.self), encodedForm: try row.get("body", as: String.self),
                idempotencyKey: idempotencyKey)
        else { throw Unreadable(what: "body") }
        request = stored
        processor = try row.get("processor_id", as: String?.self).flatMap { StripeID($0) }
        name = try row.get("name", as: String.self)
        window = try row.get("window_number", as: Int.self)
        attempt = try row.get("attempt", as: Int.self)
        customer = try row.get("customer", as: String?.self).flatMap { StripeID($0) }
        isInquiry = try row.get("is_inquiry", as: Bool.self)
        since = try row.get("since", as: Timestamp.self)
    }

    private struct Unreadable: Error, CustomStringConvertible {
        let what: String
        var description: String { "a stored request has no \(what) that can be read" }
    }
}
