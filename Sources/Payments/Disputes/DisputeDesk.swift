public import Database
internal import Events
public import Logging
public import Stripe

/// What is done about disputes: they are followed, answered with what is known of the call, and where one is lost the
/// consultant's part is taken back.
///
/// What is decided is a row first, and done after its commit. Before anything is sent, Stripe is asked how things stand, so that
/// what was done already, though its answer was lost, is not done again; the key sees to two processes that do it at once.
public struct DisputeDesk: Sendable {
    let pool: DatabasePool
    let gateway: StripeGateway
    let file: DisputeFile
    let logger: Logger

    /// For so long a dispute is left alone that somebody works on.
    static let lease = Duration.seconds(120)

    /// A desk on a database.
    public init(pool: DatabasePool, processor: PaymentProcessor, logger: Logger) {
        self.pool = pool
        gateway = processor.gateway
        file = DisputeFile()
        self.logger = logger
    }

    /// Acts on an event about a dispute: reads it anew, and keeps what it has become. The same event may come twice, late, or
    /// after a later one.
    ///
    /// - Returns: false where it is about something else.
    /// - Throws: `StripeError` where it cannot be read; `DatabaseError`.
    public func handle(_ event: StripeEvent) async throws -> Bool {
        guard event.subject.kind == "dispute" else { return false }
        guard let id = StripeID<Dispute>(event.subject.id) else { return true }
        do {
            try await take(try await gateway.perform(.dispute(id)))
        } catch let error as StripeError where error.kind == .notFound {
            logger.warning("an event is about a dispute that is not there", metadata: ["dispute": "\(id)"])
        }
        return true
    }

    /// Keeps what was read of a dispute.
    func take(_ dispute: Dispute) async throws {
        if try await pool.withTransaction({ try await DisputeStore.keep(dispute, file: file, in: $0) }) { return }
        // The answer that would have told us the payment's id may have been lost: our name of it is with the payment.
        guard let intent = dispute.paymentIntent else { return }
        let name = try await gateway.perform(.paymentIntent(intent)).metadata?["payment"]
        let isOurs = try await pool.withTransaction { transaction in
            guard let name else { return false }
            return try await DisputeStore.keep(dispute, of: name, file: file, in: transaction)
        }
        if isOurs { return }
        logger.warning("a dispute is about no payment of ours", metadata: ["dispute": "\(dispute.id)"])
    }

    /// Reads every dispute of the last months anew: for what webhooks missed.
    public func syncAll() async throws {
        let since = Timestamp.now().microseconds / 1_000_000 - 150 * 86_400
        var last: StripeID<Dispute>?
        while true {
            let page = try await gateway.perform(StripeCall<StripeList<Dispute>>.disputes(since: since, after: last))
            for dispute in page.data { try await take(dispute) }
            guard page.hasMore, let end = page.data.last?.id else { return }
            last = end
        }
    }

    // MARK: Evidence

    /// Why evidence is not sent.
    enum Refusal: Error {
        case notFound
        case alreadySent
        case closed
    }

    /// Puts together what the bank is to be told, and has it sent. What was refused may be ordered again.
    ///
    /// - Parameter person: who orders it; nil: the time has come.
    /// - Throws: ``Refusal``; `DatabaseError`.
    func order(_ id: UniqueID, by person: UniqueID?, in transaction: Transaction) async throws {
        let rows = try await transaction.query(
            "SELECT state, payment_id, evidence_state FROM disputes WHERE id = \(id) FOR UPDATE")
        guard let row = rows.first else { throw Refusal.notFound }
        let evidence = try row.get("evidence_state", as: String.self)
        guard evidence == "ready" || evidence == "refused" else { throw Refusal.alreadySent }
        guard let state = Dispute.Status(rawValue: try row.get("state", as: String.self)), state.takesEvidence else {
            throw Refusal.closed
        }
        let package = try await file.assemble(row.get("payment_id", as: UniqueID.self), in: transaction)
        _ = try await transaction.pipeline([
            """
            UPDATE disputes SET evidence = \(try JSONText(encoding: package)), evidence_state = 'ordered', problem = NULL,
                evidence_serial = evidence_serial + CASE evidence_state WHEN 'refused' THEN 1 ELSE 0 END,
                ordered_by = \(person), ordered_at = clock_timestamp(), attempts = 0, due_at = clock_timestamp()
            WHERE id = \(id)
            """,
            "SELECT pg_notify(\(DisputeStore.channel), '')",
        ])
    }
}
