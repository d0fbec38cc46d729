internal import Billing
internal import Database
internal import Logging
internal import Stripe

extension Reconciler {
    /// Times at which both sides are read before it is left as being under way.
    private static let looks = 3

    /// Reads both sides anew, and says what still is not alike; with `repairs` makes right what can be.
    func look(
        again here: PaymentHere.Found?, _ id: StripeID<PaymentIntent>?, _ repairs: Bool
    ) async throws -> [ReconciliationFinding] {
        guard let here else {
            let there = try await read(id).map { PaymentThere($0) }
            guard let there else { return [] }
            let ours = try await PaymentHere.find(
                processors: [there.id], names: [there.name].compactMap { $0 }, before: before, on: pool)
            return ours.isEmpty ? PaymentComparison.findings(there: there, here: nil) : []
        }
        for _ in 0..<Self.looks {
            let version = try await version(of: here.session, on: pool)
            let intent = try await read(id)
            if let findings = try await settle(here, intent, version, repairs) { return findings }
        }
        return []
    }

    /// When a session's money moved last.
    private func version(of session: UniqueID, on database: some Queryable) async throws -> Timestamp? {
        try await database.query("SELECT updated_at FROM charges WHERE session_id = \(session)").first?
            .get(0, as: Timestamp.self)
    }

    /// Compares under the session's lock, and repairs.
    ///
    /// - Returns: nil where our side has moved since that version.
    private func settle(
        _ found: PaymentHere.Found, _ intent: PaymentIntent?, _ version: Timestamp?, _ repairs: Bool
    ) async throws -> [ReconciliationFinding]? {
        let there = intent.map { PaymentThere($0) }
        func compare(_ transaction: Transaction) async throws -> [ReconciliationFinding] {
            let here = try await PaymentHere.find(found.id, before: before, on: transaction)
            return PaymentComparison.findings(there: there, here: here?.payment)
        }
        do {
            return try await pool.withTransaction { transaction -> [ReconciliationFinding]? in
                guard var charged = try await ChargedSession.lock(found.session, in: transaction),
                    try await self.version(of: found.session, on: transaction) == version
                else { return nil }
                let findings = try await compare(transaction)
                let repairs = repairs ? Set(findings.compactMap(\.repair)) : []
                guard !repairs.isEmpty else { return findings }
                if repairs.contains(.observe), let intent {
                    try await self.observe(intent, found, &charged, transaction)
                }
                if repairs.contains(.takeUp) {
                    try await self.store.apply(.takenUp, to: &charged, in: transaction)
                }
                if repairs.contains(.rewrite) || repairs.contains(.observe) {
                    try await self.store.rewrite(charged, in: transaction)
                }
                // What is still so afterwards was not repaired; a stale hold is, once its release is asked for.
                let left = try await compare(transaction).map(\.rule)
                return findings.map { finding in
                    var finding = finding
                    switch finding.repair {
                    case .takeUp: finding.isRepaired = !charged.machine.openKeys.isEmpty
                    case .observe, .rewrite, .keep: finding.isRepaired = !left.contains(finding.rule)
                    case nil: break
                    }
                    return finding
                }
            }
        } catch  where repairs && !Task.isCancelled {
            // All of it is undone.
            logger.error(
                "a payment could not be repaired",
                metadata: ["payment": "\(found.payment.name)", "error": "\(error)"])
            return try await settle(found, intent, version, false)
        }
    }

    /// The machine hears what Stripe says, as from a webhook.
    private func observe(
        _ intent: PaymentIntent, _ found: PaymentHere.Found, _ charged: inout ChargedSession, _ transaction: Transaction
    ) async throws {
        guard let fact = PaymentFact(intent) else { return }
        try await transaction.query(
            "UPDATE payments SET processor_id = coalesce(processor_id, \(intent.id.text)) WHERE id = \(found.id)")
        try await store.apply(
            .observed(window: found.window, attempt: found.attempt, fact), to: &charged, in: transaction)
    }
}
