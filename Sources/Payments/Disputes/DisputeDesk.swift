public import Database
internal import Foundation
internal import Identifiers
public import Logging
internal import Money
public import Stripe

/// What is done about disputes: they are followed, answered with what is known of the call, and where one is lost the
/// consultant's part is taken back.
///
/// Each request to Stripe is a row first, with a key of its own, so that a crash at any line leads to the same: before the commit
/// nothing was sent; after it, ``resume()`` sends it again under the same key.
public struct DisputeDesk: Sendable {
    private let pool: DatabasePool
    private let gateway: StripeGateway
    private let evidence: DisputeFile
    private let logger: Logger

    /// A desk.
    ///
    /// - Parameter policy: what customers agree to about refunds, as the bank is told.
    public init(pool: DatabasePool, processor: PaymentProcessor, policy: String, logger: Logger) {
        self.pool = pool
        gateway = processor.gateway
        evidence = DisputeFile(policy: policy)
        self.logger = logger
    }

    /// Acts on an event about a dispute: reads it anew, and keeps what it has become.
    ///
    /// - Returns: false where it is about something else.
    public func handle(_ event: StripeEvent) async throws -> Bool {
        guard event.subject.kind == "dispute" else { return false }
        guard let id = StripeID<Dispute>(event.subject.id) else { return true }
        try await take(try await gateway.perform(.dispute(id)))
        try await resume()
        return true
    }

    private func take(_ dispute: Dispute) async throws {
        let cost = dispute.balanceTransactions?.reduce(0) { $0 + $1.fee } ?? 0
        let isOurs = try await pool.withTransaction { try await DisputeStore.keep(dispute, cost: cost, in: $0) }
        if !isOurs { logger.error("a dispute is about no payment of ours", metadata: ["dispute": "\(dispute.id)"]) }
    }

    // MARK: Evidence

    /// Puts together what the bank is to be told, and sends it. It can be sent once.
    ///
    /// - Throws: ``Refusal``; `StripeError` where Stripe cannot be asked: it is sent again later.
    func submit(_ id: UniqueID) async throws {
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                "SELECT state, payment_id, processor_id, evidence_key FROM disputes WHERE id = \(id) FOR UPDATE")
            guard let row = rows.first else { throw Refusal.notFound }
            guard try row.get("evidence_key", as: String?.self) == nil else { throw Refusal.alreadySent }
            guard try row.get("state", as: String.self).hasSuffix("needs_response") else { throw Refusal.closed }
            let package = try await evidence.assemble(row.get("payment_id", as: UniqueID.self), in: transaction)
            let key = "cc-dispute-\(try row.get("processor_id", as: String.self))-evidence"
            try await transaction.query(
                """
                UPDATE disputes SET evidence = \(try JSONText(encoding: package)), evidence_key = \(key) WHERE id = \(id)
                """)
        }
        try await resume()
    }

    /// Why evidence is not sent.
    enum Refusal: Error {
        case notFound
        case alreadySent
        case closed
    }

    // MARK: What waits

    /// Sends what was decided and is not answered: evidence, and reversals of the consultants' parts of what is lost.
    public func resume() async throws {
        let waiting = try await pool.query(
            """
            SELECT disputes.id, disputes.processor_id, disputes.amount, evidence, evidence_key, evidence_sent_at,
                recovery_key, recovered_at, payments.processor_id AS intent
            FROM disputes JOIN payments ON payments.id = payment_id
            WHERE (evidence_key IS NOT NULL AND evidence_sent_at IS NULL)
                OR (recovery_key IS NOT NULL AND recovered_at IS NULL)
            ORDER BY disputes.id LIMIT 100
            """)
        for row in waiting {
            if try row.get("evidence_key", as: String?.self) != nil, try row.get("evidence_sent_at", as: Timestamp?.self) == nil {
                try await sendEvidence(row)
            }
            if try row.get("recovery_key", as: String?.self) != nil, try row.get("recovered_at", as: Timestamp?.self) == nil {
                try await recover(row)
            }
        }
    }

    private func sendEvidence(_ row: Row) async throws {
        let id = try row.get("id", as: UniqueID.self)
        guard let dispute = StripeID<Dispute>(try row.get("processor_id", as: String.self)),
            let key = IdempotencyKey(try row.get("evidence_key", as: String.self))
        else { return }
        let package = try row.get("evidence", as: JSONText.self).decode(as: DisputeFile.Package.self)
        let answer = try await gateway.perform(
            .respond(to: dispute, with: package.evidence, submits: true, idempotencyKey: key))
        try await pool.query("UPDATE disputes SET evidence_sent_at = now() WHERE id = \(id)")
        try await take(answer)
    }

    /// The consultant's part is reversed from their account. Where the account has not so much, it stays booked as owed, and is
    /// tried again.
    private func recover(_ row: Row) async throws {
        let id = try row.get("id", as: UniqueID.self)
        guard let intent = try row.get("intent", as: String?.self).flatMap({ StripeID<PaymentIntent>($0) }),
            let key = IdempotencyKey(try row.get("recovery_key", as: String.self))
        else { return }
        let payment = try await gateway.perform(.paymentIntent(intent))
        guard let transfer = payment.latestCharge?.object?.transfer else { return }
        do {
            _ = try await gateway.perform(
                .reverseTransfer(
                    transfer, amount: row.get("amount", as: Int64.self), refundsFee: true, idempotencyKey: key))
            try await pool.query("UPDATE disputes SET recovered_at = now() WHERE id = \(id)")
        } catch let error as StripeError where error.code == "balance_insufficient" {
            logger.warning("a lost dispute cannot be recovered yet", metadata: ["dispute": "\(id)"])
        }
    }
}
