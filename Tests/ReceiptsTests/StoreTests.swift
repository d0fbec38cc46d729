import Billing
import Database
import DatabaseTesting
import Events
import HTTPTypes
import Identifiers
import Money
import REST
import Receipts
import Sessions
import Testing

@Suite("Media records in the database", .timeLimit(.minutes(5)))
struct StoreTests {
    @Test("are chained in order, taken once, and become what a bill is made from")
    func chain() async throws {
        let world = try await World()
        #expect(try await MediaRecords.head(of: world.session.id, on: world.pool) == nil)
        try await world.append(flow(1), flow(2, source: "lost", packets: 0))
        let head = try await MediaRecords.head(of: world.session.id, on: world.pool)
        #expect(head?.count == 64)
        // Told twice, also with other figures: what is there stays.
        try await world.append(flow(1), flow(2, packets: 7))
        #expect(try await MediaRecords.head(of: world.session.id, on: world.pool) == head)
        let billing = try await MediaRecords.billing(of: world.session.id, on: world.pool)
        #expect(billing.map(\.mediaSeconds) == [10, 10] && billing.map(\.seconds) == [10, 10])
        #expect(billing[0].fromCustomer == .init(packets: 500, score: 480))
        #expect(billing[0].fromConsultant == .init(packets: 501, score: nil))
        // Nobody pays for seconds that nothing proves.
        #expect(BillableTime(records: billing).billable(upTo: 20) == 10)
        await #expect(throws: MediaRecords.OutOfOrder.self) { try await world.append(flow(4)) }
        let unknown = try await world.pool.withTransaction { transaction in
            try await MediaRecords.append(flow(1), to: UniqueID(), in: transaction)
        }
        #expect(!unknown)
        await #expect(throws: DatabaseError.self) {
            try await world.pool.query("UPDATE media_records SET media_seconds = 11")
        }
    }

    @Test("are signed when the session ends, and verify")
    func ends() async throws {
        let world = try await World()
        let people = (world.session.customer, world.session.consultant)
        try await world.report(
            .joined(people.0), .joined(people.1), .progress(mediaSeconds: 0, running: true), .record(flow(1)),
            .record(flow(2, seconds: 7)))
        #expect(try await Receipts.document(of: world.session.id, on: world.pool) == nil)
        try await world.report(.ended(reason: "left", mediaSeconds: 17, quality: nil))
        let document = try await world.document()
        #expect(world.verifier.check(document).findings == [])
        #expect(document["revision"]?.integer == 1 && document["totals"]?["mediaSeconds"]?.integer == 17)
        #expect(document["head"]?.string == (try await MediaRecords.head(of: world.session.id, on: world.pool)))
        #expect(document["terms"]?["rate"]?["amount"]?.integer == 12000)
    }

    @Test("are signed anew only where something has changed, and keep what was known")
    func revisions() async throws {
        let world = try await World()
        try await world.append(flow(1))
        let first = try await world.seal()
        let again = try await world.seal()
        #expect(first.revision == 1 && again == first)
        func payment(_ refunded: Int64) -> ReceiptPayment {
            ReceiptPayment(
                id: "pi_1", captured: Money(amount: 2000, currency: .usd),
                refunded: Money(amount: refunded, currency: .usd))
        }
        #expect(try await world.seal(invoice: "CC-1", payments: [payment(0)]).revision == 2)
        #expect(try await world.seal(payments: [payment(500)]).revision == 3)
        #expect(try await world.seal().revision == 3)
        // A record that comes late is not part of what was signed.
        try await world.append(flow(2))
        var document = try await world.document()
        #expect(world.verifier.check(document).isGenuine && document["records"]?.elements?.count == 1)
        #expect(document["invoice"]?.string == "CC-1")
        #expect(document["payments"]?.elements?.first?["refunded"]?["amount"]?.integer == 500)
        #expect(try await world.seal().revision == 4)
        document = try await world.document()
        #expect(world.verifier.check(document).isGenuine && document["records"]?.elements?.count == 2)
        let kept = try await world.pool.query("SELECT count(*) FROM media_receipts")
        #expect(try kept.first?.get(0, as: Int.self) == 4)
    }

    @Test("are bound to the payments once these are decided, and again after a refund")
    func settled() async throws {
        let world = try await World()
        let id = world.session.id
        try await world.append(flow(1))
        try await world.pool.query(
            """
            INSERT INTO payments (id, session_id, window_number, attempt, state, currency, amount, captured_amount,
                captured_at, idempotency_key, processor_id)
            VALUES (\(UniqueID()), \(id), 1, 1, 'captured', 'usd', 2000, 1500, now(), 'a', 'pi_1'),
                (\(UniqueID()), \(id), 2, 1, 'cancelled', 'usd', 2000, 0, NULL, 'b', 'pi_2')
            """)
        let settled = ChargeSettled(
            session: id, mediaSeconds: 10, billableSeconds: 10, captured: 1500, refunded: 0, fee: 225, waived: 0,
            forgone: 0)
        for refunded in [0, 700] {
            try await world.pool.query("UPDATE payments SET refunded_amount = \(refunded) WHERE processor_id = 'pi_1'")
            try await world.take(settled.event())
            let document = try await world.document()
            #expect(world.verifier.check(document).isGenuine)
            #expect(document["revision"]?.integer == (refunded == 0 ? 1 : 2))
            let payments = try #require(document["payments"]?.elements)
            #expect(payments.map { $0["id"]?.string } == ["pi_1"])
            #expect(payments[0]["captured"]?["amount"]?.integer == 1500)
            #expect(payments[0]["refunded"]?["amount"]?.integer == refunded)
        }
    }

    @Test("of a session in which nothing flowed are a receipt of nothing")
    func nothing() async throws {
        let world = try await World()
        try await world.seal()
        let document = try await world.document()
        #expect(world.verifier.check(document).isGenuine)
        #expect(document["totals"]?["billableSeconds"]?.integer == 0 && document["records"]?.elements == [])
    }

    private func call(by user: UniqueID, _ role: Role, _ id: UniqueID) -> Call {
        Call(
            route: "GET /sessions/{id}/receipt", parameters: ["id": id.description], address: "192.0.2.1",
            caller: Caller(user: user, role: role, family: UniqueID(), isVerified: true), requestID: "test",
            logger: .quiet)
    }

    @Test("are shown to the session's two people and to admins alone")
    func shown() async throws {
        let world = try await World()
        let handlers = ReceiptHandlers(pool: world.pool)
        let session = world.session
        await #expect {
            try await handlers.show(call(by: session.customer, .customer, session.id))
        } throws: { ($0 as? Problem)?.code == "receipt_not_found" }
        try await world.append(flow(1))
        try await world.seal()
        for (user, role) in [
            (session.customer, Role.customer), (session.consultant, .consultant), (UniqueID(), .admin),
        ] {
            let reply = try await handlers.show(call(by: user, role, session.id))
            let shown = try CanonicalJSON(parsing: reply.body)
            #expect(reply.status == .ok && world.verifier.check(shown).isGenuine)
        }
        await #expect {
            try await handlers.show(call(by: UniqueID(), .customer, session.id))
        } throws: { ($0 as? Problem)?.code == "not_found" }
    }
}
