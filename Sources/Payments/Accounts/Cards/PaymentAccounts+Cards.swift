public import Database
internal import Events
public import Stripe

extension PaymentAccounts {
    /// Begins to store a card; Stripe's own client side, or the stand-in's page, carries it out.
    ///
    /// - Parameter key: the same for the same attempt; nil: this is one of its own.
    public func beginSetup(of user: UniqueID, key: IdempotencyKey? = nil) async throws -> SetupIntent {
        try await refuseBeyondLimit(user)
        let customer = try await customer(of: user)
        return try await ask(
            .createSetupIntent(customer: customer, idempotencyKey: try key ?? Self.onceKey("cc-setup")))
    }

    /// Stores a card by Stripe's id of it.
    ///
    /// - Parameters:
    ///   - asDefault: whether calls are charged to it from now on; the first card's always are.
    ///   - key: the same for the same attempt; nil: this is one of its own.
    /// - Throws: ``PaymentAccountError``.
    @discardableResult
    public func attach(
        _ id: StripeID<PaymentMethod>, to user: UniqueID, asDefault: Bool = false, key: IdempotencyKey? = nil
    ) async throws -> StoredCard {
        let method = try await attachAtStripe(id, to: user, asDefault: asDefault, key: key)
        return try await pool.withTransaction {
            try await CardStore.keep(method, of: user, asDefault: asDefault, in: $0)
        }
    }

    /// The part of ``attach(_:to:asDefault:key:)`` that is Stripe's.
    func attachAtStripe(
        _ id: StripeID<PaymentMethod>, to user: UniqueID, asDefault: Bool, key: IdempotencyKey?
    ) async throws -> PaymentMethod {
        try await refuseBeyondLimit(user)
        let customer = try await customer(of: user)
        do {
            let method = try await ask(
                .attach(id, to: customer, idempotencyKey: try key ?? Self.onceKey("cc-card")))
            try await setFirstDefault(method, of: user, customer, anyway: asDefault)
            return method
        } catch let error as StripeError {
            if error.isMissing { throw PaymentAccountError.noSuchCard }
            if error.code == "payment_method_unexpected_state" { throw PaymentAccountError.belongsToAnother }
            throw error
        }
    }

    /// Takes over the card that a SetupIntent has stored.
    ///
    /// - Throws: ``PaymentAccountError``: it is somebody else's, or has stored nothing.
    @discardableResult
    public func adopt(
        _ id: StripeID<SetupIntent>, by user: UniqueID, asDefault: Bool = false
    ) async throws -> StoredCard {
        let method = try await adoptAtStripe(id, by: user, asDefault: asDefault)
        return try await pool.withTransaction {
            try await CardStore.keep(method, of: user, asDefault: asDefault, in: $0)
        }
    }

    /// The part of ``adopt(_:by:asDefault:)`` that is Stripe's.
    func adoptAtStripe(
        _ id: StripeID<SetupIntent>, by user: UniqueID, asDefault: Bool
    ) async throws -> PaymentMethod {
        do {
            let setup = try await ask(.setupIntent(id))
            guard let customer = try await presentCustomer(of: user), setup.customer == customer else {
                throw PaymentAccountError.belongsToAnother
            }
            switch setup.status.value {
            case .succeeded: break
            case .requiresAction: throw PaymentAccountError.authenticationRequired
            case .requiresPaymentMethod, .requiresConfirmation, .processing, .canceled, nil:
                throw PaymentAccountError.setupUnfinished
            }
            guard let card = setup.paymentMethod else { throw PaymentAccountError.setupUnfinished }
            let method = try await ask(.paymentMethod(card))
            // Detached since: it cannot be charged any more.
            guard method.customer == customer else { throw PaymentAccountError.noSuchCard }
            try await setFirstDefault(method, of: user, customer, anyway: asDefault)
            return method
        } catch let error as StripeError where error.isMissing {
            throw PaymentAccountError.noSuchCard
        }
    }

    /// Has calls charged to a card from now on.
    public func makeDefault(_ id: UniqueID, of user: UniqueID) async throws -> StoredCard {
        guard let card = try await StoredCard.find(id, of: user, on: pool), card.removedAt == nil,
            let customer = try await presentCustomer(of: user)
        else { throw PaymentAccountError.noSuchCard }
        do {
            try await setDefault(try Self.known(card.processorID), of: customer)
        } catch let error as StripeError where error.isMissing {
            throw PaymentAccountError.noSuchCard
        }
        return try await pool.withTransaction { try await CardStore.makeDefault(id, of: user, in: $0) }
    }

    /// Has Stripe forget a card, and forgets it here. Doing it again changes nothing.
    public func remove(_ id: UniqueID, of user: UniqueID) async throws {
        guard let card = try await StoredCard.find(id, of: user, on: pool) else { throw PaymentAccountError.noSuchCard }
        if card.removedAt != nil { return }
        let method: StripeID<PaymentMethod> = try Self.known(card.processorID)
        do {
            _ = try await ask(.detach(method, idempotencyKey: try Self.onceKey("cc-detach")))
        } catch let error as StripeError {
            // It may have been forgotten before, by an attempt that was cut off.
            guard try await isDetached(method) else { throw error }
        }
        try await forget(card, of: user)
    }

    /// Takes away a card that Stripe has forgotten.
    func forget(_ card: StoredCard, of user: UniqueID) async throws {
        if card.isDefault, let customer = try await presentCustomer(of: user),
            let next = try await StoredCard.all(of: user, on: pool).first(where: { $0.id != card.id })
        {
            try await setDefault(try Self.known(next.processorID), of: customer)
        }
        try await pool.withTransaction { try await CardStore.remove(card.id, of: user, in: $0) }
    }

    /// Whether a card is with no customer, or is no more.
    func isDetached(_ method: StripeID<PaymentMethod>) async throws -> Bool {
        do {
            return try await ask(.paymentMethod(method)).customer == nil
        } catch let error as StripeError where error.isMissing {
            return true
        }
    }

    /// Says at Stripe which card is the default, where a card is the first one.
    func setFirstDefault(
        _ method: PaymentMethod, of user: UniqueID, _ customer: StripeID<Customer>, anyway: Bool
    ) async throws {
        let others = try await StoredCard.all(of: user, on: pool).filter { $0.processorID != method.id.text }
        if anyway || others.isEmpty { try await setDefault(method.id, of: customer) }
    }

    private func setDefault(_ method: StripeID<PaymentMethod>, of customer: StripeID<Customer>) async throws {
        _ = try await ask(
            .setDefaultPaymentMethod(method, of: customer, idempotencyKey: try Self.onceKey("cc-default")))
    }

    private func refuseBeyondLimit(_ user: UniqueID) async throws {
        let rows = try await pool.query(
            "SELECT count(*) FROM payment_methods WHERE user_id = \(user) AND removed_at IS NULL")
        if try rows[0].get(0, as: Int.self) >= Self.mostCards { throw PaymentAccountError.tooManyCards }
    }
}
