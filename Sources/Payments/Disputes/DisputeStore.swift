internal import Billing
internal import Database
internal import Money
internal import Stripe

/// Disputes as rows and as movements of the ledger, both in one transaction.
enum DisputeStore {
    /// Wakes whoever acts on disputes.
    static let channel = "disputes"
    /// How long before the bank's last moment evidence is sent without anybody's order.
    static let headStart: SQL = "interval '24 hours'"

    /// When something has to be done next about a dispute, as its row stands: at once, before the bank's last moment, or never.
    static let due: SQL = """
        CASE WHEN evidence_state = 'ordered' OR recovery_state IN ('waiting', 'short') THEN clock_timestamp()
            WHEN evidence_state = 'ready' AND state IN ('needs_response', 'warning_needs_response')
                THEN due_by - \(headStart) END
        """

    /// Takes over what was read of a dispute, unless more was known. What the bank takes, gives back and keeps is booked once.
    ///
    /// - Parameter payment: our name of the payment, where Stripe was asked for it.
    /// - Returns: false where it is about no payment of ours.
    static func keep(
        _ dispute: Dispute, of payment: String? = nil, file: DisputeFile, in transaction: Transaction
    ) async throws -> Bool {
        // A word that this version does not know is looked at when it has become another.
        guard let state = dispute.status.value, dispute.amount > 0, let intent = dispute.paymentIntent else {
            return true
        }
        let found = try await transaction.query(
            """
            SELECT id, session_id FROM payments
            WHERE processor_id = \(intent.text) OR idempotency_key = \(payment)
            """)
        guard let row = found.first else { return false }
        let (id, session) = (try row.get("id", as: UniqueID.self), try row.get("session_id", as: UniqueID.self))
        // Before anything else, as whoever moves the session's money does.
        try await transaction.query("SELECT FROM charges WHERE session_id = \(session) FOR UPDATE")
        try await transaction.query(
            "UPDATE payments SET processor_id = \(intent.text) WHERE id = \(id) AND processor_id IS NULL")
        try await add(dispute, of: id, file: file, in: transaction)
        let rows = try await transaction.query(
            """
            SELECT state, evidence_state, due_by, lost_amount, losses, recovery_amount, recovered_amount FROM disputes
            WHERE processor_id = \(dispute.id.text) FOR UPDATE
            """)
        guard let row = rows.first, let known = Dispute.Status(rawValue: try row.get("state", as: String.self)),
            state.rank >= known.rank
        else { return true }
        let booked = try await book(dispute, state, row, of: id, in: transaction)
        try await write(dispute, state, before: known, booked, in: transaction)
        return true
    }

    private static func add(
        _ dispute: Dispute, of payment: UniqueID, file: DisputeFile, in transaction: Transaction
    ) async throws {
        let known = try await transaction.query("SELECT FROM disputes WHERE processor_id = \(dispute.id.text)")
        guard known.isEmpty else { return }
        let created = dispute.created.map { Timestamp(secondsSince1970: $0) } ?? .now()
        let package = try await file.assemble(payment, in: transaction)
        try await transaction.query(
            """
            INSERT INTO disputes (id, processor_id, payment_id, state, reason, currency, amount, cost_currency, evidence,
                created_at)
            VALUES (\(UniqueID(at: created)), \(dispute.id.text), \(payment), 'warning_needs_response',
                \(String((dispute.reason ?? "general").prefix(100))), \(dispute.currency.code), \(dispute.amount),
                \(dispute.currency.code), \(try JSONText(encoding: package)), \(created))
            ON CONFLICT (processor_id) DO NOTHING
            """)
    }

    /// What a row has to be told of what was booked.
    private struct Booked {
        var cost = Money(amount: 0, currency: .usd)
        var lost: Int64
        var losses: Int
        var recovery: Int64
        var recovered: Int64
    }

