internal import Database
internal import Logging
public import Stripe

extension PaymentAccounts {
    /// Acts on an event of Stripe's: reads its object anew, and keeps what that has become. The same event may come twice, late,
    /// or after a later one.
    ///
    /// - Returns: false for an event that is about something else.
    /// - Throws: where Stripe or the database cannot answer: the event is to be handed over again.
    public func handle(_ event: StripeEvent) async throws -> Bool {
        switch event.type {
        case "account.updated":
            guard let id = StripeID<Account>(event.subject.id), try await holder(of: id) != nil else { return true }
            try await read(id)
        case let type where type.hasPrefix("payout."): try await takePayout(event)
        case "setup_intent.succeeded": try await takeSetup(event)
        case "payment_method.attached", "payment_method.updated", "payment_method.automatically_updated",
            "payment_method.detached":
            try await takeMethod(event)
        default: return false
        }
        return true
    }

    private func takePayout(_ event: StripeEvent) async throws {
        // Without an account it is the platform's own.
        guard let account = event.account, let id = StripeID<Payout>(event.subject.id),
            let user = try await holder(of: account)
        else { return }
        do {
            try await keep(try await ask(.payout(id, of: account)), of: user)
        } catch let error as StripeError where error.isMissing {
            logger.info("an event is about a payout that is no more", metadata: ["event": "\(event.id)"])
        }
    }

    private func takeSetup(_ event: StripeEvent) async throws {
        guard let id = StripeID<SetupIntent>(event.subject.id) else { return }
        do {
            let setup = try await ask(.setupIntent(id))
            guard setup.status.value == .succeeded, let method = setup.paymentMethod else { return }
            try await take(try await ask(.paymentMethod(method)))
        } catch let error as StripeError where error.isMissing {
            logger.info("an event is about a card that is no more", metadata: ["event": "\(event.id)"])
        }
    }

    private func takeMethod(_ event: StripeEvent) async throws {
        guard let id = StripeID<PaymentMethod>(event.subject.id) else { return }
        do {
            try await take(try await ask(.paymentMethod(id)))
        } catch let error as StripeError where error.isMissing {
            try await lose(id)
        }
    }

    /// A card is with a customer of ours, or with nobody.
    private func take(_ method: PaymentMethod) async throws {
        guard let customer = method.customer else { return try await lose(method.id) }
        guard let user = try await user(of: customer), CardStore.Face(method) != nil else { return }
        do {
            try await setFirstDefault(method, of: user, customer, anyway: false)
            try await pool.withTransaction {
                _ = try await CardStore.keep(method, of: user, asDefault: false, in: $0)
            }
        } catch PaymentAccountError.noSuchCard, PaymentAccountError.accountGone, PaymentAccountError.belongsToAnother {
            // What was removed here is not brought back by an old event.
        }
    }

    private func lose(_ id: StripeID<PaymentMethod>) async throws {
        let rows = try await pool.query(
            """
            SELECT \(StoredCard.columns), user_id FROM payment_methods
            WHERE processor_id = \(id.text) AND removed_at IS NULL
            """)
        guard let row = rows.first else { return }
        do {
            try await forget(try StoredCard(row), of: try row.get("user_id", as: UniqueID.self))
        } catch PaymentAccountError.accountGone {
            // The whole customer is on their way out.
        }
    }
}
