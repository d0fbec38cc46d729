import Billing
import Database
import DatabaseTesting
import Foundation
import Identifiers
import Money
import REST
import Testing

@testable import Payments

@Suite("Statements", .timeLimit(.minutes(3)))
struct StatementTests {
    let world: InvoiceWorld

    init() async throws { world = try await InvoiceWorld() }

    private func book(
        _ event: MoneyEvent, of session: UniqueID, at time: String, to consultant: UniqueID? = nil,
        currency: Currency = .usd
    ) async throws {
        let movement = LedgerTransaction(
            source: "test \(UniqueID())", event: event, currency: currency, session: session,
            customer: world.customer, consultant: consultant ?? world.consultant,
            occurred: try #require(Timestamp(time)))
        _ = try await world.pool.withTransaction { try await Ledger.book(movement, in: $0) }
    }

    @Test("count amounts in the month in which they moved, each currency by itself, and agree with the ledger")
    func months() async throws {
        let (first, second) = (UniqueID(), UniqueID())
        try await book(.captured(amount: 1667, fee: 250), of: first, at: "2026-10-31T23:59:59Z")
        try await book(.captured(amount: 833, fee: 125), of: first, at: "2026-11-01T00:00:00Z")
        try await book(.captured(amount: 2000, fee: 300), of: second, at: "2026-11-05T12:00:00Z")
        try await book(.captured(amount: 1500, fee: 225), of: second, at: "2026-11-05T12:00:00Z", currency: .eur)
        try await book(.refunded(amount: 1667, fee: 250), of: first, at: "2026-12-02T00:00:00Z")
        try await book(.disputeOpened(amount: 2000, cost: 1500), of: second, at: "2026-12-03T00:00:00Z")
        try await book(.disputeLost(amount: 2000, fee: 300), of: second, at: "2026-12-04T00:00:00Z")
        try await book(.payoutPaid(amount: 500), of: second, at: "2026-12-05T00:00:00Z")
        let other = try await InvoiceWorld.user(.consultant, "Kim", on: world.pool)
        try await book(.captured(amount: 9999, fee: 1500), of: UniqueID(), at: "2026-11-05T12:00:00Z", to: other)

        let totals = try await StatementStore.totals(of: world.consultant, on: world.pool)
        #expect(
            totals.map { "\($0.month) \($0.charged) \($0.sessions)" } == [
                "2026-12 -36.67 usd 0", "2026-11 15.00 eur 1", "2026-11 28.33 usd 2", "2026-10 16.67 usd 1",
            ])
        #expect(totals.map(\.refunded.amount) == [3667, 0, 0, 0])
        #expect(totals.map(\.fee.amount) == [-550, 225, 425, 250])
        let earned = totals.filter { $0.charged.currency == .usd }.reduce(0) { $0 + $1.earned.amount }
        let booked: Int64 = try await world.value(
            """
            SELECT -sum(amount)::int8 FROM ledger_entries JOIN ledger_accounts ON ledger_accounts.id = account_id
            WHERE person_id = \(world.consultant) AND ledger_accounts.currency = 'usd'
            """)
        #expect(earned == booked + 500)

        let handlers = try world.handlers()
        let list = try InvoiceWorld.object(try await handlers.statements(world.call(world.consultant, .consultant)))
        let items = try #require(list["items"] as? [[String: Any]])
        #expect(items.map { $0["month"] as? String } == ["2026-12", "2026-11", "2026-11", "2026-10"])
        #expect((items[3]["earned"] as? [String: Any])?["amount"] as? Int == 1417)

        let call = world.call(world.consultant, .consultant, ["month": "2026-11"])
        let month = try InvoiceWorld.object(try await handlers.statement(call))
        #expect(month["consultantName"] as? String == "Cora Example")
        let sessions = try #require(month["sessions"] as? [[String: Any]])
        #expect(sessions.map { $0["sessionId"] as? String } == [second, first, second].map(\.description))
        #expect(sessions.map { $0["date"] as? String } == ["2026-11-05", "2026-11-01", "2026-11-05"])
        let page = try await handlers.statement(
            world.call(world.consultant, .consultant, ["month": "2026-12"], query: ["format": "html"]))
        let html = String(decoding: page.body, as: UTF8.self)
        #expect(html.contains("-36.67 USD") && html.contains("-31.17 USD") && html.contains("Cora Example"))
        let pdf = try await world.handlers(try InvoiceWorld.renderer()).statement(
            world.call(world.consultant, .consultant, ["month": "2026-11"], query: ["format": "pdf"]))
        #expect(pdf.body.starts(with: "%PDF-".utf8))
    }

    @Test(
        "are not found for months in which nothing was earned", arguments: ["2026-11", "2026", "", "2026-13", "x' --"])
    func missing(month: String) async throws {
        #expect(
            try await InvoiceWorld.refusal {
                try await world.handlers().statement(world.call(world.consultant, .consultant, ["month": month]))
            } == "404 statement_not_found")
    }
}
