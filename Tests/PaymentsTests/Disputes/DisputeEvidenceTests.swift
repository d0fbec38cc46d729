import Accounts
import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import REST
import Stripe
import StripeSandbox
import Testing

@testable import Payments

@Suite("What the bank is told of a disputed call", .timeLimit(.minutes(3)))
struct DisputeEvidenceTests {
    @Test("A day before the bank's last moment it is sent by itself")
    func byItself() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge)
        try await world.tell()
        try await world.work(ahead: .seconds(8 * 86_400 - 600))
        #expect(try await world.submissions() == [0])
        try await world.work(ahead: .seconds(8 * 86_400 + 600))
        #expect(try await world.submissions() == [1])
        #expect(try await world.rows() == ["under_review 400 1500 sent 0 0 0 none"])
        #expect(try await world.charges.value("SELECT ordered_by IS NULL FROM disputes", as: Bool.self))
    }

    @Test("What the bank refuses is an end that an administrator sees, not something that is tried for ever")
    func refused() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge)
        try await world.tell()
        world.sandbox.perform(.advance(seconds: 9 * 86_400 + 60))
        try await world.order()
        try await world.work()
        #expect(try await world.rows() == ["needs_response 400 1500 refused 0 0 0 none"])
        let problem: String? = try await world.charges.value("SELECT problem FROM disputes")
        #expect(problem == "The evidence for this dispute is past due.")
        #expect(try await world.charges.value("SELECT due_at IS NULL FROM disputes", as: Bool.self))
        // They may try again, and that is another request.
        try await world.order()
        try await world.work()
        #expect(try await world.charges.value("SELECT evidence_serial FROM disputes", as: Int.self) == 2)
        try await world.decide(won: false)
        try await world.tell()
        await #expect(throws: DisputeDesk.Refusal.closed) { try await world.order() }
    }

    @Test("Evidence that comes too late for a dispute that was decided meanwhile is not sent")
    func tooLate() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge)
        try await world.tell()
        try await world.order()
        try await world.decide(won: true)
        try await world.work()
        #expect(try await world.rows() == ["won 400 1500 refused 0 0 0 none"])
        #expect(try await world.submissions() == [0])
    }

    @Test("An inquiry takes nothing; one that becomes a dispute is answered anew")
    func inquiry() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge, inquiry: true)
        try await world.tell()
        #expect(try await world.rows() == ["warning_needs_response 400 0 ready 0 0 0 none"])
        #expect(try await world.balances("stripe", "disputes") == [400, 0])
        try await world.order()
        try await world.work()
        #expect(try await world.rows() == ["warning_under_review 400 0 sent 0 0 0 none"])
        world.sandbox.perform(.escalate(dispute: try await world.ids()[0]))
        try await world.tell()
        #expect(try await world.rows() == ["needs_response 400 1500 ready 0 0 0 none"])
        #expect(try await world.balances("stripe", "disputes") == [-1500, 400])
        try await world.order()
        try await world.work()
        #expect(try await world.submissions() == [2])
        try await world.decide(won: true)
        try await world.tell { $0.reversed() }
        #expect(try await world.rows() == ["won 400 1500 sent 0 0 0 none"])
        #expect(try await world.balances("stripe", "disputes") == [-1100, 0])
    }

    @Test("An inquiry that comes to nothing has cost nothing")
    func closedInquiry() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge, inquiry: true)
        try await world.tell()
        try await world.decide(won: false)
        try await world.tell()
        try await world.work(ahead: .seconds(10 * 86_400))
        #expect(try await world.rows() == ["warning_closed 400 0 ready 0 0 0 none"])
        #expect(try await world.balances("stripe", "disputes", "consultant_payable") == [400, 0, -340])
    }

    @Test("It says who came when, what flowed, what was agreed to, what was charged, and what is signed")
    func package() async throws {
        let world = try await DisputeWorld()
        let (session, charge) = try await world.charged()
        let receipt = """
            {"totals": {"records": 2, "fromCustomer": {"packets": 812}, "fromConsultant": {"packets": 790}}}
            """
        _ = try await world.pool.pipeline([
            """
            INSERT INTO media_receipts (session_id, revision, statement, key_id, signature)
            VALUES (\(session), 1, \(JSONText(receipt))::jsonb, 'key one', 'signed thus')
            """,
            """
            UPDATE sessions SET customer_joined_at = '2026-11-23T09:00:01Z',
                consultant_joined_at = '2026-11-23T09:00:02Z', started_at = '2026-11-23T09:00:03Z'
            WHERE id = \(session)
            """,
            """
            INSERT INTO consents (id, user_id, document, version, granted)
            VALUES (\(UniqueID()), \(world.charges.customer), 'terms', '2026-01', true)
            """,
        ])
        let invoices = Invoices(terms: .init(issuer: "Us", isSimulated: true), clientURL: "http://localhost")
        try await world.pool.withTransaction {
            _ = try await invoices.settled(
                ChargeSettled(session: session, mediaSeconds: 20, billableSeconds: 20, captured: 400, fee: 60),
                receiptHead: nil, at: .now(), in: $0)
        }
        world.dispute(charge)
        try await world.tell()
        let handlers = DisputeHandlers(pool: world.pool, desk: world.desk, isSimulated: true)
        let page = try InvoiceWorld.object(try await handlers.list(world.call()))
        let item = try #require((page["items"] as? [[String: Any]])?.first)
        let evidence = try #require(item["evidence"] as? [String: Any])
        func text(_ name: String) -> String { evidence[name] as? String ?? "" }
        #expect(text("customerName") == "Ann" && text("customerEmail") == "ann@example.org")
        #expect(text("serviceDate") == "2026-11-23")
        for part in [
            "came in: 2026-11-23T09:00:01Z", "came in: 2026-11-23T09:00:02Z", "began: 2026-11-23T09:00:03Z",
            "20 seconds", "812 packets", "790 packets", "720.00 USD an hour",
        ] {
            #expect(text("accessActivityLog").contains(part), "\(part)")
        }
        #expect(text("productDescription").contains("Cora") && text("productDescription").contains("Invoice 20"))
        #expect(text("refundPolicy").contains("version 2026-01"))
        #expect(text("refundRefusal").contains("4.00 USD was charged"))
        #expect(text("receipt").contains("signed thus") && text("receipt").contains("812"))
        // What is sent is what was shown.
        try await world.order()
        try await world.work()
        let shown = try InvoiceWorld.object(try await handlers.list(world.call()))
        let sent = try #require((shown["items"] as? [[String: Any]])?.first?["evidence"] as? [String: Any])
        #expect(sent as NSDictionary == evidence as NSDictionary)
    }

    @Test("Administrators read disputes in pages and order evidence, once each")
    func routes() async throws {
        let world = try await DisputeWorld()
        let handlers = DisputeHandlers(pool: world.pool, desk: world.desk, isSimulated: true)
        var sessions: [UniqueID] = []
        for _ in 0..<3 {
            let (session, charge) = try await world.charged()
            world.dispute(charge)
            sessions.append(session)
        }
        try await world.tell()
        let first = try InvoiceWorld.object(try await handlers.list(world.call(query: ["limit": "2"])))
        let next = try #require(first["next"] as? String)
        let rest = try InvoiceWorld.object(try await handlers.list(world.call(query: ["limit": "2", "cursor": next])))
        #expect((first["items"] as? [Any])?.count == 2 && (rest["items"] as? [Any])?.count == 1)
        let one = try InvoiceWorld.object(
            try await handlers.list(world.call(query: ["session": sessions[1].description])))
        let item = try #require((one["items"] as? [[String: Any]])?.first)
        #expect(item["sessionId"] as? String == sessions[1].description && item["outcome"] is NSNull)
        #expect((item["fee"] as? [String: Any])?["amount"] as? Int == 1500)
        let id = ["id": try #require(item["id"] as? String)]
        let reply = try await handlers.submit(world.call(id))
        #expect(reply.status == .accepted)
        #expect(
            try await InvoiceWorld.refusal { try await handlers.submit(world.call(id)) } == "409 evidence_sent")
        #expect(
            try await InvoiceWorld.refusal { try await handlers.submit(world.call(["id": UniqueID().description])) }
                == "404 not_found")
        try await world.work()
        #expect(try await world.submissions().sorted() == [0, 0, 1])
        try await world.decide(won: false)
        try await world.tell()
        let others = try InvoiceWorld.object(
            try await handlers.list(world.call(query: ["session": sessions[0].description])))
        let lost = try #require((others["items"] as? [[String: Any]])?.first)
        #expect(lost["outcome"] as? String == "lost")
        #expect(
            try await InvoiceWorld.refusal {
                try await handlers.submit(world.call(["id": try #require(lost["id"] as? String)]))
            } == "409 dispute_closed")
    }
}

extension DisputeWorld {
    fileprivate func call(_ parameters: [String: String] = [:], query: [String: String] = [:]) -> Call {
        Call(
            route: "TEST /", parameters: parameters, query: query, headers: [:], address: "192.0.2.1",
            caller: Caller(user: admin, role: .admin, family: UniqueID(), isVerified: true), requestID: "test",
            logger: .quiet)
    }
}
