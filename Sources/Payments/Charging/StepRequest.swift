internal import Billing
internal import Database
internal import Money
internal import Stripe

/// A step as Stripe is asked for it. Stored before it is sent, and sent again byte for byte.
struct StepRequest: Sendable {
    /// Path and form of a POST.
    let path: String
    let form: String

    /// A request, or why there can be none.
    enum Result: Sendable {
        case request(StepRequest)
        case refused(String)
    }

    /// What customers and consultants can do something about.
    enum Obstacle {
        static let noPaymentMethod = "no_payment_method"
        static let noPayoutAccount = "no_payout_account"
        static let noPayment = "no_payment"
    }

    /// The request of a step, as things are now. A step that was stored before is sent as it was stored, so this is asked for
    /// new ones alone.
    static func make(
        of step: ChargeStep, for session: ChargedSession, receiptHead: String?, in transaction: Transaction
    ) async throws -> Result {
        if let stored = try await stored(step.key, in: transaction) { return .request(stored) }
        guard let key = IdempotencyKey(step.key) else { return .refused(Obstacle.noPayment) }
        if step.kind == .hold { return try await hold(step, key, for: session, in: transaction) }
        guard let intent = try await intent(of: step, session.id, in: transaction) else {
            return .refused(Obstacle.noPayment)
        }
        switch step.kind {
        case .capture:
            let metadata = receiptHead.map { ["receipt": $0] } ?? [:]
            return .request(
                .init(.capture(intent, amount: step.amount, fee: step.fee, metadata: metadata, idempotencyKey: key)))
        case .cancel: return .request(.init(.cancel(intent, idempotencyKey: key)))
        case .refund:
            return .request(.init(StripeCall<Refund>.refund(intent, amount: step.amount, idempotencyKey: key)))
        case .hold: return .refused(Obstacle.noPayment)
        }
    }

    private init(path: String, form: String) {
        self.path = path
        self.form = form
    }

    private init<Object>(_ call: StripeCall<Object>) {
        self.init(path: call.request.path, form: call.request.form)
    }

    private static func stored(_ key: String, in transaction: Transaction) async throws(DatabaseError) -> StepRequest? {
        try await transaction.query("SELECT path, body FROM payment_requests WHERE idempotency_key = \(key)").first
            .map { row throws(DatabaseError) in
                StepRequest(path: try row.get("path", as: String.self), form: try row.get("body", as: String.self))
            }
    }

    private static func hold(
        _ step: ChargeStep, _ key: IdempotencyKey, for session: ChargedSession, in transaction: Transaction
    ) async throws -> Result {
        guard let payer = try await PaymentAccounts.payer(of: session.customer, on: transaction),
            let customer = StripeID<Customer>(payer.customer), let method = StripeID<PaymentMethod>(payer.method)
        else { return .refused(Obstacle.noPaymentMethod) }
        guard let payee = try await PaymentAccounts.payee(of: session.consultant, on: transaction),
            let account = StripeID<Account>(payee)
        else { return .refused(Obstacle.noPayoutAccount) }
        let hold = Hold(
            amount: Money(amount: step.amount, currency: session.currency), fee: step.fee, customer: customer,
            paymentMethod: method, destination: account, description: "Video consultation, part \(step.window)",
            metadata: [
                "session": session.id.description, "window": String(step.window), "attempt": String(step.attempt),
                "payment": step.payment,
            ])
        return .request(.init(.hold(hold, idempotencyKey: key)))
    }

    private static func intent(
        of step: ChargeStep, _ session: UniqueID, in transaction: Transaction
    ) async throws(DatabaseError) -> StripeID<PaymentIntent>? {
        let rows = try await transaction.query(
            """
            SELECT processor_id FROM payments
            WHERE session_id = \(session) AND window_number = \(step.window) AND attempt = \(step.attempt)
            """)
        return try rows.first?.get("processor_id", as: String?.self).flatMap { StripeID($0) }
    }
}

extension ChargeStep {
    /// The name of the payment it belongs to: what the keys of all its steps begin with.
    var payment: String { "cc-\(session)-w\(window)-a\(attempt)" }
}
