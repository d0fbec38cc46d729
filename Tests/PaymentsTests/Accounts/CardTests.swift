import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Logging
import Payments
import REST
import Stripe
import StripeSandbox
import Testing

@Suite("Cards", .timeLimit(.minutes(2))) struct CardTests {
    @Test("The first card becomes the default, here and at Stripe; a second one does not, unless it is asked to")
    func defaults() async throws {
        let world = try await AccountsWorld()
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool) == nil)
        let first = try await world.store()
        #expect(first.isDefault && first.brand == "visa" && first.last4 == "4242" && first.expiryYear == 2034)
        let second = try await world.store("pm_card_mastercard")
        #expect(!second.isDefault)
        var payer = try #require(try await PaymentAccounts.payer(of: world.ada, on: world.pool))
        #expect(payer.method == first.processorID)
        #expect(try await world.defaultAtStripe(world.ada) == first.processorID)

        let third = try await world.store("pm_card_amex", asDefault: true)
        payer = try #require(try await PaymentAccounts.payer(of: world.ada, on: world.pool))
        #expect(payer.method == third.processorID)
        #expect(try await world.defaultAtStripe(world.ada) == third.processorID)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).map(\.last4) == ["0005", "4444", "4242"])
        // Each can be charged, so whoever waits for a card is told of each.
        #expect(try await world.told() == [world.ada, world.ada, world.ada])
        #expect(try await PaymentAccounts.payer(of: world.ben, on: world.pool) == nil)
    }

    @Test("Another default is set by its owner alone")
    func change() async throws {
        let world = try await AccountsWorld()
        let first = try await world.store()
        let second = try await world.store("pm_card_mastercard")
        let changed = try await world.accounts.makeDefault(second.id, of: world.ada)
        #expect(changed.isDefault)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).filter(\.isDefault) == [changed])
        #expect(try await world.defaultAtStripe(world.ada) == second.processorID)
        await #expect(throws: PaymentAccountError.noSuchCard) {
            try await world.accounts.makeDefault(first.id, of: world.ben)
        }
    }

    @Test("A removed card is forgotten at Stripe, and the newest other one becomes the default")
    func removal() async throws {
        let world = try await AccountsWorld()
        let first = try await world.store()
        let second = try await world.store("pm_card_mastercard")
        let third = try await world.store("pm_card_amex")
        await #expect(throws: PaymentAccountError.noSuchCard) {
            try await world.accounts.remove(first.id, of: world.ben)
        }
        try await world.accounts.remove(first.id, of: world.ada)
        #expect(try await world.gateway.perform(.paymentMethod(try stripeID(first.processorID))).customer == nil)
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool)?.method == third.processorID)
        #expect(try await world.defaultAtStripe(world.ada) == third.processorID)

        // Again: nothing changes. And the others go, too.
        try await world.accounts.remove(first.id, of: world.ada)
        try await world.accounts.remove(second.id, of: world.ada)
        try await world.accounts.remove(third.id, of: world.ada)
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool) == nil)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).isEmpty)
        // Events that were on their way bring nothing back.
        try await world.deliver(times: 2, reversed: true)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).isEmpty)
    }

    @Test("A removal that was cut off after Stripe forgot the card is finished by the next one")
    func removalAgain() async throws {
        let world = try await AccountsWorld()
        let card = try await world.store()
        world.sandbox.inject(
            SandboxFault(match: .init(method: "POST", pathSuffix: "/detach"), kind: .appliedThenCut))
        await #expect(throws: PaymentAccountError.unavailable) {
            try await world.accounts.remove(card.id, of: world.ada)
        }
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).count == 1)
        try await world.accounts.remove(card.id, of: world.ada)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).isEmpty)
    }

    @Test("A card that the bank refuses is not stored")
    func declined() async throws {
        let world = try await AccountsWorld()
        let declined = try await refused {
            try await world.methods.add(
                request(#"{"paymentMethodId": "pm_card_visa_chargeDeclinedInsufficientFunds"}"#, by: world.ada))
        }
        #expect(declined.status.code == 402 && declined.code == "card_declined")
        #expect(declined.declineCode == "insufficient_funds")
        let lost = try await refused {
            try await world.methods.add(
                request(#"{"paymentMethodId": "pm_card_visa_chargeDeclinedLostCard"}"#, by: world.ada))
        }
        // Whoever holds it may have found it.
        #expect(lost.declineCode == "generic_decline")
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).isEmpty)
        #expect(try await world.told().isEmpty)
    }

    @Test("What is unknown or malformed is no card, and somebody else's is theirs")
    func foreign() async throws {
        let world = try await AccountsWorld()
        let card = try await world.store(for: world.ben)
        for text in ["pm_none", "../v1/balance", ""] {
            let problem = try await refused {
                try await world.methods.add(request(#"{"paymentMethodId": "\#(text)"}"#, by: world.ada))
            }
            #expect(problem.code == "payment_method_not_found" && problem.status == .notFound)
        }
        let taken = try await refused {
            try await world.methods.add(request(#"{"paymentMethodId": "\#(card.processorID)"}"#, by: world.ada))
        }
        #expect(taken.code == "payment_method_taken" && taken.status == .conflict)
        let both = try await refused {
            try await world.methods.add(
                request(#"{"paymentMethodId": "pm_card_visa", "setupIntentId": "seti_1"}"#, by: world.ada))
        }
        #expect(both.code == "invalid_content")
    }

    @Test("A SetupIntent is taken over once it has stored a card, by whose it is")
    func setup() async throws {
        let world = try await AccountsWorld()
        struct Begun: Decodable {
            let setupIntentId: String
            let setupIntentClientSecret: String
            let url: String?
            let publishableKey: String?
            let simulated: Bool
        }
        let begun: Begun = try await world.methods.add(request("{}", by: world.ada, key: "k1")).content()
        #expect(begun.simulated && begun.publishableKey == nil)
        #expect(
            begun.url?.hasPrefix("http://127.0.0.1:12111/_sandbox/setup/\(begun.setupIntentId)?client_secret=") == true)
        // The same request again: the same SetupIntent.
        let again: Begun = try await world.methods.add(request("{}", by: world.ada, key: "k1")).content()
        #expect(again.setupIntentId == begun.setupIntentId)

        let body = #"{"setupIntentId": "\#(begun.setupIntentId)"}"#
        #expect(
            try await refused { try await world.methods.add(request(body, by: world.ada)) }.code == "setup_unfinished")
        world.sandbox.perform(
            .setUp(intent: begun.setupIntentId, secret: begun.setupIntentClientSecret, method: "pm_card_visa"))
        // Not Ben's, whether he has a customer or none.
        for _ in 0..<2 {
            let stranger = try await refused { try await world.methods.add(request(body, by: world.ben)) }
            #expect(stranger.code == "payment_method_taken")
            _ = try await world.accounts.beginSetup(of: world.ben)
        }
        let reply = try await world.methods.add(request(body, by: world.ada))
        #expect(reply.status == .created)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).count == 1)
        #expect(
            try await refused {
                try await world.methods.add(request(#"{"setupIntentId": "seti_none"}"#, by: world.ada))
            }.code == "payment_method_not_found")
    }

    @Test("A bank that wants the card's owner says so")
    func authentication() async throws {
        let world = try await AccountsWorld()
        let setup = try await world.accounts.beginSetup(of: world.ada)
        let form = try await world.gateway.perform(
            StripeCall<SetupIntent>(
                StripeRequest(
                    .post, "/v1/setup_intents/\(setup.id)/confirm",
                    form: try #require(Form(encoded: "payment_method=pm_card_authenticationRequired")),
                    idempotencyKey: try newKey())))
        #expect(form.status.value == .requiresAction)
        let problem = try await refused {
            try await world.methods.add(request(#"{"setupIntentId": "\#(setup.id)"}"#, by: world.ada))
        }
        #expect(problem.status.code == 402 && problem.code == "authentication_required")
    }

    @Test("The same request again stores nothing anew, and its key holds for no other")
    func idempotency() async throws {
        let world = try await AccountsWorld()
        let body = #"{"paymentMethodId": "pm_card_visa"}"#
        let first = try await world.methods.add(request(body, by: world.ada, key: "k"))
        let second = try await world.methods.add(request(body, by: world.ada, key: "k"))
        #expect(first.status == .created && first.body == second.body)
        #expect(try await StoredCard.all(of: world.ada, on: world.pool).count == 1)
        let other = try await refused {
            try await world.methods.add(request(#"{"paymentMethodId": "pm_card_amex"}"#, by: world.ada, key: "k"))
        }
        #expect(other.code == "idempotency_key_reused")
        // Somebody else's is another one.
        _ = try await world.methods.add(request(body, by: world.ben, key: "k"))
        #expect(try await StoredCard.all(of: world.ben, on: world.pool).count == 1)
    }

    @Test("At most so many cards are stored")
    func limit() async throws {
        let world = try await AccountsWorld()
        for _ in 0..<PaymentAccounts.mostCards { try await world.store() }
        await #expect(throws: PaymentAccountError.tooManyCards) { try await world.store() }
        await #expect(throws: PaymentAccountError.tooManyCards) {
            _ = try await world.accounts.beginSetup(of: world.ada)
        }
    }

    @Test("Where Stripe cannot be reached nothing is stored, and when to try again is said")
    func unavailable() async throws {
        let world = try await AccountsWorld()
        let away = PaymentMethodHandlers(
            AccountsWorld.accounts(world.pool, .unavailable(logger: .quiet)))
        let problem = try await refused {
            try await away.add(request(#"{"paymentMethodId": "pm_card_visa"}"#, by: world.ada))
        }
        #expect(problem.code == "payments_unavailable" && problem.status == .serviceUnavailable)
        #expect(problem.headers[.retryAfter] != nil)
        // The customer's row was there before; the next attempt goes on from it.
        #expect(try await world.value("SELECT count(*) FROM payment_customers", as: Int.self) == 1)
        try await world.store()
        #expect(try await PaymentAccounts.payer(of: world.ada, on: world.pool) != nil)
    }
}
