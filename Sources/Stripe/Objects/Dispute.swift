public import Money

/// A customer's objection at the bank.
public struct Dispute: Decodable, Sendable {
    /// Its id.
    public let id: StripeID<Dispute>
    /// What is disputed, in minor units.
    public let amount: Int64
    /// In which currency.
    public let currency: Currency
    /// How far it is.
    public let status: Open<Status>
    /// Such as `fraudulent` or `product_not_received`.
    public let reason: String?
    /// Against which charge.
    public let charge: StripeID<Charge>?
    /// Against which PaymentIntent.
    public let paymentIntent: StripeID<PaymentIntent>?
    /// Until when we may answer, and whether we did.
    public let evidenceDetails: EvidenceDetails?
    /// When it was made, in seconds since 1970.
    public let created: Int64?
    /// What it moved in the platform's balance: what was taken, with what Stripe charges for that, and what was given back.
    public let balanceTransactions: [BalanceTransaction]?

    /// How far a dispute is.
    public enum Status: String, Sendable {
        /// An inquiry; no money was taken yet.
        case warningNeedsResponse = "warning_needs_response"
        /// An inquiry that was answered.
        case warningUnderReview = "warning_under_review"
        /// An inquiry that came to nothing.
        case warningClosed = "warning_closed"
        /// Evidence is wanted.
        case needsResponse = "needs_response"
        /// The bank reads it.
        case underReview = "under_review"
        /// The money comes back to us.
        case won
        /// It does not.
        case lost
        /// A rule of the card network ended it before.
        case prevented
    }

    /// Until when we may answer.
    public struct EvidenceDetails: Decodable, Sendable {
        /// In seconds since 1970.
        public let dueBy: Int64?
        /// Whether any evidence is there.
        public let hasEvidence: Bool?
        /// How often it was submitted.
        public let submissionCount: Int?

        private enum CodingKeys: String, CodingKey {
            case dueBy = "due_by"
            case hasEvidence = "has_evidence"
            case submissionCount = "submission_count"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case id, amount, currency, status, reason, charge, created
        case paymentIntent = "payment_intent"
        case evidenceDetails = "evidence_details"
        case balanceTransactions = "balance_transactions"
    }
}
