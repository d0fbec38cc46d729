import Database
import Demo
import Identifiers
import Logging
import Operations
import Payments
import Stripe

extension DataStore {
    /// Gives the people of the demonstration a card and payout accounts, where money is simulated: who has them already is left
    /// as they are. A processor that cannot be asked only leaves them without.
    func seedPayments(_ settings: Settings, logger: Logger) async {
        do {
            let parts = try PaymentParts(settings: settings, embedded: true, logger: logger)
            guard parts.processor.isSimulated else { return }
            try await parts.whileRunning(logger: logger) { [pool] processor in
                let accounts = PaymentAccounts(
                    pool: pool, processor: processor, clientURL: settings.address(port: settings.httpPort),
                    logger: logger)
                try await accounts.seedDemo(on: pool)
            }
        } catch {
            logger.warning(
                "the people of the demonstration have no cards: try `consult seed --demo` again",
                metadata: ["error": "\(error)"])
        }
    }
}

extension PaymentAccounts {
    fileprivate func seedDemo(on pool: DatabasePool) async throws {
        for person in DemoSeed.logIns {
            let rows = try await pool.query(
                "SELECT id FROM users WHERE email = \(person.email) AND role = \(person.role) AND erased_at IS NULL")
            guard let user = try rows.first?.get("id", as: UniqueID.self) else { continue }
            switch Role(rawValue: person.role) {
            case .customer:
                guard try await PaymentAccounts.payer(of: user, on: pool) == nil,
                    let card = StripeID<PaymentMethod>("pm_card_visa")
                else { continue }
                try await attach(card, to: user, key: IdempotencyKey("cc-demo-card-\(user)"))
            case .consultant:
                guard try await PaymentAccounts.payee(of: user, on: pool) == nil else { continue }
                _ = try await openPayoutAccount(of: user)
            case .observer, .admin, nil: continue
            }
        }
    }
}