    private static func book(
        _ dispute: Dispute, _ state: Dispute.Status, _ row: Row, of payment: UniqueID, in transaction: Transaction
    ) async throws -> Booked {
        let books = try await DisputeBooks(dispute, of: payment, in: transaction)
        var booked = Booked(
            lost: try row.get("lost_amount", as: Int64.self), losses: try row.get("losses", as: Int.self),
            recovery: try row.get("recovery_amount", as: Int64.self),
            recovered: try row.get("recovered_amount", as: Int64.self))
        let (held, cost) = try await books.bookBalance(in: transaction)
        booked.cost = cost
        // What stays away although it is decided is lost, whatever the bank calls that.
        let lost = state.isDecided && state != .won ? max(0, held) : 0
        guard lost != booked.lost, state.isDecided else { return booked }
        booked.losses += 1
        if lost > booked.lost {
            let more = lost - booked.lost
            let part = try await books.loss(in: transaction).consultantPart(of: more)
            try await books.book(
                "lost \(booked.losses)", .disputeLost(amount: more, fee: more - part), in: transaction)
            booked.recovery += part
        } else {
            let back = booked.lost - lost
            let left = DisputeLoss.share(of: booked.recovery, for: lost, in: booked.lost)
            let part = booked.recovery - left
            try await books.book(
                "regained \(booked.losses)", .disputeRegained(amount: back, fee: max(0, back - part)), in: transaction)
            booked.recovery = left
        }
        booked.lost = lost
        return booked
    }

    private static func write(
        _ dispute: Dispute, _ state: Dispute.Status, before: Dispute.Status, _ booked: Booked,
        in transaction: Transaction
    ) async throws {
        // An inquiry that was answered and becomes a dispute has to be answered anew.
        let isNew = before.isInquiry && !state.isInquiry && state == .needsResponse
        let dueBy = dispute.evidenceDetails?.dueBy.map { Timestamp(secondsSince1970: $0) }
        let isOwed = booked.recovery > booked.recovered
        _ = try await transaction.pipeline([
            """
            UPDATE disputes SET state = \(state.rawValue), amount = \(dispute.amount), due_by = \(dueBy),
                cost_amount = \(booked.cost.amount), cost_currency = \(booked.cost.currency.code),
                closed_at = CASE WHEN \(state.isDecided) THEN coalesce(closed_at, now()) END,
                lost_amount = \(booked.lost), losses = \(booked.losses), recovery_amount = \(booked.recovery),
                recovery_state = CASE WHEN \(isOwed) THEN CASE WHEN recovery_state IN ('short', 'refused')
                        AND recovery_amount = \(booked.recovery) THEN recovery_state ELSE 'waiting' END
                    WHEN recovered_amount > 0 THEN 'done' ELSE 'none' END
            WHERE processor_id = \(dispute.id.text)
            """,
            """
            UPDATE disputes SET evidence_state = 'ready', evidence_sent_at = NULL, ordered_by = NULL, ordered_at = NULL,
                evidence_serial = evidence_serial + 1, problem = NULL
            WHERE processor_id = \(dispute.id.text) AND \(isNew) AND evidence_state <> 'ready'
            """,
            // What is on its way, or is to be tried again later, keeps its time; what is new is looked at.
            """
            UPDATE disputes SET due_at = \(due)
            WHERE processor_id = \(dispute.id.text) AND (due_at IS NULL OR attempts = 0)
            """,
            "SELECT pg_notify(\(channel), '')",
        ])
        if booked.recovered > booked.recovery {
            try await transaction.query(
                """
                UPDATE disputes SET problem = 'The bank gave back what the consultant had paid: it is owed to them.'
                WHERE processor_id = \(dispute.id.text)
                """)
        }
    }
}

extension Dispute.Status {
    /// How far a dispute is, as numbers that only grow. An inquiry that becomes a dispute goes on from there.
    var rank: Int {
        switch self {
        case .warningNeedsResponse: 0
        case .warningUnderReview: 1
        case .warningClosed: 2
        case .needsResponse: 3
        case .underReview: 4
        case .won, .lost, .prevented: 5
        }
    }

    /// Whether the bank has said its last word.
    var isDecided: Bool {
        switch self {
        case .warningClosed, .won, .lost, .prevented: true
        case .warningNeedsResponse, .warningUnderReview, .needsResponse, .underReview: false
        }
    }

    /// Whether the bank asks without having taken anything.
    var isInquiry: Bool {
        switch self {
        case .warningNeedsResponse, .warningUnderReview, .warningClosed: true
        case .needsResponse, .underReview, .won, .lost, .prevented: false
        }
    }

    /// Whether evidence is wanted.
    var takesEvidence: Bool { self == .needsResponse || self == .warningNeedsResponse }
}
