public import Database

/// An account of the ledger, in some currency. Debits are positive, credits negative.
public struct LedgerAccount: Hashable, Sendable {
    /// What an account is for.
    public enum Kind: String, Sendable, CaseIterable, ColumnDecodable {
        /// What a customer owes us: charged by a debit, paid by a credit. In balance when nothing moves.
        case customer
        /// What is a consultant's and still at Stripe: a credit.
        case consultantPayable = "consultant_payable"
        /// What the platform earned: a credit.
        case platformFee = "platform_fee"
        /// The money at Stripe, the platform's and the consultants': a debit.
        case stripe
        /// What is to be given back to customers: a credit where a refund did not reach its card.
        case refunds
        /// What is held back while disputes are open: a debit.
        case disputes
    }

    /// What it is for.
    public let kind: Kind
    /// Whose it is, for a kind that everybody has one of.
    public let person: UniqueID?

    private init(_ kind: Kind, _ person: UniqueID? = nil) {
        self.kind = kind
        self.person = person
    }

    /// A customer's.
    public static func customer(_ person: UniqueID) -> LedgerAccount { .init(.customer, person) }
    /// A consultant's.
    public static func consultantPayable(_ person: UniqueID) -> LedgerAccount { .init(.consultantPayable, person) }
    /// The platform's earnings.
    public static let platformFee = LedgerAccount(.platformFee)
    /// The money at Stripe.
    public static let stripe = LedgerAccount(.stripe)
    /// Refunds on their way.
    public static let refunds = LedgerAccount(.refunds)
    /// Open disputes.
    public static let disputes = LedgerAccount(.disputes)
}

/// An amount on an account.
public struct LedgerEntry: Hashable, Sendable {
    /// Which account.
    public let account: LedgerAccount
    /// Minor units: a debit is positive, a credit negative.
    public let amount: Int64

    /// An amount on an account.
    public init(_ account: LedgerAccount, _ amount: Int64) {
        self.account = account
        self.amount = amount
    }
}
