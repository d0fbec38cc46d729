internal import Billing
public import Database
public import Stripe

/// Takes in what Stripe tells about payments by itself: by webhooks, or when somebody reconciles.
public struct ChargeObserver: Sendable {
    private let pool: DatabasePool
    private let store: ChargeStore
    private let gateway: StripeGateway

    /// An observer of a processor's payments.
    public init(pool: DatabasePool, store: ChargeStore, processor: PaymentProcessor) {
        self.pool = pool
        self.store = store
        gateway = processor.gateway
    }

    /// Acts on an event about a payment.
    ///
    /// - Returns: false where it is about something else.
    /// - Throws: `StripeError` where the payment cannot be read; `DatabaseError`.
    public func handle(_ event: StripeEvent) async throws -> Bool {
        switch event.subject.kind {
        case "payment_intent":
            guard let id = StripeID<PaymentIntent>(event.subject.id) else { return true }
            try await observe(id)
        case "charge":
            guard let id = StripeID<Charge>(event.subject.id) else { return true }
            let charge = try await gateway.perform(.charge(id))
            if let intent = charge.paymentIntent { try await observe(intent) }
        case "refund":
            guard let id = StripeID<Refund>(event.subject.id) else { return true }
            let refund = try await gateway.perform(.refund(id))
            if let intent = refund.paymentIntent { try await observe(intent) }
        default: return false
        }
        return true
    }

    /// Reads a payment, and tells its session's machine where it stands. A payment that is none of ours is left alone.
    public func observe(_ id: StripeID<PaymentIntent>) async throws {
        let intent = try await gateway.perform(.paymentIntent(id))
        guard let fact = PaymentFact(intent) else { return }
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                """
                SELECT id, session_id, window_number, attempt FROM payments
                WHERE processor_id = \(id.text) OR idempotency_key = \(intent.metadata?["payment"])
                """)
            guard let row = rows.first else { return }
            let session = try row.get("session_id", as: UniqueID.self)
            guard var charged = try await ChargedSession.lock(session, in: transaction) else { return }
            try await transaction.query(
                """
                UPDATE payments SET processor_id = coalesce(processor_id, \(id.text))
                WHERE id = \(try row.get("id", as: UniqueID.self))
                """)
            try await store.apply(
                .observed(
                    window: row.get("window_number", as: Int.self), attempt: row.get("attempt", as: Int.self), fact),
                to: &charged, in: transaction)
        }
    }
}
