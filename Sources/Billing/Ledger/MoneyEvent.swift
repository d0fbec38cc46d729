public import Database
public import Money

/// A movement of money, as the ledger knows it. Amounts are minor units.
public enum MoneyEvent: Hashable, Sendable {
    /// Captured from the customer; `fee` of it is the platform's.
    case captured(amount: Int64, fee: Int64)
    /// Used and not asked for: charged and forgiven, so that the customer's statement shows it.
    case waived(amount: Int64)
    /// Given back to the customer; `fee` of it was the platform's, the rest the consultant's.
    case refunded(amount: Int64, fee: Int64)
    /// A refund did not reach the card: the money is back at Stripe, and still owed.
    case refundFailed(amount: Int64)
    /// The customer's bank took the amount back for the time being; `cost` is what Stripe charges for it.
    case disputeOpened(amount: Int64, cost: Int64)
    /// The bank gave it back; `cost` is what Stripe gives back of its charge.
    case disputeWon(amount: Int64, cost: Int64 = 0)
    /// The bank keeps it; `fee` of it was the platform's, the rest is recovered from the consultant.
    case disputeLost(amount: Int64, fee: Int64)
    /// What was lost is not: the bank changed its mind. `fee` of it is the platform's, the rest the consultant's.
    case disputeRegained(amount: Int64, fee: Int64)
    /// Paid out to the consultant's bank.
    case payoutPaid(amount: Int64)
    /// A payout came back.
    case payoutFailed(amount: Int64)

    /// Its name in the ledger.
    public var kind: String {
        switch self {
        case .captured: "captured"
        case .waived: "waived"
        case .refunded: "refunded"
        case .refundFailed: "refund_failed"
        case .disputeOpened: "dispute_opened"
        case .disputeWon: "dispute_won"
        case .disputeLost: "dispute_lost"
        case .disputeRegained: "dispute_regained"
        case .payoutPaid: "payout_paid"
        case .payoutFailed: "payout_failed"
        }
    }

    /// Its entries: in balance, none empty.
    ///
    /// - Returns: nil for an amount below 0, or a fee beyond its amount; no entries where nothing moves.
    public func entries(customer: UniqueID, consultant: UniqueID) -> [LedgerEntry]? {
        let (payer, payee) = (LedgerAccount.customer(customer), LedgerAccount.consultantPayable(consultant))
        let entries: [LedgerEntry]
        switch self {
        case .captured(let amount, let fee):
            guard amount >= 0, (0...amount).contains(fee) else { return nil }
            entries = [
                LedgerEntry(payer, amount), LedgerEntry(payee, fee - amount), LedgerEntry(.platformFee, -fee),
                LedgerEntry(.stripe, amount), LedgerEntry(payer, -amount),
            ]
        case .waived(let amount):
            guard amount >= 0 else { return nil }
            entries = [LedgerEntry(payer, amount), LedgerEntry(payer, -amount)]
        case .refunded(let amount, let fee):
            guard amount >= 0, (0...amount).contains(fee) else { return nil }
            entries = [
                LedgerEntry(payee, amount - fee), LedgerEntry(.platformFee, fee), LedgerEntry(.refunds, -amount),
                LedgerEntry(.refunds, amount), LedgerEntry(.stripe, -amount),
            ]
        case .refundFailed(let amount):
            guard amount >= 0 else { return nil }
            entries = [LedgerEntry(.stripe, amount), LedgerEntry(.refunds, -amount)]
        case .disputeOpened(let amount, let cost):
            guard amount >= 0, cost >= 0, cost <= .max - amount else { return nil }
            entries = [
                LedgerEntry(.disputes, amount), LedgerEntry(.platformFee, cost), LedgerEntry(.stripe, -amount - cost),
            ]
        case .disputeWon(let amount, let cost):
            guard amount >= 0, cost >= 0, cost <= .max - amount else { return nil }
            entries = [
                LedgerEntry(.stripe, amount + cost), LedgerEntry(.disputes, -amount), LedgerEntry(.platformFee, -cost),
            ]
        case .disputeLost(let amount, let fee):
            guard amount >= 0, (0...amount).contains(fee) else { return nil }
            entries = [
                LedgerEntry(payee, amount - fee), LedgerEntry(.platformFee, fee), LedgerEntry(.disputes, -amount),
            ]
        case .disputeRegained(let amount, let fee):
            guard amount >= 0, (0...amount).contains(fee) else { return nil }
            entries = [
                LedgerEntry(.disputes, amount), LedgerEntry(payee, fee - amount), LedgerEntry(.platformFee, -fee),
            ]
        case .payoutPaid(let amount):
            guard amount >= 0 else { return nil }
            entries = [LedgerEntry(payee, amount), LedgerEntry(.stripe, -amount)]
        case .payoutFailed(let amount):
            guard amount >= 0 else { return nil }
            entries = [LedgerEntry(.stripe, amount), LedgerEntry(payee, -amount)]
        }
        return entries.filter { $0.amount != 0 }
    }
}

extension MoneyEvent {
    /// What a charge machine wants booked.
    public init(_ movement: ChargeMachine.Booking.Movement) {
        switch movement {
        case .captured(let amount, let fee): self = .captured(amount: amount, fee: fee)
        case .refunded(let amount, let fee): self = .refunded(amount: amount, fee: fee)
        case .waived(let amount): self = .waived(amount: amount)
        }
    }
}

/// A movement of money on its way into the ledger.
public struct LedgerTransaction: Hashable, Sendable {
    /// Names what moved the money: the same for the same movement, and for no other.
    public let source: String
    /// What moved.
    public let event: MoneyEvent
    /// In which currency.
    public let currency: Currency
    /// Of which session, where it is one's.
    public let session: UniqueID?
    /// Who paid.
    public let customer: UniqueID
    /// Who is paid.
    public let consultant: UniqueID
    /// When it moved.
    public let occurred: Timestamp

    /// A movement of money.
    public init(
        source: String, event: MoneyEvent, currency: Currency, session: UniqueID?, customer: UniqueID,
        consultant: UniqueID, occurred: Timestamp
    ) {
        self.source = source
        self.event = event
        self.currency = currency
        self.session = session
        self.customer = customer
        self.consultant = consultant
        self.occurred = occurred
    }
}
