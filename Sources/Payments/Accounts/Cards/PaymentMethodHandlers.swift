internal import Crypto
internal import Database
internal import HTTPTypes
internal import Money
public import REST
internal import Stripe

/// `/me/payment-methods`: a customer's cards.
public struct PaymentMethodHandlers: Sendable {
    let accounts: PaymentAccounts

    /// Handlers of these accounts.
    public init(_ accounts: PaymentAccounts) { self.accounts = accounts }

    private struct List: Encodable {
        let items: [CardView]
        let isSimulated: Bool

        enum Key: String, CodingKey { case items, next, simulated }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(items, forKey: .items)
            try container.encodeNil(forKey: .next)
            try container.encode(isSimulated, forKey: .simulated)
        }
    }

    /// `GET /me/payment-methods`: 200 with all of them, the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let cards = try await StoredCard.all(of: try call.signedIn().user, on: accounts.pool)
        return .json(
            List(items: cards.map { CardView($0) }, isSimulated: accounts.processor.isSimulated))
    }

    private struct Wish: Decodable {
        var paymentMethodId: String?
        var setupIntentId: String?
        var isDefault: Bool?
    }

    /// `POST /me/payment-methods`. With `{}`: 200 with what the browser needs to store a card. With `{paymentMethodId}` or
    /// `{setupIntentId}`, each with `isDefault: true` or without: 201 with the card. 402 `card_declined` with a
    /// `declineCode`, 402 `authentication_required`, 404 `payment_method_not_found`, 409 `payment_method_taken`,
    /// `setup_unfinished`, `too_many_payment_methods`, 503 `payments_unavailable`.
    public func add(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let wish = try call.content(Wish.self)
        if let earlier = try await call.earlierReply(on: accounts.pool) { return earlier }
        let asDefault = wish.isDefault ?? false
        return try await answering {
            switch (wish.paymentMethodId, wish.setupIntentId) {
            case (nil, nil): return try await begin(call, user)
            case (let text?, nil):
                guard let id = StripeID<PaymentMethod>(text) else { throw PaymentAccountError.noSuchCard }
                let method = try await accounts.attachAtStripe(
                    id, to: user, asDefault: asDefault, key: try key(call, user))
                return try await keep(method, call, user, asDefault: asDefault)
            case (nil, let text?):
                guard let id = StripeID<SetupIntent>(text) else { throw PaymentAccountError.noSuchCard }
                let method = try await accounts.adoptAtStripe(id, by: user, asDefault: asDefault)
                return try await keep(method, call, user, asDefault: asDefault)
            case (_?, _?): throw Problem.invalid("/setupIntentId", "only without paymentMethodId")
            }
        }
    }

    private func keep(
        _ method: PaymentMethod, _ call: Call, _ user: UniqueID, asDefault: Bool
    ) async throws -> Reply {
        try await call.transaction(on: accounts.pool) { transaction in
            let card = try await CardStore.keep(method, of: user, asDefault: asDefault, in: transaction)
            return .json(CardView(card), status: .created)
        }
    }

    private struct Setup: Encodable {
        let setupIntentClientSecret: String?
        let setupIntentId: String
        let url: String?
        let publishableKey: String?
        let simulated: Bool

        enum Key: String, CodingKey { case setupIntentClientSecret, setupIntentId, url, publishableKey, simulated }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(setupIntentClientSecret, forKey: .setupIntentClientSecret)
            try container.encode(setupIntentId, forKey: .setupIntentId)
            try container.encode(url, forKey: .url)
            try container.encode(publishableKey, forKey: .publishableKey)
            try container.encode(simulated, forKey: .simulated)
        }
    }

    /// The answer holds a secret, so it is not kept here: Stripe gives the same one for the same key.
    private func begin(_ call: Call, _ user: UniqueID) async throws -> Reply {
        let setup = try await accounts.beginSetup(of: user, key: try key(call, user))
        let page = accounts.processor.standInURL.flatMap { base in
            setup.clientSecret.map { "\(base)/_sandbox/setup/\(setup.id)?client_secret=\($0)" }
        }
        var reply = Reply.json(
            Setup(
                setupIntentClientSecret: setup.clientSecret, setupIntentId: setup.id.text, url: page,
                publishableKey: accounts.processor.publishableKey, simulated: accounts.processor.isSimulated))
        reply.headers[.cacheControl] = "no-store"
        return reply
    }

    /// Stripe's key for the request's own; nil where it has none. The same for every content, so that Stripe, too, refuses a
    /// key that comes with another one.
    private func key(_ call: Call, _ user: UniqueID) throws -> Stripe.IdempotencyKey? {
        try call.idempotencyKey.map { text in
            let digest = SHA256.hash(data: Array("\(user) \(text)".utf8))
            return try PaymentAccounts.key(
                "cc-methods-" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
        }
    }

    private struct Change: Decodable { var isDefault: Bool }

    /// `PATCH /me/payment-methods/{id} {isDefault: true}`: 200 with the card, to which calls are charged from now on.
    public func update(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let change = try call.content(Change.self)
        guard change.isDefault else { throw Problem.invalid("/isDefault", "true: make another card the default") }
        return try await answering {
            .json(CardView(try await accounts.makeDefault(try card(call), of: user)))
        }
    }

    /// `DELETE /me/payment-methods/{id}`: 204; Stripe forgets the card. The newest other one becomes the default.
    public func remove(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        return try await answering {
            try await accounts.remove(try card(call), of: user)
            return .noContent
        }
    }

    private func card(_ call: Call) throws(PaymentAccountError) -> UniqueID {
        guard let id = call.parameters["id"].flatMap({ UniqueID($0) }) else { throw .noSuchCard }
        return id
    }
}

/// A card as its owner reads it.
struct CardView: Encodable {
    let id: String
    let brand: String
    let last4: String
    let expMonth: Int
    let expYear: Int
    let isDefault: Bool
    let createdAt: String

    init(_ card: StoredCard) {
        id = card.id.description
        brand = card.brand
        last4 = card.last4
        expMonth = card.expiryMonth
        expYear = card.expiryYear
        isDefault = card.isDefault
        createdAt = card.createdAt.description
    }
}
