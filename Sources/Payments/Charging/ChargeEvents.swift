internal import Billing
public import Database
public import Events
public import Logging
public import Sessions
public import Stripe

/// What happens elsewhere and moves money: sessions that begin, clocks that advance, sessions that end, cards that are added.
public struct ChargeEvents: Sendable {
    private let store: ChargeStore
    private let charges: Bool
    private let logger: Logger

    /// Handles events on a store.
    ///
    /// - Parameter charges: whether new sessions are charged for.
    public init(store: ChargeStore, charges: Bool = true, logger: Logger) {
        self.store = store
        self.charges = charges
        self.logger = logger
    }

    /// Handles what the signaling core has said about a session's room, after the session itself has heard it and in the same
    /// transaction.
    public func handle(
        _ delivery: Delivery, _ change: SessionStore.Change, in transaction: Transaction
    ) async throws {
        guard let report = try SessionReport(delivery.event) else { return }
        switch report.happening {
        case .progress(let seconds, _):
            try await store.progress(report.session, mediaSeconds: seconds, in: transaction)
        case .ended where change.session.isOver: try await store.end(report.session, in: transaction)
        case .joined, .left, .ended, .record, .quality: break
        }
    }

    /// Handles an event of the sidecar's queue.
    ///
    /// - Returns: false where others have to see it too, or it is about something else.
    public func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        if let opened = try SessionOpened(delivery.event) {
            try await open(opened.session, in: transaction)
            return true
        }
        if let closed = try SessionClosed(delivery.event) {
            // Whoever hands out questions has to hear of it as well.
            try await store.awaitLastWord(closed.session, in: transaction)
            return false
        }
        if let added = try PaymentMethodAdded(delivery.event) {
            try await retry(for: added.user, in: transaction)
            return true
        }
        return false
    }

    /// After an account was read anew: money for its running sessions may be held now.
    public func payeeChanged(_ event: StripeEvent, on pool: DatabasePool) async throws {
        guard event.type == "account.updated" else { return }
        try await pool.withTransaction { transaction in
            let rows = try await transaction.query(
                "SELECT user_id FROM payout_accounts WHERE processor_id = \(event.subject.id) AND is_payable")
            if let row = rows.first { try await retry(for: row.get("user_id", as: UniqueID.self), in: transaction) }
        }
    }

    private func open(_ id: UniqueID, in transaction: Transaction) async throws {
        guard charges, let session = try await SessionStore.find(id, on: transaction) else { return }
        do {
            try await store.open(session, in: transaction)
        } catch let refusal as Prices.Refusal {
            // Its call ends with the free time: nothing can be charged.
            logger.error(
                "a session cannot be charged", metadata: ["session": "\(id)", "reason": "\(refusal)"])
        }
    }

    /// Failed holds of somebody's running sessions are tried anew: they have another card, or can be paid now.
    func retry(for person: UniqueID, in transaction: Transaction) async throws {
        let rows = try await transaction.query(
            """
            SELECT charges.session_id FROM charges JOIN sessions ON sessions.id = charges.session_id
            WHERE charges.state = 'running' AND (customer_id = \(person) OR consultant_id = \(person))
            """)
        for row in rows {
            try await store.apply(.customerActed, to: row.get("session_id", as: UniqueID.self), in: transaction)
        }
    }
}
