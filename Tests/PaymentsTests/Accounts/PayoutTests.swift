import Billing
import Database
import HTTPTypes
import Identifiers
import Money
import Payments
import REST
import Stripe
import StripeSandbox
import Testing

@Suite("Payouts and earnings", .timeLimit(.minutes(2))) struct PayoutTests {
    private struct Amount: Decodable, Equatable {
        let amount: Int64
        let currency: String
    }
    private struct Item: Decodable {
        let id: String
        let consultantId: String
        let amount: Amount
        let state: String
        let arrivalDate: String?
        let failureCode: String?
    }
    private struct List: Decodable {
        let items: [Item]
        let next: String?
    }

    /// Puts money of a charge on the consultant's account at Stripe, and pays `amount` of it out.
    private func pay(_ amount: Int64, of charged: Int64, to account: StripeID<Account>, in world: AccountsWorld)
        async throws -> Payout
    {
        if try await PaymentAccounts.payer(of: world.ada, on: world.pool) == nil { try await world.store() }
        let payer = try #require(try await PaymentAccounts.payer(of: world.ada, on: world.pool))
        let hold = try await world.gateway.perform(
            .hold(
                Hold(
                    amount: Money(amount: charged, currency: .usd), fee: 0, customer: try stripeID(payer.customer),
                    paymentMethod: try stripeID(payer.method), destination: account, isOffSession: true, metadata: [:]),
                idempotencyKey: try newKey()))
        _ = try await world.gateway.perform(
            .capture(hold.id, amount: charged, fee: 0, idempotencyKey: try newKey()))
        return try await world.gateway.perform(
            .createPayout(Money(amount: amount, currency: .usd), from: account, idempotencyKey: try newKey()))
    }

    private func payable(_ world: AccountsWorld) async throws -> Int64? {
        try await Ledger.balances(of: world.cora, on: world.pool).first { $0.kind == .consultantPayable }?.amount.amount
    }

    private func list(_ world: AccountsWorld, role: String = "consultant", query: [String: String] = [:]) async throws
        -> List
    {
        let call =
            role == "admin"
            ? request(by: UniqueID(), .admin, query: query) : request(by: world.cora, .consultant, query: query)
        return try await world.payouts.list(call).content()
    }

    @Test("A payout is booked once, however often and in whatever order it is told", arguments: [false, true])
    func once(reversed: Bool) async throws {
        let world = try await AccountsWorld()
        let account = try await world.ready()
        _ = try await pay(4000, of: 10_000, to: account, in: world)
        try await world.deliver()
        #expect(try await list(world).items.map(\.state) == ["pending"])
        #expect(try await payable(world) == nil)
        _ = try await pay(1000, of: 100, to: account, in: world)
        world.sandbox.set(now: AccountsWorld.start + 60)
        world.sandbox.perform(.advance(seconds: 1))
        try await world.deliver(times: 3, reversed: reversed)
        #expect(try await payable(world) == 5000)
        try await world.accounts.sync(world.cora)
        try await world.accounts.syncAll()
        #expect(try await payable(world) == 5000)
        let shown = try await list(world, role: "admin")
        #expect(shown.items.map(\.state) == ["paid", "paid"] && shown.items.allSatisfy { $0.arrivalDate != nil })
        #expect(try await Ledger.check(on: world.pool).isInOrder)
    }

    @Test("Payouts that no webhook told of are found by listing them")
    func missed() async throws {
        let world = try await AccountsWorld()
        let account = try await world.ready()
        for _ in 0..<3 { _ = try await pay(100, of: 1000, to: account, in: world) }
        world.sandbox.set(now: AccountsWorld.start + 60)
        #expect(try await world.accounts.sync(world.cora) == 3)
        #expect(try await payable(world) == 300)
        let first = try await list(world, query: ["limit": "2"])
        #expect(first.items.count == 2)
        let rest = try await list(world, query: ["limit": "2", "cursor": try #require(first.next)])
        #expect(rest.items.count == 1 && rest.next == nil)
        #expect(Set((first.items + rest.items).map(\.id)).count == 3)
        #expect(
            first.items[0].consultantId == world.cora.description
                && first.items[0].amount == Amount(amount: 100, currency: "usd"))
        // Nobody else's are shown.
        let others: List = try await world.payouts.list(request(by: world.ben, .consultant)).content()
        #expect(others.items.isEmpty)
    }

    @Test("One that comes back after it was paid is booked back; one that failed before was never booked")
    func cameBack() async throws {
        let world = try await AccountsWorld()
        _ = try await world.ready()
        let server = FakePayouts(account: try #require(try await PaymentAccounts.payee(of: world.cora, on: world.pool)))
        let accounts = AccountsWorld.accounts(world.pool, server.gateway)
        server.set("po_1", amount: 4000, "paid")
        server.set("po_2", amount: 700, "in_transit")
        server.set("po_3", amount: -200, "paid")
        try await accounts.sync(world.cora)
        #expect(try await payable(world) == 3800)
        server.set("po_1", amount: 4000, "failed", failure: "account_closed")
        server.set("po_2", amount: 700, "canceled")
        for _ in 0..<2 { try await accounts.sync(world.cora) }
        #expect(try await payable(world) == -200)
        // Told late that it was paid: it is known to have failed.
        server.set("po_1", amount: 4000, "paid")
        server.set("po_4", amount: 900, "a_word_to_come")
        try await accounts.sync(world.cora)
        #expect(try await payable(world) == -200)
        let shown = try await list(world)
        #expect(Set(shown.items.map(\.state)) == ["failed", "canceled", "paid"])
        #expect(shown.items.first { $0.state == "failed" }?.failureCode == "account_closed")
        #expect(try await Ledger.check(on: world.pool).isInOrder)
    }

    @Test("Earnings are to the cent those of the payments, by currency and by week of the capture")
    func earnings() async throws {
        let world = try await AccountsWorld()
        let session = try await world.session()
        // Sunday 23:59:59 and Monday 0:00 UTC are different weeks.
        try await world.captured(session, window: 1, 1667, fee: 250, at: "2026-11-22T23:59:59.999Z")
        try await world.captured(session, window: 2, 1666, fee: 250, at: "2026-11-23T00:00:00Z")
        try await world.captured(
            session, window: 3, 1667, fee: 250, refunded: 833, refundedFee: 125, at: "2026-11-24T12:00:00Z")
        let other = try await world.session(currency: "eur")
        try await world.captured(other, window: 1, 3000, fee: 450, at: "2026-11-24T12:00:00Z")
        struct Earnings: Decodable {
            struct Total: Decodable {
                let currency: String
                let charged, fee, refunded, earned, paidOut, pending: Amount
            }
            struct Week: Decodable {
                let start: String
                let sessions: Int
                let charged, fee, refunded, earned: Amount
            }
            let totals: [Total]
            let weeks: [Week]
            let simulated: Bool
        }
        func earnings(_ query: [String: String] = [:]) async throws -> Earnings {
            try await world.payouts.earnings(request(by: world.cora, .consultant, query: query)).content()
        }
        let all = try await earnings()
        #expect(all.totals.map(\.currency) == ["eur", "usd"] && all.simulated)
        let usd = all.totals[1]
        #expect([usd.charged, usd.fee, usd.refunded, usd.earned].map(\.amount) == [5000, 625, 833, 3542])
        #expect(usd.pending.amount == 3542 && usd.paidOut.amount == 0)
        #expect(all.weeks.map(\.start) == ["2026-11-23", "2026-11-23", "2026-11-16"])
        #expect(all.weeks.map(\.earned.amount) == [2550, 2125, 1417] && all.weeks.map(\.sessions) == [1, 1, 1])
        #expect(all.weeks.map(\.charged.currency) == ["eur", "usd", "usd"])

        let day = try await earnings(["from": "2026-11-22", "to": "2026-11-22"])
        #expect(day.totals.first { $0.currency == "usd" }?.earned.amount == 1417)
        // What waits is what waits now, whatever the days.
        #expect(day.totals.first { $0.currency == "usd" }?.pending.amount == 3542)
        #expect(day.weeks.count == 1)
        for query in [["from": "2026-02-30"], ["to": "soon"], ["from": "2026-11-23", "to": "2026-11-22"]] {
            let problem = try await refused {
                try await world.payouts.earnings(request(by: world.cora, .consultant, query: query))
            }
            #expect(problem.code == "invalid_content")
        }
        let nobody: Earnings = try await world.payouts.earnings(request(by: world.ben, .consultant)).content()
        #expect(nobody.totals.isEmpty && nobody.weeks.isEmpty)
    }
}
