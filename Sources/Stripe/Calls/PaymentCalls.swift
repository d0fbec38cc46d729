public import Money

/// A hold on a card for one window of a call: captured by hand, paid to a consultant, less our fee.
public struct Hold: Sendable, Equatable {
    /// What is held.
    public var amount: Money
    /// Our share of it, in minor units.
    public var fee: Int64
    /// Who pays.
    public var customer: StripeID<Customer>
    /// With which card.
    public var paymentMethod: StripeID<PaymentMethod>
    /// Who gets the rest.
    public var destination: StripeID<Account>
    /// Whether its customer is away: then the bank cannot ask them anything.
    public var isOffSession: Bool
    /// What the customer reads of it at Stripe's.
    public var description: String?
    /// Our own facts: the session, the window.
    public var metadata: [String: String]

    /// A hold.
    public init(
        amount: Money, fee: Int64, customer: StripeID<Customer>, paymentMethod: StripeID<PaymentMethod>,
        destination: StripeID<Account>, isOffSession: Bool = true, description: String? = nil,
        metadata: [String: String]
    ) {
        self.amount = amount
        self.fee = fee
        self.customer = customer
        self.paymentMethod = paymentMethod
        self.destination = destination
        self.isOffSession = isOffSession
        self.description = description
        self.metadata = metadata
    }
}

extension StripeCall where Object == PaymentIntent {
    /// Holds money: made and confirmed in one request. The answer has the whole charge in it.
    public static func hold(_ hold: Hold, idempotencyKey: IdempotencyKey) -> Self {
        Self(.post, "/v1/payment_intents", idempotencyKey) { form in
            form.add("amount", hold.amount.amount)
            form.add("application_fee_amount", hold.fee)
            form.add("automatic_payment_methods[allow_redirects]", "never")
            form.add("automatic_payment_methods[enabled]", true)
            form.add("capture_method", "manual")
            form.add("confirm", true)
            form.add("currency", hold.amount.currency.code)
            form.add("customer", hold.customer)
            form.add("description", hold.description)
            form.add("expand", ["latest_charge"])
            form.add("metadata", hold.metadata)
            if hold.isOffSession { form.add("off_session", true) }
            form.add("payment_method", hold.paymentMethod)
            form.add("transfer_data[destination]", hold.destination)
        }
    }

    /// Confirms a PaymentIntent again, with another card or with its customer there.
    public static func confirm(
        _ id: StripeID<PaymentIntent>, paymentMethod: StripeID<PaymentMethod>?, isOffSession: Bool,
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/payment_intents/\(id)/confirm", idempotencyKey) { form in
            form.add("expand", ["latest_charge"])
            if isOffSession { form.add("off_session", true) }
            form.add("payment_method", paymentMethod)
        }
    }

    /// Reads a PaymentIntent with its charge and our fee.
    public static func paymentIntent(_ id: StripeID<PaymentIntent>) -> Self {
        Self(.get, "/v1/payment_intents/\(id)") { $0.add("expand", ["latest_charge.application_fee"]) }
    }

    /// Captures what is due, once; the rest of the hold is released. The fee may not exceed the amount.
    public static func capture(
        _ id: StripeID<PaymentIntent>, amount: Int64, fee: Int64, metadata: [String: String] = [:],
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/payment_intents/\(id)/capture", idempotencyKey) { form in
            form.add("amount_to_capture", amount)
            form.add("application_fee_amount", fee)
            form.add("expand", ["latest_charge"])
            form.add("metadata", metadata)
        }
    }

    /// Releases a hold.
    public static func cancel(
        _ id: StripeID<PaymentIntent>, reason: CancellationReason = .abandoned, idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/payment_intents/\(id)/cancel", idempotencyKey) {
            $0.add("cancellation_reason", reason.rawValue)
        }
    }
}

/// Why a hold is released.
public enum CancellationReason: String, Sendable {
    /// The call ended under the threshold.
    case abandoned
    /// There is another for the same.
    case duplicate
    /// Fraud.
    case fraudulent
    /// The customer wanted it.
    case requestedByCustomer = "requested_by_customer"
}

extension StripeCall where Object == StripeList<PaymentIntent> {
    /// A page of PaymentIntents, newest first, made at or after `created`.
    ///
    /// - Parameter whole: with their charges and our fees, as a single one is read.
    public static func paymentIntents(
        customer: StripeID<Customer>? = nil, since created: Int64? = nil, whole: Bool = false, limit: Int64 = 100,
        after last: StripeID<PaymentIntent>? = nil
    ) -> Self {
        Self(.get, "/v1/payment_intents") { form in
            form.add("created[gte]", created)
            form.add("customer", customer)
            if whole { form.add("expand", ["data.latest_charge.application_fee"]) }
            form.add("limit", limit)
            form.add("starting_after", last)
        }
    }
}

extension StripeCall where Object == Charge {
    /// Reads a charge.
    public static func charge(_ id: StripeID<Charge>) -> Self { Self(.get, "/v1/charges/\(id)") }
}

extension StripeCall where Object == Refund {
    /// Gives money back, the consultant's part and our fee in proportion.
    public static func refund(
        _ id: StripeID<PaymentIntent>, amount: Int64, metadata: [String: String] = [:], idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/refunds", idempotencyKey) { form in
            form.add("amount", amount)
            form.add("metadata", metadata)
            form.add("payment_intent", id)
            form.add("reason", "requested_by_customer")
            form.add("refund_application_fee", true)
            form.add("reverse_transfer", true)
        }
    }
}

extension StripeCall where Object == Refund {
    /// Reads a refund.
    public static func refund(_ id: StripeID<Refund>) -> Self { Self(.get, "/v1/refunds/\(id)") }
}

extension StripeCall where Object == StripeList<Refund> {
    /// What was given back of a payment.
    public static func refunds(of id: StripeID<PaymentIntent>, limit: Int64 = 100) -> Self {
        Self(.get, "/v1/refunds") { form in
            form.add("limit", limit)
            form.add("payment_intent", id)
        }
    }
}

extension StripeCall where Object == TransferReversal {
    /// Takes back a part of a transfer: how a lost dispute is recovered.
    public static func reverseTransfer(
        _ id: StripeID<Transfer>, amount: Int64, refundsFee: Bool, metadata: [String: String] = [:],
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/transfers/\(id)/reversals", idempotencyKey) { form in
            form.add("amount", amount)
            form.add("metadata", metadata)
            form.add("refund_application_fee", refundsFee)
        }
    }
}

extension StripeCall where Object == StripeList<TransferReversal> {
    /// What was taken back of a transfer, newest first.
    public static func reversals(
        of id: StripeID<Transfer>, limit: Int64 = 100, after last: StripeID<TransferReversal>? = nil
    ) -> Self {
        Self(.get, "/v1/transfers/\(id)/reversals") { form in
            form.add("limit", limit)
            form.add("starting_after", last)
        }
    }
}
