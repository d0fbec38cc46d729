internal import Billing
internal import Database
internal import Money
internal import Stripe

/// Disputes as rows and as movements of the ledger, both in one transaction.
enum DisputeStore {
    /// How far a dispute is, as numbers that only grow. An inquiry that becomes a dispute goes on from there.
    private static func rank(_ state: Dispute.Status) -> Int {
        switch state {
        case .warningNeedsResponse: 0
        case .warningUnderReview: 1
        case .warningClosed: 2
        case .needsResponse: 3
        case .underReview: 4
        case .won, .lost, .prevented: 5
        }
    }

    /// Takes over what was read of a dispute, unless more was known. What the bank takes, gives back and keeps is booked once.
    ///
    /// - Parameter cost: what Stripe charges for it, in minor units.
    /// - Returns: false where it is about no payment of ours.
    static func keep(_ dispute: Dispute, cost: Int64, in transaction: Transaction) async throws -> Bool {
        guard let state = dispute.status.value, dispute.amount > 0, let intent = dispute.paymentIntent else { return true }
        let payments = try await transaction.query(
            """
            SELECT payments.id, payments.session_id, captured_amount, fee_amount, refunded_amount, refunded_fee_amount,
                customer_id, consultant_id
            FROM payments JOIN sessions ON sessions.id = payments.session_id WHERE processor_id = \(intent.text)
            """)
        guard let payment = payments.first else { return false }
        let created = dispute.created.map { Timestamp(secondsSince1970: $0) } ?? .now()
        try await transaction.query(
            """
            INSERT INTO disputes (id, processor_id, payment_id, state, reason, currency, amount, created_at)
            VALUES (\(UniqueID(at: created)), \(dispute.id.text), \(try payment.get("id", as: UniqueID.self)),
                'warning_needs_response', \(String((dispute.reason ?? "general").prefix(100))),
                \(dispute.currency.code), \(dispute.amount), \(created))
            ON CONFLICT (processor_id) DO NOTHING
            """)
        let rows = try await transaction.query(
            "SELECT state FROM disputes WHERE processor_id = \(dispute.id.text) FOR UPDATE")
        guard let row = rows.first, let known = Dispute.Status(rawValue: try row.get("state", as: String.self)),
            rank(state) >= rank(known)
        else { return true }
        let movement = try DisputeMovement(payment, dispute)
        for event in movement.events(of: state, cost: cost) {
            try await Ledger.book(
                LedgerTransaction(
                    source: "dispute \(dispute.id) \(event.kind)", event: event, currency: dispute.currency,
                    session: movement.session, customer: movement.customer, consultant: movement.consultant,
                    occurred: .now()),
                in: transaction)
        }
        let isClosed = [.won, .lost, .warningClosed, .prevented].contains(state)
        try await transaction.query(
            """
            UPDATE disputes SET state = \(state.rawValue), amount = \(dispute.amount),
                due_by = \(dispute.evidenceDetails?.dueBy.map { Timestamp(secondsSince1970: $0) }),
                closed_at = CASE WHEN \(isClosed) THEN coalesce(closed_at, now()) END,
                recovery_key = CASE WHEN \(state == .lost) THEN coalesce(recovery_key, \("cc-dispute-\(dispute.id)-recover"))
                    ELSE recovery_key END
            WHERE processor_id = \(dispute.id.text)
            """)
        return true
    }
}

/// What a dispute moves.
struct DisputeMovement {
    let session: UniqueID
    let customer: UniqueID
    let consultant: UniqueID
    private let amount: Int64
    private let fee: Int64

    /// The platform's part of a disputed amount is that of the payment, in proportion, half up.
    init(_ payment: Row, _ dispute: Dispute) throws(DatabaseError) {
        session = try payment.get("session_id", as: UniqueID.self)
        customer = try payment.get("customer_id", as: UniqueID.self)
        consultant = try payment.get("consultant_id", as: UniqueID.self)
        amount = dispute.amount
        let captured = try payment.get("captured_amount", as: Int64.self)
        let fee = try payment.get("fee_amount", as: Int64.self)
        self.fee = captured == 0 ? 0 : min(amount, (2 * fee * amount + captured) / (2 * captured))
    }

    /// All that must have been booked once the dispute has come so far: what was booked before is not booked again.
    func events(of state: Dispute.Status, cost: Int64) -> [MoneyEvent] {
        let opened = MoneyEvent.disputeOpened(amount: amount, cost: cost)
        return switch state {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed, .prevented: []
        case .needsResponse, .underReview: [opened]
        case .won: [opened, .disputeWon(amount: amount)]
        case .lost: [opened, .disputeLost(amount: amount, fee: fee)]
        }
    }
}
