import Accounts
import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import REST
import Testing

@testable import Payments

@Suite("What was issued", .timeLimit(.minutes(3)))
struct InvoiceTableTests {
    let world: InvoiceWorld
    let session: UniqueID

    init() async throws {
        world = try await InvoiceWorld()
        session = try await world.settledSession()
    }

    @Test("is neither changed nor deleted")
    func frozen() async throws {
        let statements: [SQL] = [
            "UPDATE invoices SET total = 1, subtotal = 1", "UPDATE invoices SET notes = '[\"x\"]'",
            "UPDATE invoices SET number = '2026-000009'", "UPDATE invoices SET receipt_head = 'x'",
            "UPDATE invoices SET customer_name = 'Somebody else'", "UPDATE invoices SET lines = '[]'",
            "DELETE FROM invoices", "TRUNCATE invoices",
        ]
        for statement in statements {
            await #expect {
                try await world.pool.query(statement)
            } throws: { ($0 as? DatabaseError)?.sqlState?.rawValue == "23001" }
        }
    }

    @Test("loses the people it names when they are erased, and nothing else; a later credit note names nobody")
    func erasure() async throws {
        let before = try #require(try await InvoiceStore.of(session: session, on: world.pool).first)
        let handlers = PrivacyHandlers(
            pool: world.pool, verifyPassword: { _, _ in true }, revokeAll: { _, _, _ in })
        for (user, kind) in [(world.customer, "customer"), (world.consultant, "consultant")] {
            let archive = try await handlers.export(world.call(user, .customer))
            #expect(archive.body.count > 100, "\(kind)")
            var call = world.call(user, .customer)
            call.headers[.contentType] = "application/json"
            call.body = Array(#"{"password": "right"}"#.utf8)
            let kept = try InvoiceWorld.object(try await handlers.erase(call))
            let words = (kept["kept"] as? [[String: String]] ?? []).compactMap { $0["what"] }
            #expect(words.contains { $0.hasPrefix("Invoices") })
            let now = try #require(try await InvoiceStore.of(session: session, on: world.pool).first)
            #expect(now.customerName == nil && now.customerEmail == nil && now.title == nil)
            #expect(now.consultantName == (kind == "customer" ? "Cora Example" : nil))
            #expect(now.number == before.number && now.lines == before.lines && now.total == before.total)
            #expect(now.issuer == before.issuer && now.processorIDs == before.processorIDs)
        }
        #expect(try await world.value("SELECT count(*) FROM mail_outbox", as: Int.self) == 0)
        let note = try #require(
            try await world.settle(
                ChargeSettled(
                    session: session, mediaSeconds: 900, billableSeconds: 900, captured: 3000, refunded: 1, fee: 0)
            ).first)
        #expect(note.customerName == nil && note.title == nil && note.consultantName == nil)
        #expect(try await world.value("SELECT count(*) FROM mail_outbox", as: Int.self) == 0)
    }

    @Test("goes with its session ten years after its year, once a side of it is erased")
    func retention() async throws {
        let old = try await world.session(captured: [2000])
        try await world.pool.query(
            """
            UPDATE sessions SET created_at = '2010-05-01T00:00:00Z', started_at = '2010-05-01T00:00:00Z',
                ended_at = '2010-05-01T01:00:00Z' WHERE id = \(old)
            """)
        let refund = ChargeSettled(
            session: old, mediaSeconds: 600, billableSeconds: 600, captured: 2000, refunded: 500, fee: 0)
        try await world.settle(refund, at: try #require(Timestamp("2010-05-01T01:00:00Z")))
        try await world.pool.query("UPDATE users SET erased_at = now() WHERE id = \(world.customer)")
        let job = RetentionJob(
            pool: world.pool, rules: RetentionRule.all.filter { $0.kind == "erased_invoices" }, logger: .quiet)
        // Its payments were touched just now.
        #expect(await job.work(at: .now()) == ["erased_invoices": 0])
        try await world.pool.query("ALTER TABLE payments DISABLE TRIGGER payments_touch")
        try await world.pool.query("UPDATE payments SET updated_at = '2010-05-01T01:00:00Z' WHERE session_id = \(old)")
        #expect(await job.work(at: .now()) == ["erased_invoices": 1])
        #expect(try await InvoiceStore.of(session: old, on: world.pool).isEmpty)
        #expect(try await InvoiceStore.of(session: session, on: world.pool).count == 1)
    }
}
