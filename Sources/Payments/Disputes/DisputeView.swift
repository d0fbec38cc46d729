internal import Database
internal import Money
internal import Stripe

/// A dispute as administrators read it.
struct DisputeView: Encodable, Sendable {
    let key: UniqueID
    let payment: UniqueID
    /// Whether its evidence is neither sent nor on its way, and wanted.
    let isOpen: Bool
    var evidence: DisputePackage
    private let sessionId: String
    private let processorId: String
    private let amount: Money
    private let fee: Money
    private let state: String
    private let reason: String
    private let dueBy: Timestamp?
    private let evidenceState: String
    private let evidenceSentAt: Timestamp?
    private let lost: Money
    private let owed: Money
    private let recovered: Money
    private let recoveryState: String
    private let problem: String?
    private let createdAt: Timestamp
    private let closedAt: Timestamp?
    private let isSimulated: Bool

    static let columns: SQL = """
        disputes.id, payment_id, session_id, disputes.processor_id, disputes.state, reason, disputes.currency,
        disputes.amount, cost_amount, cost_currency, due_by, evidence, evidence_state, evidence_sent_at, lost_amount,
        recovery_amount, recovered_amount, recovery_state, problem, disputes.created_at, closed_at
        """

    init(_ row: Row, isSimulated: Bool) throws {
        key = try row.get("id", as: UniqueID.self)
        payment = try row.get("payment_id", as: UniqueID.self)
        sessionId = try row.get("session_id", as: UniqueID.self).description
        processorId = try row.get("processor_id", as: String.self)
        let currency = try Self.currency(row, "currency")
        func money(_ column: String) throws -> Money {
            Money(amount: try row.get(column, as: Int64.self), currency: currency)
        }
        amount = try money("amount")
        fee = Money(
            amount: try row.get("cost_amount", as: Int64.self), currency: try Self.currency(row, "cost_currency"))
        lost = try money("lost_amount")
        owed = try money("recovery_amount")
        recovered = try money("recovered_amount")
        recoveryState = try row.get("recovery_state", as: String.self)
        state = try row.get("state", as: String.self)
        reason = try row.get("reason", as: String.self)
        dueBy = try row.get("due_by", as: Timestamp?.self)
        evidence = try row.get("evidence", as: JSONText.self).decode(as: DisputePackage.self)
        evidenceState = try row.get("evidence_state", as: String.self)
        evidenceSentAt = try row.get("evidence_sent_at", as: Timestamp?.self)
        problem = try row.get("problem", as: String?.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        closedAt = try row.get("closed_at", as: Timestamp?.self)
        isOpen =
            evidenceState != "ordered" && evidenceState != "sent"
            && Dispute.Status(rawValue: state)?.takesEvidence ?? false
        self.isSimulated = isSimulated
    }

    private static func currency(_ row: Row, _ column: String) throws -> Currency {
        let code = try row.get(column, as: String.self)
        guard let currency = Currency(code) else {
            throw DatabaseError(.decoding, "a dispute's currency is none: \(code)")
        }
        return currency
    }

    /// What it came to: `won`, `lost`, or `closed` for an inquiry that came to nothing.
    private var outcome: String? {
        switch Dispute.Status(rawValue: state) {
        case .won: "won"
        case .lost: "lost"
        case .warningClosed: "closed"
        case .prevented: lost.amount > 0 ? "lost" : "closed"
        case .warningNeedsResponse, .warningUnderReview, .needsResponse, .underReview, nil: nil
        }
    }

    private enum Key: String, CodingKey {
        case id, sessionId, paymentId, processorId, amount, fee, state, reason, dueBy, evidence, evidenceState
        case evidenceSentAt, outcome, lost, owed, recovered, recoveryState, problem, createdAt, closedAt, simulated
    }

    private enum EvidenceKey: String, CodingKey {
        case customerName, customerEmail, serviceDate, productDescription, accessActivityLog, refundPolicy
        case refundRefusal, receipt
    }

    /// With every field, an absent one as null.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(key.description, forKey: .id)
        try container.encode(sessionId, forKey: .sessionId)
        try container.encode(payment.description, forKey: .paymentId)
        try container.encode(processorId, forKey: .processorId)
        try container.encode(amount, forKey: .amount)
        try container.encode(fee, forKey: .fee)
        try container.encode(state, forKey: .state)
        try container.encode(reason, forKey: .reason)
        try container.encode(dueBy?.description, forKey: .dueBy)
        try container.encode(evidenceState, forKey: .evidenceState)
        try container.encode(evidenceSentAt?.description, forKey: .evidenceSentAt)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(lost, forKey: .lost)
        try container.encode(owed, forKey: .owed)
        try container.encode(recovered, forKey: .recovered)
        try container.encode(recoveryState, forKey: .recoveryState)
        try container.encode(problem, forKey: .problem)
        try container.encode(createdAt.description, forKey: .createdAt)
        try container.encode(closedAt?.description, forKey: .closedAt)
        try container.encode(isSimulated, forKey: .simulated)
        var texts = container.nestedContainer(keyedBy: EvidenceKey.self, forKey: .evidence)
        try texts.encode(evidence.customerName, forKey: .customerName)
        try texts.encode(evidence.customerEmail, forKey: .customerEmail)
        try texts.encode(evidence.serviceDate, forKey: .serviceDate)
        try texts.encode(evidence.productDescription, forKey: .productDescription)
        try texts.encode(evidence.accessActivityLog, forKey: .accessActivityLog)
        try texts.encode(evidence.refundPolicy, forKey: .refundPolicy)
        try texts.encode(evidence.refundRefusal, forKey: .refundRefusal)
        try texts.encode(evidence.receipt, forKey: .receipt)
    }
}
