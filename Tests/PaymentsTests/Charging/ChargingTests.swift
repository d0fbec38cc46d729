import Billing
import Database
import Events
import Money
import Sessions
import Stripe
import StripeSandbox
import Testing

@testable import Payments

@Suite("Charging for sessions")
struct ChargingTests {
    @Test("A call that ends before the threshold costs nothing: its hold is released")
    func free() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.expectPayments(["1.1 authorized 400 0 0 0"], of: session)
        try await world.progress(session, 15)
        try await world.end(session, 15)
        try await world.work()
        // Five seconds before the next window began its money was held as well.
        try await world.expectPayments(["1.1 cancelled 400 0 0 0", "2.1 cancelled 400 0 0 0"], of: session)
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "settled")
        #expect(try await world.notices(world.customer) == ["settled"])
        try await world.expectAgreement(charged: 0, fee: 0)
    }

    @Test("A call of 25 s pays one window and the exact part of the second, and the horizon follows the money")
    func paid() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        for second in [5, 10, 15] { try await world.progress(session, second) }
        try await world.work()
        #expect(try await world.horizons() == [])
        try await world.progress(session, 20)
        #expect(try await world.horizons() == [])
        try await world.work()
        #expect(try await world.horizons().last == 40)
        try await world.progress(session, 25)
        try await world.end(session, 25)
        try await world.work()
        try await world.expectPayments(["1.1 captured 400 400 60 0", "2.1 captured 400 100 15 0"], of: session)
        #expect(try await world.notices(world.consultant) == ["captured", "captured", "settled"])
        #expect(
            try await world.value("SELECT count(*)::int FROM outbox_events WHERE kind = 'charge.settled'", as: Int.self)
                == 1)
        try await world.expectAgreement(charged: 500, fee: 75)
    }

    @Test("A card that declines at the second hold stops the horizon; another card moves it on")
    func declined() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.add("pm_card_chargeCustomerFail")
        try await world.progress(session, 15)
        try await world.work()
        #expect(try await world.notices(world.customer) == ["declined"])
        try await world.progress(session, 20)
        try await world.work()
        try await world.expectPayments(["1.1 captured 400 400 60 0", "2.1 failed 400 0 0 0"], of: session)
        #expect(try await world.horizons().allSatisfy { $0 == 20 })
        let billing = try await ChargeBillings(pool: world.pool, isSimulated: true).find([session])[session]
        #expect(billing?.state == "failed")
        #expect(billing?.problem?.code == "generic_decline")

        try await world.add("pm_card_visa")
        try await world.pool.withTransaction { try await world.events.retry(for: world.customer, in: $0) }
        try await world.work()
        #expect(try await world.horizons().last == 40)
        try await world.end(session, 22)
        try await world.work()
        try await world.expectAgreement(charged: 400, fee: 60)
    }

    @Test("Whoever adds no card has the free time and pays nothing for the grace")
    func noCard() async throws {
        let world = try await ChargeWorld(card: nil)
        let session = try await world.accept()
        try await world.work()
        try await world.expectPayments(["1.1 failed 400 0 0 0"], of: session)
        let billing = try await ChargeBillings(pool: world.pool, isSimulated: true).find([session])[session]
        #expect(billing?.problem?.code == "no_payment_method")
        try await world.progress(session, 20)
        try await world.end(session, 24, reason: "unpaid")
        try await world.work()
        #expect(try await world.horizons() == [])
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "settled")
        try await world.expectAgreement(charged: 0, fee: 0)
    }

    @Test("Nothing is held for a consultant who cannot be paid")
    func notPayable() async throws {
        let world = try await ChargeWorld(isPayable: false)
        let session = try await world.accept()
        try await world.work()
        #expect(try await world.value("SELECT failure_code FROM payments", as: String.self) == "no_payout_account")
        #expect(try await world.notices(world.consultant) == ["declined"])
        #expect(try await world.atStripe().held == 0)
        try await world.end(session, 0)
    }

    @Test(
        "Whatever happens to a request and its answer, it is done once",
        arguments: SandboxFault.Kind.allCases.filter { ![.declined, .authenticationRequired].contains($0) })
    func faults(_ kind: SandboxFault.Kind) async throws {
        let world = try await ChargeWorld()
        for (method, suffix) in [("POST", "payment_intents"), ("POST", "capture"), ("POST", "cancel")] {
            world.sandbox.inject(.init(match: .init(method: method, pathSuffix: suffix), kind: kind, times: 1))
        }
        let session = try await world.accept()
        try await world.settle()
        try await world.progress(session, 15)
        try await world.settle()
        try await world.progress(session, 20)
        try await world.settle()
        #expect(try await world.horizons().last == 40)
        try await world.progress(session, 35)
        try await world.settle()
        try await world.end(session, 38)
        try await world.settle()
        try await world.tell { $0 + $0.reversed() }
        try await world.settle()
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "settled")
        try await world.expectAgreement(charged: 760, fee: 114)
    }

    @Test("A process that was killed between a request and its answer asks again under the same key")
    func resumed() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        // Sent, applied, and the answer was lost with the process.
        let request = try #require(try await ChargeRequest.claim(on: world.pool))
        _ = try await world.gateway.send(request.request)
        #expect(try await ChargeRequest.claim(on: world.pool) == nil)
        try await world.pool.withTransaction { try await world.store.apply(.resumed, to: session, in: $0) }
        try await world.work()
        try await world.expectPayments(["1.1 authorized 400 0 0 0"], of: session)
        #expect(try await world.value("SELECT sendings FROM payment_requests", as: Int.self) == 2)
        #expect(try await world.atStripe().held == 400)
    }

    @Test("Seconds of which the records say that they were worth nothing are not billed")
    func unbilled() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        world.box.records = [
            MediaRecord(mediaSeconds: 10, fromCustomer: .init(packets: 0), fromConsultant: .init(packets: 500)),
            MediaRecord(mediaSeconds: 10, fromCustomer: .init(packets: 500), fromConsultant: .init(packets: 500)),
        ]
        try await world.progress(session, 20)
        try await world.work()
        #expect(try await world.payments(session).first == "1.1 captured 400 200 30 0")
        try await world.end(session, 20)
        try await world.work()
        try await world.expectAgreement(charged: 200, fee: 30)
    }

    @Test("What an operator gives back leaves customer, consultant and platform with their part of the rest")
    func refunded() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.progress(session, 20)
        try await world.work()
        try await world.progress(session, 35)
        try await world.work()
        try await world.end(session, 40)
        try await world.work()
        try await world.expectAgreement(charged: 800, fee: 120)
        try await world.pool.withTransaction {
            try await world.store.apply(.refundOrdered(total: 400), to: session, in: $0)
        }
        try await world.work()
        try await world.expectPayments(
            ["1.1 captured 400 400 60 0", "2.1 refunded 400 400 60 400", "3.1 cancelled 400 0 0 0"], of: session)
        try await world.expectAgreement(charged: 400, fee: 60)
        #expect(
            try await world.value("SELECT count(*)::int FROM outbox_events WHERE kind = 'charge.settled'", as: Int.self)
                == 2)
    }

    @Test("A step that somebody else did before it was sent is not sent any more")
    func overtaken() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.progress(session, 20)
        try await world.work()
        try await world.end(session, 20)
        try await world.work()
        try await world.expectAgreement(charged: 400, fee: 60)
        _ = world.sandbox.takeEvents()
        try await world.pool.withTransaction {
            try await world.store.apply(.refundOrdered(total: 100), to: session, in: $0)
        }
        // On Stripe's pages the same was given back meanwhile.
        let page = try await world.gateway.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents())
        let paid = try #require(page.data.first { $0.status == .known(.succeeded) })
        _ = try await world.gateway.perform(StripeCall<Refund>.refund(paid.id, amount: 100, idempotencyKey: fresh()))
        try await world.tell()
        try await world.settle()
        try await world.expectAgreement(charged: 300, fee: 45)
        #expect(try await world.value("SELECT sendings FROM payment_requests WHERE kind = 'refund'", as: Int.self) == 0)
    }

    @Test("A session whose room says nothing more is settled with what is known of it")
    func silence() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.progress(session, 20)
        try await world.work()
        try await world.report(session, .left(world.customer, reason: "left"))
        try await world.runner.tick()
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "running")
        world.clock.advance(.seconds(121))
        try await world.runner.tick()
        try await world.work()
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "settled")
        try await world.expectAgreement(charged: 400, fee: 60)
    }
}
