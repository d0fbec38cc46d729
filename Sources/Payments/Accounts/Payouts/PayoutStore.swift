internal import Billing
internal import Database
internal import Money
internal import Stripe

/// Payouts as rows and as movements of the ledger, both in one transaction.
enum PayoutStore {
    /// How far a payout is, as numbers that only grow.
    static func rank(_ state: Payout.Status) -> Int {
        switch state {
        case .pending: 0
        case .inTransit: 1
        case .paid: 2
        case .failed, .canceled: 3
        }
    }

    /// Takes over what was read of a payout, unless more was known. One that is paid is booked once; one that failed after that
    /// is booked back.
    static func keep(_ payout: Payout, of consultant: UniqueID, in transaction: Transaction) async throws {
        // A word that this version does not know is looked at when it has become another.
        guard let state = payout.status.value, payout.amount != 0 else { return }
        let created = payout.created.map { Timestamp(secondsSince1970: $0) } ?? .now()
        let arrival = payout.arrivalDate.map { Timestamp(secondsSince1970: $0) }
        _ = try await transaction.pipeline([
            """
            INSERT INTO payouts (id, consultant_id, processor_id, amount, currency, state, is_automatic, created_at)
            VALUES (\(UniqueID(at: created)), \(consultant), \(payout.id.text), \(payout.amount),
                \(payout.currency.code), 'pending', \(payout.automatic ?? false), \(created))
            ON CONFLICT (processor_id) DO NOTHING
            """
        ])
        let rows = try await transaction.query(
            """
            SELECT state, paid_at FROM payouts WHERE processor_id = \(payout.id.text) AND consultant_id = \(consultant)
            FOR UPDATE
            """)
        guard let row = rows.first, let known = Payout.Status(rawValue: try row.get("state", as: String.self)),
            rank(state) >= rank(known)
        else { return }
        var paid = try row.get("paid_at", as: Timestamp?.self)
        let now = Timestamp.now()
        if state == .paid, paid == nil {
            paid = now
            try await book(payout, of: consultant, cameBack: false, at: arrival ?? now, in: transaction)
        } else if state == .failed || state == .canceled, known == .paid {
            try await book(payout, of: consultant, cameBack: true, at: now, in: transaction)
        }
        try await transaction.query(
            """
            UPDATE payouts SET state = \(state.rawValue), arrival_date = \(arrival), paid_at = \(paid),
                failure_code = \(payout.failureCode.map { String($0.prefix(100)) })
            WHERE processor_id = \(payout.id.text)
            """)
    }

    /// A payout below 0 takes money from the bank: to the ledger it is one that came back.
    private static func book(
        _ payout: Payout, of consultant: UniqueID, cameBack: Bool, at moment: Timestamp, in transaction: Transaction
    ) async throws {
        let amount = Int64(clamping: payout.amount.magnitude)
        let event: MoneyEvent =
            cameBack == (payout.amount > 0) ? .payoutFailed(amount: amount) : .payoutPaid(amount: amount)
        try await Ledger.book(
            LedgerTransaction(
                source: "payout \(payout.id)\(cameBack ? " came back" : "")", event: event, currency: payout.currency,
                session: nil, customer: consultant, consultant: consultant, occurred: moment),
            in: transaction)
    }
}
