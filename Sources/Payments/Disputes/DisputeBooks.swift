internal import Billing
internal import Database
internal import Money
internal import Stripe

/// A dispute's movements in the ledger.
struct DisputeBooks: Sendable {
    private let dispute: Dispute
    private let payment: UniqueID
    private let session: UniqueID
    private let customer: UniqueID
    private let consultant: UniqueID

    init(_ dispute: Dispute, of payment: UniqueID, in transaction: Transaction) async throws {
        let rows = try await transaction.query(
            """
            SELECT session_id, customer_id, consultant_id FROM payments JOIN sessions ON sessions.id = session_id
            WHERE payments.id = \(payment)
            """)
        guard let row = rows.first else { throw DatabaseError(.decoding, "a payment without a session") }
        self.dispute = dispute
        self.payment = payment
        session = try row.get("session_id", as: UniqueID.self)
        customer = try row.get("customer_id", as: UniqueID.self)
        consultant = try row.get("consultant_id", as: UniqueID.self)
    }

    /// Books each entry of the platform's balance once, by its id: what the bank took and what Stripe charges for that, what came
    /// back and what Stripe gives back of its charge.
    ///
    /// - Returns: what the bank has now, in minor units of the dispute's currency, and what Stripe has kept for the dispute.
    func bookBalance(in transaction: Transaction) async throws -> (held: Int64, cost: Money) {
        let entries = dispute.balanceTransactions ?? []
        var held: Int64 = 0
        let costCurrency = entries.first?.currency ?? dispute.currency
        var cost: Int64 = 0
        for entry in entries {
            // A balance in another currency than the payment's has the amount converted; the books have the payment's.
            let isConverted = entry.currency != dispute.currency
            let amount = isConverted ? dispute.amount : Int64(clamping: entry.amount.magnitude)
            let isTaken = entry.amount < 0
            if entry.amount != 0 {
                held += isTaken ? amount : -amount
                let fee = isConverted ? 0 : entry.fee
                try await book(
                    entry.id.text,
                    isTaken
                        ? .disputeOpened(amount: amount, cost: max(0, fee))
                        : .disputeWon(amount: amount, cost: max(0, -fee)), in: transaction)
                try await bookFee(
                    isConverted ? entry.fee : isTaken ? min(0, fee) : max(0, fee), of: entry, in: transaction)
            } else {
                try await bookFee(entry.fee, of: entry, in: transaction)
            }
            if entry.currency == costCurrency { cost += entry.fee }
        }
        return (held, Money(amount: cost, currency: costCurrency))
    }

    /// What Stripe charges, or gives back, besides.
    private func bookFee(_ fee: Int64, of entry: BalanceTransaction, in transaction: Transaction) async throws {
        guard fee != 0 else { return }
        let event: MoneyEvent =
            fee > 0
            ? .disputeOpened(amount: 0, cost: fee) : .disputeWon(amount: 0, cost: Int64(clamping: fee.magnitude))
        try await book("\(entry.id) fee", event, entry.currency, in: transaction)
    }

    /// Books a movement under its name.
    func book(
        _ name: String, _ event: MoneyEvent, _ currency: Currency? = nil, in transaction: Transaction
    ) async throws {
        try await Ledger.book(
            LedgerTransaction(
                source: "dispute \(dispute.id) \(name)", event: event, currency: currency ?? dispute.currency,
                session: session, customer: customer, consultant: consultant, occurred: .now()),
            in: transaction)
    }

    /// Whose a loss is, as the payment and its disputes stand.
    func loss(in transaction: Transaction) async throws -> DisputeLoss {
        let rows = try await transaction.query(
            """
            SELECT captured_amount, fee_amount, refunded_amount, refunded_fee_amount,
                coalesce(sum(disputes.lost_amount), 0)::int8 AS lost,
                coalesce(sum(disputes.recovery_amount), 0)::int8 AS recovered
            FROM payments LEFT JOIN disputes ON payment_id = payments.id WHERE payments.id = \(payment)
            GROUP BY payments.id
            """)
        guard let row = rows.first else { throw DatabaseError(.decoding, "a dispute without a payment") }
        return DisputeLoss(
            captured: try row.get("captured_amount", as: Int64.self), fee: try row.get("fee_amount", as: Int64.self),
            refunded: try row.get("refunded_amount", as: Int64.self),
            refundedFee: try row.get("refunded_fee_amount", as: Int64.self),
            lost: try row.get("lost", as: Int64.self), recovered: try row.get("recovered", as: Int64.self))
    }
}
