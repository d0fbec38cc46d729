/// What we know of a disputed call, in Stripe's own fields. Each text may have 20,000 characters, and is cut there.
public struct DisputeEvidence: Sendable, Equatable {
    /// When and how long media flowed: who was there, from where.
    public var accessActivityLog: String?
    /// The customer's name.
    public var customerName: String?
    /// The customer's address for mail.
    public var customerEmail: String?
    /// What was sold.
    public var productDescription: String?
    /// What the customer agreed to about refunds.
    public var refundPolicyDisclosure: String?
    /// Why a refund was refused.
    public var refundRefusalExplanation: String?
    /// The day of the call.
    public var serviceDate: String?
    /// Whatever else there is: the media receipt and its signature.
    public var uncategorizedText: String?

    /// Evidence with nothing in it yet.
    public init() {}

    fileprivate static let textLimit = 20_000
}

extension StripeCall where Object == Dispute {
    /// Reads a dispute.
    public static func dispute(_ id: StripeID<Dispute>) -> Self { Self(.get, "/v1/disputes/\(id)") }

    /// Stages evidence, or hands it to the bank with `submits`: that is possible once.
    public static func respond(
        to id: StripeID<Dispute>, with evidence: DisputeEvidence, submits: Bool, metadata: [String: String] = [:],
        idempotencyKey: IdempotencyKey
    ) -> Self {
        Self(.post, "/v1/disputes/\(id)", idempotencyKey) { form in
            let texts = [
                ("access_activity_log", evidence.accessActivityLog),
                ("customer_email_address", evidence.customerEmail),
                ("customer_name", evidence.customerName),
                ("product_description", evidence.productDescription),
                ("refund_policy_disclosure", evidence.refundPolicyDisclosure),
                ("refund_refusal_explanation", evidence.refundRefusalExplanation),
                ("service_date", evidence.serviceDate),
                ("uncategorized_text", evidence.uncategorizedText),
            ]
            for (name, text) in texts {
                form.add("evidence[\(name)]", text.map { String($0.unicodeScalars.prefix(DisputeEvidence.textLimit)) })
            }
            form.add("metadata", metadata)
            form.add("submit", submits)
        }
    }

    /// Accepts that a dispute is lost.
    public static func closeDispute(_ id: StripeID<Dispute>, idempotencyKey: IdempotencyKey) -> Self {
        Self(.post, "/v1/disputes/\(id)/close", idempotencyKey)
    }
}

extension StripeCall where Object == StripeList<Dispute> {
    /// Disputes, newest first.
    public static func disputes(
        of intent: StripeID<PaymentIntent>? = nil, since created: Int64? = nil, limit: Int64 = 100,
        after last: StripeID<Dispute>? = nil
    ) -> Self {
        Self(.get, "/v1/disputes") { form in
            form.add("created[gte]", created)
            form.add("limit", limit)
            form.add("payment_intent", intent)
            form.add("starting_after", last)
        }
    }
}

extension StripeCall where Object == StripeList<StripeEvent> {
    /// What happened, newest first, for 30 days: what finds a webhook that never came.
    public static func events(
        since created: Int64? = nil, types: [String] = [], account: StripeID<Account>? = nil, limit: Int64 = 100,
        after last: StripeID<StripeEvent>? = nil
    ) -> Self {
        Self(.get, "/v1/events", account: account) { form in
            form.add("created[gte]", created)
            form.add("limit", limit)
            form.add("starting_after", last)
            form.add("types", types)
        }
    }
}
