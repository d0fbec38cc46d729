import Billing
import Database
import DatabaseTesting
import Money
import Stripe
import StripeSandbox
import Testing

@testable import Payments

extension ChargeWorld {
    /// A reconciler that waits for nothing.
    func reconciler() -> Reconciler {
        let processor = PaymentProcessor(gateway: gateway, isSimulated: true)
        return Reconciler(
            pool: pool, store: store,
            accounts: PaymentAccounts(pool: pool, processor: processor, clientURL: "http://localhost", logger: .quiet),
            processor: processor, patience: .zero, logger: .quiet, pause: { _ in })
    }

    /// The rules that are broken, and those that were repaired with a mark.
    func reconcile(repairs: Bool = false) async throws -> [String] {
        try await reconciler().run(since: nil, repairs: repairs).findings.map {
            $0.rule.rawValue + ($0.isRepaired ? " repaired" : "")
        }
    }

    /// A finding that is repaired once: said, repaired, gone.
    func expectRepaired(_ rules: [String], _ location: SourceLocation = #_sourceLocation) async throws {
        #expect(try await reconcile() == rules, sourceLocation: location)
        // Without `repairs` nothing was changed.
        #expect(try await reconcile() == rules, sourceLocation: location)
        #expect(try await reconcile(repairs: true) == rules.map { "\($0) repaired" }, sourceLocation: location)
        #expect(try await reconcile(repairs: true) == [], sourceLocation: location)
        #expect(try await Ledger.check(on: pool).findings == [], sourceLocation: location)
    }

    /// The newest payment at Stripe.
    func newest() async throws -> PaymentIntent {
        try #require(try await gateway.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents()).data.first)
    }

    /// A request that is sent and done, and whose answer dies with the process.
    func sendAndDie() async throws {
        let request = try #require(try await ChargeRequest.claim(on: pool))
        _ = try await gateway.send(request.request)
    }

    /// A session that was charged for 25 s: 5.00.
    func charged() async throws -> UniqueID {
        let session = try await accept()
        try await work()
        try await progress(session, 20)
        try await work()
        try await end(session, 25)
        try await work()
        return session
    }
}

