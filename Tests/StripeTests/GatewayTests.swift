import Foundation
import Money
import Stripe
import StripeSandbox
import Testing

@Suite struct GatewayTests {
    @Test func aHoldIsCapturedInPartAndPaidOut() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let people = try await world.people()
            let held = try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            #expect(held.status == .known(.requiresCapture))
            #expect(held.amountCapturable == 10_000)
            let before = try #require(held.latestCharge?.object?.paymentMethodDetails?.card?.captureBefore)
            #expect(before - (held.created ?? 0) == 4 * 86_400 + 18 * 3600)
            let taken = try await gateway.perform(
                .capture(held.id, amount: 4000, fee: 600, metadata: ["receipt": "r1"], idempotencyKey: key()))
            #expect(taken.status == .known(.succeeded))
            #expect(taken.amountReceived == 4000)
            #expect(taken.metadata == ["session": "s1", "window": "1", "receipt": "r1"])
            let balance = try await gateway.perform(.balance(of: people.2.id))
            #expect(balance.available.map(\.amount) == [3400])
            // 40.00 in, 40.00 on, 6.00 back, and Stripe keeps 2.9 % and 0.30.
            #expect(try await gateway.perform(.balance()).available.map(\.amount) == [600 - 146])
            let payout = try await gateway.perform(
                .createPayout(Money(amount: 3400, currency: .usd), from: people.2.id, idempotencyKey: key()))
            #expect(payout.status == .known(.pending))
            await world.server.perform(.advance(seconds: 10))
            let arrived = try await gateway.perform(.payout(payout.id, of: people.2.id))
            #expect(arrived.status == .known(.paid))
            let second = await #expect(throws: StripeError.self) {
                try await gateway.perform(.capture(held.id, amount: 100, fee: 15, idempotencyKey: key()))
            }
            #expect(second?.code == "payment_intent_unexpected_state")
        }
    }

    @Test func refundsTakeBackTransferAndFeeInProportion() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let people = try await world.people()
            let held = try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            _ = try await gateway.perform(.capture(held.id, amount: 10_000, fee: 1500, idempotencyKey: key()))
            for part in [3333, 3333, 3334] as [Int64] {
                let refund = try await gateway.perform(.refund(held.id, amount: part, idempotencyKey: key()))
                #expect(refund.transferReversal != nil)
            }
            #expect(try await gateway.perform(.balance(of: people.2.id)).available.map(\.amount) == [0])
            let charge = try #require(held.latestCharge?.id)
            #expect(try await gateway.perform(.charge(charge)).amountRefunded == 10_000)
            let more = await #expect(throws: StripeError.self) {
                try await gateway.perform(.refund(held.id, amount: 1, idempotencyKey: key()))
            }
            #expect(more?.code == "charge_already_refunded")
            #expect(try await gateway.perform(.refunds(of: held.id)).data.count == 3)
        }
    }

    @Test func aHoldIsReleasedByUsOrByTime() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let people = try await world.people()
            let first = try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            let released = try await gateway.perform(.cancel(first.id, idempotencyKey: key()))
            #expect(released.status == .known(.canceled))
            let second = try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            await world.server.perform(.advance(seconds: 5 * 86_400))
            let expired = try await gateway.perform(.paymentIntent(second.id))
            #expect(expired.status == .known(.canceled))
            #expect(expired.cancellationReason == "automatic")
        }
    }

    @Test func cardsBehaveAsTheirNamesSay() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let refused = await #expect(throws: StripeError.self) {
                _ = try await world.people(card: "pm_card_visa_chargeDeclined")
            }
            #expect(refused?.kind == .card)
            let people = try await world.people(card: "pm_card_chargeCustomerFail")
            let declined = await #expect(throws: StripeError.self) {
                try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            }
            #expect(declined?.kind == .card)
            #expect(declined?.declineCode == "generic_decline")
            let left = try await gateway.perform(.paymentIntent(try id(try #require(declined?.intent))))
            #expect(left.status == .known(.requiresPaymentMethod))
            #expect(left.lastPaymentError?.code == "card_declined")

            let careful = try await world.people(card: "pm_card_authenticationRequired")
            let asked = await #expect(throws: StripeError.self) {
                try await gateway.perform(.hold(world.hold(careful), idempotencyKey: key()))
            }
            #expect(asked?.kind == .authenticationRequired)
            let present = try await gateway.perform(
                .hold(world.hold(careful, offSession: false), idempotencyKey: key()))
            #expect(present.status == .known(.requiresAction))
            await world.server.perform(
                .authenticate(intent: present.id.text, secret: try #require(present.clientSecret), agrees: true))
            #expect(try await gateway.perform(.paymentIntent(present.id)).status == .known(.requiresCapture))
        }
    }

    @Test func cardsAreStoredListedMadeTheDefaultAndForgotten() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let (customer, method, _) = try await world.people()
            let setup = try await gateway.perform(.createSetupIntent(customer: customer.id, idempotencyKey: key()))
            await world.server.perform(
                .setUp(
                    intent: setup.id.text, secret: try #require(setup.clientSecret), method: "pm_card_mastercard"))
            #expect(try await gateway.perform(.setupIntent(setup.id)).status == .known(.succeeded))
            let cards = try await gateway.perform(.paymentMethods(of: customer.id)).data
            #expect(cards.map { $0.card?.brand } == ["mastercard", "visa"])
            let changed = try await gateway.perform(
                .setDefaultPaymentMethod(method.id, of: customer.id, idempotencyKey: key()))
            #expect(changed.invoiceSettings?.defaultPaymentMethod == method.id)
            _ = try await gateway.perform(.detach(method.id, idempotencyKey: key()))
            #expect(try await gateway.perform(.customer(customer.id)).invoiceSettings?.defaultPaymentMethod == nil)
            #expect(try await gateway.perform(.deleteCustomer(customer.id)).deleted)
            #expect(try await gateway.perform(.customer(customer.id)).deleted == true)
        }
    }

    @Test func aDisputeTakesTheMoneyUntilEvidenceWinsItBack() async throws {
        try await World.with { world in
            let gateway = world.gateway
            let people = try await world.people(card: "pm_card_createDispute")
            let held = try await gateway.perform(.hold(world.hold(people), idempotencyKey: key()))
            _ = try await gateway.perform(.capture(held.id, amount: 10_000, fee: 1500, idempotencyKey: key()))
            let dispute = try #require(try await gateway.perform(.disputes(of: held.id)).data.first)
            #expect(dispute.status == .known(.needsResponse))
            let charge = try await gateway.perform(.charge(try #require(dispute.charge)))
            let back = try await gateway.perform(
                .reverseTransfer(
                    try #require(charge.transfer), amount: 8500, refundsFee: false, idempotencyKey: key()))
            #expect(back.amount == 8500)
            var evidence = DisputeEvidence()
            evidence.serviceDate = "2026-11-25"
            evidence.accessActivityLog = "media 600 s"
            let staged = try await gateway.perform(
                .respond(to: dispute.id, with: evidence, submits: false, idempotencyKey: key()))
            #expect(staged.status == .known(.needsResponse))
            evidence.uncategorizedText = "winning_evidence"
            let won = try await gateway.perform(
                .respond(to: dispute.id, with: evidence, submits: true, idempotencyKey: key()))
            #expect(won.status == .known(.won))
            let types = try await gateway.perform(.events(types: ["charge.dispute.*"])).data.map(\.type)
            #expect(Set(types).isSuperset(of: ["charge.dispute.created", "charge.dispute.closed"]))
        }
    }

    @Test func anAccountIsReadyOnceItsLinkWasMade() async throws {
        try await World.with { world in
            let account = try await world.gateway.perform(
                .createAccount(
                    email: "c@example.org", country: "US", schedule: .weekly(anchor: "friday"), metadata: [:],
                    idempotencyKey: key()))
            #expect(!account.canReceive)
            let link = try await world.gateway.perform(
                .onboardingLink(
                    for: account.id, refreshURL: "http://localhost/a", returnURL: "http://localhost/b",
                    idempotencyKey: key()))
            #expect(link.url.hasPrefix("http://127.0.0.1:\(world.port)/_sandbox/onboarding/"))
            let ready = try await world.gateway.perform(.account(account.id))
            #expect(ready.canReceive && ready.payoutsEnabled == true)
            #expect(ready.settings?.payouts?.schedule?.interval == "weekly")
        }
    }
}
