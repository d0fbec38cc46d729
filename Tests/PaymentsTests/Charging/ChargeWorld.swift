import Billing
import Database
import DatabaseTesting
import Events
import Foundation
import Identifiers
import Money
import Sessions
import Stripe
import StripeSandbox
import Synchronization
import Testing

@testable import Payments

/// A migrated database with a customer who has a card and a consultant who can be paid, a stand-in for Stripe inside this
/// process, and the charging of sessions between them. The threshold and a window are 20 s; the rate is 720.00 an hour, so
/// that a second costs 0.20.
struct ChargeWorld {
    let pool: DatabasePool
    let sandbox: LocalSandbox
    let gateway: StripeGateway
    let store: ChargeStore
    let events: ChargeEvents
    let runner: ChargeRunner
    let observer: ChargeObserver
    let customer = UniqueID()
    let consultant = UniqueID()
    let sessions = SessionStore(terms: .init(thresholdSeconds: 20, windowSeconds: 20))
    /// The time of the charge machines.
    let clock = TestClock()
    init(
        card: String? = "pm_card_visa", isPayable: Bool = true, options: SandboxOptions = SandboxOptions()
    ) async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("charging"), limits: PoolLimits(connections: 6), logger: .quiet)
        sandbox = LocalSandbox(seed: 7, now: Timestamp.now().microseconds / 1_000_000, options: options)
        gateway = sandbox.gateway(retry: .never, logger: .quiet)
        let processor = PaymentProcessor(gateway: gateway, isSimulated: true)
        let box = RecordBox()
        store = ChargeStore(isSimulated: true, clock: { [clock] in clock.now }) { _, _ in box.records }
        self.box = box
        events = ChargeEvents(store: store, logger: .quiet)
        runner = ChargeRunner(pool: pool, store: store, processor: processor, logger: .quiet)
        observer = ChargeObserver(pool: pool, store: store, processor: processor)
        _ = try await pool.pipeline([
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(customer), 'ann@example.org', 'Ann', 'customer', now()),
                (\(consultant), 'cora@example.org', 'Cora', 'consultant', now())
            """,
            """
            INSERT INTO consultant_profiles (user_id, headline, tags, hourly_rate_amount, hourly_rate_currency,
                availability, is_connected)
            VALUES (\(consultant), 'Databases', '["SQL"]', 72000, 'usd', 'available', true)
            """,
        ])
        let payer = try await gateway.perform(
            .createCustomer(email: "ann@example.org", name: nil, metadata: [:], idempotencyKey: fresh()))
        try await pool.query(
            "INSERT INTO payment_customers (user_id, processor_id) VALUES (\(customer), \(payer.id.text))")
        if let card { try await add(card) }
        let account = try await gateway.perform(
            .createAccount(
                email: "cora@example.org", country: "US", schedule: .manual, metadata: [:], idempotencyKey: fresh()))
        _ = try await gateway.perform(
            .onboardingLink(
                for: account.id, refreshURL: "http://localhost/again", returnURL: "http://localhost/done",
                idempotencyKey: fresh()))
        try await pool.query(
            """
            INSERT INTO payout_accounts (user_id, processor_id, is_payable, payouts_enabled)
            VALUES (\(consultant), \(account.id.text), \(isPayable), true)
            """)
    }

    /// What is known of a session's media.
    let box: RecordBox

    /// Stores a card and makes it the one to pay with.
    func add(_ card: String) async throws {
        let payer = try await value(
            "SELECT processor_id FROM payment_customers WHERE user_id = \(customer)", as: String.self)
        let method = try await gateway.perform(
            .attach(try #require(StripeID(card)), to: try #require(StripeID(payer)), idempotencyKey: fresh()))
        _ = try await pool.pipeline([
            "UPDATE payment_methods SET is_default = false WHERE user_id = \(customer)",
            """
            INSERT INTO payment_methods (id, user_id, processor_id, brand, last4, exp_month, exp_year, is_default)
            VALUES (\(UniqueID()), \(customer), \(method.id.text), 'visa', '4242', 12, 2030, true)
            """,
        ])
    }

    // MARK: A session

    /// What the accept of a request leads to; its first hold has been asked for.
    func accept() async throws -> UniqueID {
        let (question, request) = (UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO questions (id, customer_id, title, body, tags, state, closed_at)
            VALUES (\(question), \(customer), 'Why?', 'Because.', '["sql"]', 'accepted', now())
            """,
            """
            INSERT INTO requests (id, question_id, consultant_id, wave, state, score, rate_amount, rate_currency,
                expires_at, settled_at)
            VALUES (\(request), \(question), \(consultant), 1, 'accepted', 0.9, 72000, 'usd', now(), now())
            """,
        ])
        let session = try await pool.withTransaction { transaction in
            try await sessions.create(
                question: question, request: request, customer: customer, consultant: consultant,
                rate: Money(amount: 72000, currency: .usd), at: .now(), in: transaction)
        }
        try await read()
        return session.id
    }

    /// Lets the signaling core report something, and the sidecar read it, each event twice.
    func report(_ session: UniqueID, _ happening: SessionReport.Happening) async throws {
        let event = try SessionReport(session, happening).event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
        try await read()
    }

    func progress(_ session: UniqueID, _ seconds: Int) async throws {
        try await report(session, .progress(mediaSeconds: seconds, running: true))
    }

    func end(_ session: UniqueID, _ seconds: Int, reason: String = "left") async throws {
        try await report(session, .left(customer, reason: "left"))
        try await report(session, .ended(reason: reason, mediaSeconds: seconds, quality: nil))
    }

    /// Reads what waits for the sidecar.
    func read() async throws {
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { delivery, transaction in
            for _ in 0..<2 {
                if case .applied(let change) = try await sessions.handle(delivery, in: transaction) {
                    try await events.handle(delivery, change, in: transaction)
                } else {
                    _ = try await events.handle(delivery, in: transaction)
                }
            }
        }
        while try await reader.handleBatch() > 0 {}
        #expect(reader.metrics.failed == 0)
    }

    /// Sends what waits, and takes the answers in, until nothing waits.
    func work() async throws { while try await runner.step() {} }

    /// Brings what Stripe tells by webhooks, in an order of the caller's.
    func tell(_ order: ([String]) -> [String] = { $0 }) async throws {
        for body in order(sandbox.takeEvents()) {
            _ = try await observer.handle(try StripeEvent(json: Array(body.utf8)))
        }
    }

    // MARK: What came of it

    /// The only value of a query.
    func value<Value: ColumnDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try await #require(pool.query(statement).first).get(0, as: type)
    }

    /// Whether these are the payments, each as `window.attempt state amount captured fee refunded`.
    func expectPayments(
        _ expected: [String], of session: UniqueID, _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let payments = try await payments(session)
        #expect(payments == expected, sourceLocation: location)
    }

    func payments(_ session: UniqueID) async throws -> [String] {
        try await pool.query(
            """
            SELECT format('%s.%s %s %s %s %s %s', window_number, attempt, state, amount, captured_amount, fee_amount,
                refunded_amount) FROM payments WHERE session_id = \(session) ORDER BY window_number, attempt
            """
        ).map { try $0.get(0, as: String.self) }
    }

    /// The horizons granted, in their order.
    func horizons() async throws -> [Int] {
        try await pool.query(
            """
            SELECT (payload->>'horizonSeconds')::int FROM outbox_events WHERE kind = 'session.billed' ORDER BY sequence
            """
        ).map { try $0.get(0, as: Int.self) }
    }

    /// The kinds of notice that one of both got, in their order.
    func notices(_ person: UniqueID) async throws -> [String] {
        try await pool.query(
            """
            SELECT (payload->>'params')::jsonb->>'kind' FROM outbox_events
            WHERE kind = 'user.push' AND payload->>'method' = 'session.billing' AND payload->>'userId' = \(person.description)
            ORDER BY sequence
            """
        ).map { try $0.get(0, as: String.self) }
    }

    /// What Stripe has captured and given back, by its own account, and the platform's part of both.
    func atStripe() async throws -> (captured: Int64, refunded: Int64, fee: Int64, held: Int64) {
        let page = try await gateway.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents())
        var sums: (captured: Int64, refunded: Int64, fee: Int64, held: Int64) = (0, 0, 0, 0)
        for listed in page.data {
            let intent = try await gateway.perform(.paymentIntent(listed.id))
            sums.held += intent.amountCapturable ?? 0
            guard intent.status == .known(.succeeded) else { continue }
            let charge = try #require(intent.latestCharge?.object)
            sums.captured += intent.amountReceived ?? 0
            sums.refunded += charge.amountRefunded ?? 0
            let fee = charge.applicationFee?.object
            sums.fee += (fee?.amount ?? 0) - (fee?.amountRefunded ?? 0)
        }
        return sums
    }

    /// What the books say, which have to be in order.
    func booked() async throws -> (customerPaid: Int64, consultant: Int64, fee: Int64) {
        let report = try await Ledger.check(on: pool)
        #expect(report.findings == [])
        func balance(_ kind: String) async throws -> Int64 {
            try await value(
                """
                SELECT coalesce(sum(amount), 0)::int8 FROM ledger_entries JOIN ledger_accounts ON account_id = ledger_accounts.id
                WHERE kind = \(kind)
                """)
        }
        return (
            try await balance("stripe"), -(try await balance("consultant_payable")),
            -(try await balance("platform_fee"))
        )
    }

    /// Whether books, payments and Stripe say the same.
    func expectAgreement(charged: Int64, fee: Int64, _ location: SourceLocation = #_sourceLocation) async throws {
        let (stripe, books) = (try await atStripe(), try await booked())
        #expect(stripe.captured - stripe.refunded == charged, sourceLocation: location)
        #expect(stripe.held == 0, sourceLocation: location)
        #expect(stripe.fee == fee, sourceLocation: location)
        #expect(books.customerPaid == charged, sourceLocation: location)
        #expect(books.fee == fee, sourceLocation: location)
        #expect(books.consultant == charged - fee, sourceLocation: location)
    }
}

/// What is known of a session's media.
final class RecordBox: Sendable {
    private let state = Mutex<[MediaRecord]>([])
    var records: [MediaRecord] {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

/// A clock that is moved by hand, and runs besides.
final class TestClock: Sendable {
    private let ahead = Mutex(Duration.zero)
    var now: Timestamp { Timestamp.now().advanced(by: ahead.withLock { $0 }) }
    func advance(_ duration: Duration) { ahead.withLock { $0 += duration } }
}

/// A key that was not used before.
func fresh() throws -> IdempotencyKey { try #require(IdempotencyKey("key-\(UUID().uuidString)")) }

extension ChargeWorld {
    /// Works until nothing is open any more, letting the time come that each machine waits for.
    func settle() async throws {
        for _ in 0..<60 {
            try await work()
            let open = try await value(
                """
                SELECT (SELECT count(*) FROM payment_requests WHERE state <> 'answered')::int
                    + (SELECT count(*) FROM charges WHERE due_at IS NOT NULL)::int
                """, as: Int.self)
            guard open > 0 else { return }
            clock.advance(.seconds(70))
            try await runner.tick()
        }
        Issue.record("a payment request stays open")
    }
}