@Suite("The reconciler") struct ReconcilerTests {
    @Test("Finds nothing where nothing was lost, while a call runs and after it")
    func agreement() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        #expect(try await world.reconcile() == [])
        try await world.work()
        try await world.progress(session, 20)
        #expect(try await world.reconcile(repairs: true) == [])
        try await world.work()
        try await world.end(session, 25)
        try await world.work()
        let report = try await world.reconciler().run(since: nil, repairs: true)
        #expect(report.findings == [] && report.payments == 2 && report.isInOrder)
        try await world.expectAgreement(charged: 500, fee: 75)
        // Nothing of it was made since.
        let later = try await world.reconciler().run(since: .now().advanced(by: .seconds(3600)), repairs: false)
        #expect(later.payments == 0)
    }

    @Test("A capture whose answer and webhooks were lost is taken in and booked once")
    func capture() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.progress(session, 15)
        try await world.work()
        try await world.progress(session, 20)
        try await world.sendAndDie()
        _ = world.sandbox.takeEvents()
        try await world.expectRepaired(["capture_missed"])
        #expect(try await world.payments(session).first == "1.1 captured 400 400 60 0")
        #expect(try await world.horizons().last == 40)
        try await world.end(session, 20)
        try await world.settle()
        try await world.expectAgreement(charged: 400, fee: 60)
        #expect(try await world.reconcile() == [])
    }

    @Test("A hold whose answer was lost gets its name, and is released after the end")
    func hold() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.sendAndDie()
        try await world.expectRepaired(["name_missed", "hold_missed"])
        try await world.expectPayments(["1.1 authorized 400 0 0 0"], of: session)
        try await world.end(session, 5)
        try await world.settle()
        try await world.expectAgreement(charged: 0, fee: 0)
    }

    @Test("A hold that was released at Stripe is asked for anew")
    func release() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        _ = try await world.gateway.perform(.cancel(world.newest().id, idempotencyKey: fresh()))
        try await world.expectRepaired(["release_missed"])
        try await world.work()
        try await world.expectPayments(["1.1 cancelled 400 0 0 0", "1.2 authorized 400 0 0 0"], of: session)
    }

    @Test("What was captured or given back on Stripe's pages is taken in, and what is too much given back")
    func pages() async throws {
        let world = try await ChargeWorld()
        let session = try await world.charged()
        let intent = try await world.newest()
        _ = try await world.gateway.perform(
            StripeCall<Refund>.refund(intent.id, amount: 40, idempotencyKey: fresh()))
        try await world.expectRepaired(["refund_missed"])
        try await world.expectAgreement(charged: 460, fee: 69)
        #expect(try await world.payments(session).last == "2.1 captured 400 100 15 40")

        // A hold of another call, captured by hand: below the threshold it costs nothing.
        try await world.pool.query("UPDATE sessions SET state = 'cancelled', ended_at = now(), end_reason = 'x'")
        let other = try await world.accept()
        try await world.work()
        _ = try await world.gateway.perform(
            .capture(world.newest().id, amount: 300, fee: 45, idempotencyKey: fresh()))
        try await world.expectRepaired(["capture_missed"])
        try await world.end(other, 5)
        try await world.settle()
        try await world.expectAgreement(charged: 460, fee: 69)
    }

    @Test("A row that somebody changed is written anew")
    func row() async throws {
        let world = try await ChargeWorld()
        let session = try await world.charged()
        try await world.pool.query(
            """
            UPDATE payments SET state = 'authorized', captured_amount = 0, fee_amount = 0, captured_at = NULL
            WHERE window_number = 1
            """)
        try await world.expectRepaired(["row_differs"])
        #expect(try await world.payments(session).first == "1.1 captured 400 400 60 0")
    }

    @Test("A hold that Stripe refused to release is released once the reconciler takes it up")
    func stale() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        world.sandbox.inject(.init(match: .init(method: "POST", pathSuffix: "cancel"), kind: .http500, times: 5))
        try await world.end(session, 5)
        try await world.settle()
        #expect(try await world.atStripe().held == 400)
        #expect(try await world.value("SELECT state FROM charges", as: String.self) == "settled")
        try await world.expectRepaired(["stale_hold"])
        try await world.settle()
        try await world.expectAgreement(charged: 0, fee: 0)
        #expect(try await world.reconcile() == [])
    }

    @Test("A payment that was made behind our back is said and left alone")
    func unknown() async throws {
        let world = try await ChargeWorld()
        _ = try await world.charged()
        let customer = try await world.value("SELECT processor_id FROM payment_customers", as: String.self)
        let method = try await world.value("SELECT processor_id FROM payment_methods", as: String.self)
        let account = try await world.value("SELECT processor_id FROM payout_accounts", as: String.self)
        func hold(_ name: String) async throws {
            _ = try await world.gateway.perform(
                .hold(
                    Hold(
                        amount: Money(amount: 400, currency: .usd), fee: 60, customer: try #require(StripeID(customer)),
                        paymentMethod: try #require(StripeID(method)), destination: try #require(StripeID(account)),
                        metadata: ["payment": name]), idempotencyKey: fresh()))
        }
        try await hold("cc-nobody-w1-a1")
        #expect(try await world.reconcile(repairs: true) == ["payment_unknown"])
        let name = try await world.value(
            "SELECT idempotency_key FROM payments WHERE window_number = 1", as: String.self)
        try await hold(name)
        #expect(try await world.reconcile(repairs: true) == ["held_twice", "payment_unknown"])
        #expect(try await world.atStripe().held == 800)
    }

    @Test("A payment that has another name at Stripe is said, as what it is not and what it is, and left alone")
    func reported() async throws {
        let world = try await ChargeWorld()
        let session = try await world.charged()
        let before = try await world.payments(session)
        try await world.pool.query("UPDATE payments SET processor_id = 'pi_gone' WHERE window_number = 2")
        // By its name it is still found: as another one.
        #expect(try await world.reconcile(repairs: true) == ["held_twice", "payment_not_there"])
        #expect(try await world.payments(session) == before)
        #expect(try await world.booked().customerPaid == 500)
    }

    @Test("A repair that fails leaves nothing behind, and is made the next time")
    func crash() async throws {
        let world = try await ChargeWorld()
        let session = try await world.accept()
        try await world.work()
        try await world.progress(session, 15)
        try await world.work()
        try await world.progress(session, 20)
        try await world.sendAndDie()
        // As if the process died between the first line of the repair and its commit.
        _ = try await world.pool.pipeline([
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''dead''; END'",
            """
            CREATE CONSTRAINT TRIGGER die AFTER INSERT ON ledger_transactions DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION die()
            """,
        ])
        #expect(try await world.reconcile(repairs: true) == ["capture_missed"])
        #expect(try await world.payments(session).first == "1.1 authorized 400 0 0 0")
        try await world.pool.query("DROP TRIGGER die ON ledger_transactions")
        try await world.expectRepaired(["capture_missed"])
        try await world.end(session, 20)
        try await world.settle()
        try await world.expectAgreement(charged: 400, fee: 60)
    }
}
