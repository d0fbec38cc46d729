/// Something that Stripe and we do not say alike.
public struct ReconciliationFinding: Hashable, Sendable, Codable {
    /// Which: a stable name. What can be repaired, and by what, is in docs/money.md.
    public enum Rule: String, Sendable, Codable, CaseIterable {
        /// Stripe holds money that we think was never held.
        case holdMissed = "hold_missed"
        /// Stripe has released a hold that we count on.
        case releaseMissed = "release_missed"
        /// The card was refused, and we still wait.
        case declineMissed = "decline_missed"
        /// Stripe has taken money that we do not know of.
        case captureMissed = "capture_missed"
        /// Stripe has given back what we do not know of.
        case refundMissed = "refund_missed"
        /// The payment is Stripe's, and we never learnt its name there.
        case nameMissed = "name_missed"
        /// Stripe holds money for a session that is settled.
        case staleHold = "stale_hold"
        /// The row of a payment is not what its session's machine says.
        case rowDiffers = "row_differs"
        /// The ledger has other amounts than the payment.
        case ledgerDiffers = "ledger_differs"
        /// The amounts are not the same, or not of the same currency.
        case amountDiffers = "amount_differs"
        /// Our share is not the same.
        case feeDiffers = "fee_differs"
        /// We have taken money, and Stripe has not.
        case captureNotThere = "capture_not_there"
        /// We hold money, and Stripe does not.
        case holdNotThere = "hold_not_there"
        /// We have given money back, and Stripe has not.
        case refundNotThere = "refund_not_there"
        /// Stripe has never heard of a payment of ours.
        case paymentNotThere = "payment_not_there"
        /// A payment with our names on it that we did not make.
        case paymentUnknown = "payment_unknown"
        /// Two payments at Stripe for one of ours.
        case heldTwice = "held_twice"
        /// A window of a settled session is paid by more than one payment.
        case chargedTwice = "charged_twice"
        /// A payout that we do not know of, or know less of.
        case payoutMissed = "payout_missed"
        /// A payout with another amount, or of which we say more than Stripe does.
        case payoutDiffers = "payout_differs"
        /// A payout of ours that Stripe does not know.
        case payoutNotThere = "payout_not_there"
        /// A payout that arrived and is not in the ledger.
        case payoutNotBooked = "payout_not_booked"
        /// A payout account that may do more, or less, than we think.
        case accountDiffers = "account_differs"
        /// What banks hold back is not what the ledger says.
        case disputesDiffer = "disputes_differ"
    }

    /// What makes it right. All of it goes through what handles webhooks and answers, and does nothing the second time.
    public enum Repair: String, Sendable, Codable {
        /// The payment's machine is told what Stripe says.
        case observe
        /// The machine's abandoned steps are tried again.
        case takeUp
        /// The payment's row is written anew from the machine.
        case rewrite
        /// A payout, or an account, is read again and kept.
        case keep
    }

    /// Which rule it breaks.
    public let rule: Rule
    /// What it is about: the name of a payment, or Stripe's id.
    public let subject: String
    /// For people.
    public let words: String
    /// What would make it right; nil: somebody has to look.
    public let repair: Repair?
    /// Whether that was done.
    public var isRepaired = false

    init(_ rule: Rule, _ subject: String, _ words: String, repair: Repair? = nil) {
        self.rule = rule
        self.subject = subject
        self.words = words
        self.repair = repair
    }
}
