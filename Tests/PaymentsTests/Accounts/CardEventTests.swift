import Database
import DatabaseTesting
import Logging
import Payments
import Stripe
import StripeSandbox
import Testing

@Suite("Events about cards", .timeLimit(.minutes(2))) struct CardEventTests {
    @Test("A card that the browser stored is kept without the browser coming back", arguments: [false, true])
    func setup(reversed: Bool) async throws {
        let world = try await AccountsWorld()
        let setup = try await world.accounts.beginSetup(of: world.ada)
        let secret = try #require(setup.clientSecret)
        world.sandbox.perform(.setUp(intent: setup.id.text, secret: secret, method: "pm_card_visa"))
        #expect(try await world.deliver(times: 2, reversed: reversed) > 0)
        let cards = try await StoredCard.all(of: world.ada, on: world.pool)
        #expect(cards.count == 1 && cards[0].isDefault)
        #expect(try await world.defaultAtStripe(world.ada) == cards[0].processorID)
        #expect(try await world.told() == [world.ada])
        // The browser comes back all the same.
        let card = try await world.accounts.adopt(setup.id, by: world.ada)
        #expect(card == cards[0])
        #expect(try await world.told() == [world.ada])
    }

    @Test("A card that was detached at Stripe is gone, and the next one is the default")
    func detached() async throws {
        let world = try await AccountsWorld()
        let first = try await world.store()
        let second = try await world.store("pm_card_amex")
        try await world.deliver()
        _ = try await world.gateway.perform(
            .detach(try stripeID(first.processorID), idempotencyKey: try newKey()))
        try await world.deliver(times: 2)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).map(\.id) == [second.id])
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool)?.method == second.processorID)
        #expect(try await world.defaultAtStripe(world.ada) == second.processorID)
    }

    @Test("A new expiry is taken over")
    func updated() async throws {
        let world = try await AccountsWorld()
        let card = try await world.store()
        try await world.pool.query("UPDATE payment_methods SET exp_year = 2027")
        let body = """
            {"id": "evt_1", "type": "payment_method.automatically_updated", "created": 1, "data": {"object":
            {"object": "payment_method", "id": "\(card.processorID)"}}}
            """
        #expect(try await world.accounts.handle(StripeEvent(json: Array(body.utf8))))
        #expect(try await StoredCard.all(of: world.ada, on: world.pool) == [card])
    }

    @Test("What is about strangers changes nothing, and what is about something else is left to others")
    func strangers() async throws {
        let world = try await AccountsWorld()
        let customer = try await world.gateway.perform(
            .createCustomer(email: nil, name: nil, metadata: [:], idempotencyKey: try newKey()))
        _ = try await world.gateway.perform(
            .attach(try stripeID("pm_card_visa"), to: customer.id, idempotencyKey: try newKey()))
        try await world.deliver()
        #expect(try await world.value("SELECT count(*) FROM payment_methods", as: Int.self) == 0)
        let body = #"{"id": "evt_1", "type": "charge.succeeded", "created": 1, "data": {"object": {"id": "ch_1"}}}"#
        #expect(try await !world.accounts.handle(StripeEvent(json: Array(body.utf8))))
    }

    @Test("Where Stripe cannot be read, the event is to come again")
    func away() async throws {
        let world = try await AccountsWorld()
        _ = try await world.store()
        let bodies = world.sandbox.takeEvents()
        let accounts = AccountsWorld.accounts(world.pool, .unavailable(logger: .quiet))
        let attached = try #require(bodies.first { $0.contains("payment_method.attached") })
        await #expect(throws: PaymentAccountError.unavailable) {
            _ = try await accounts.handle(StripeEvent(json: Array(attached.utf8)))
        }
    }
}
