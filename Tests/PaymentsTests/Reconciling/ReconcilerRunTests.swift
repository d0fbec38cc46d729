import Billing
import Database
import DatabaseTesting
import Money
import Stripe
import StripeSandbox
import Testing

@testable import Payments

@Suite("Runs of the reconciler") struct ReconcilerRunTests {
    @Test("Payouts and accounts that Stripe is ahead with are taken in")
    func payouts() async throws {
        let world = try await ChargeWorld()
        _ = try await world.charged()
        let account: StripeID<Account> = try #require(
            StripeID(try await world.value("SELECT processor_id FROM payout_accounts", as: String.self)))
        try await world.pool.query("UPDATE payout_accounts SET payouts_enabled = false")
        try await world.expectRepaired(["account_differs"])
        let payout = try await world.gateway.perform(
            .createPayout(Money(amount: 425, currency: .usd), from: account, idempotencyKey: fresh()))
        try await world.expectRepaired(["payout_missed"])
        world.sandbox.set(now: Timestamp.now().second + 60)
        #expect(try await world.gateway.perform(.payout(payout.id, of: account)).status == .known(.paid))
        try await world.expectRepaired(["payout_missed"])
        #expect(try await world.booked().consultant == 0)
        try await world.pool.query("UPDATE payouts SET amount = 400")
        #expect(try await world.reconcile(repairs: true) == ["payout_differs"])
        try await world.pool.query("UPDATE payouts SET amount = 425, processor_id = 'po_gone'")
        #expect(try await world.reconcile() == ["payout_missed", "payout_not_there"])
    }

    @Test("What banks hold back is compared with the ledger")
    func disputes() async throws {
        let world = try await ChargeWorld(card: "pm_card_createDispute")
        _ = try await world.charged()
        #expect(try await world.reconcile(repairs: true) == ["disputes_differ"])
    }

    @Test("A busy Stripe is asked again, and where it stays away the run is kept as failed")
    func away() async throws {
        let world = try await ChargeWorld()
        _ = try await world.charged()
        world.sandbox.inject(.init(match: .init(method: "GET"), kind: .http429, times: 3))
        let runs = ReconcilerRuns(world.reconciler())
        let report = try #require(try await runs.run(.command, since: nil, repairs: false))
        #expect(report.findings == [] && report.payments == 2)
        world.sandbox.inject(.init(match: .init(method: "GET"), kind: .http500, times: 100))
        await #expect(throws: StripeError.self) { try await runs.run(.nightly, since: nil, repairs: false) }
        let newest = try #require(try await ReconciliationStore.newest(on: world.pool))
        #expect(newest.state == .failed && newest.trigger == .nightly && newest.error?.hasPrefix("service") == true)
        #expect(try await ReconciliationFigures.read(on: world.pool) == nil)
    }

    @Test("A run is kept with what it found, and one process at a time runs, once a night")
    func kept() async throws {
        let world = try await ChargeWorld()
        _ = try await world.charged()
        try await world.pool.query("UPDATE payout_accounts SET payouts_enabled = false")
        let runs = ReconcilerRuns(world.reconciler())
        let guardian = try await DatabaseConnection.open(world.pool.configuration)
        _ = try await guardian.query("SELECT pg_advisory_lock(\(ReconcilerRuns.lock))")
        #expect(try await runs.run(.nightly, since: nil, repairs: true) == nil)
        _ = try await guardian.query("SELECT pg_advisory_unlock_all()")
        await guardian.close()
        let hour = Timestamp.now()
        let since = hour.advanced(by: .seconds(-3600))
        let report = try #require(try await runs.run(.nightly, since: since, repairs: true, unlessAfter: hour))
        #expect(report.found == 1 && report.repaired == 1)
        #expect(try await runs.run(.nightly, since: since, repairs: true, unlessAfter: hour) == nil)
        let run = try #require(try await ReconciliationStore.newest(on: world.pool))
        #expect(run.state == .done && run.found == 1 && run.open == 0 && run.payments == 2)
        let findings = try await ReconciliationStore.findings(of: run.id, on: world.pool)
        #expect(findings == report.findings && findings.first?.rule == .accountDiffers)
        #expect(try await ReconciliationFigures.read(on: world.pool)?.repaired == 1)
        try await world.pool.query("UPDATE reconciliations SET started_at = now() - interval '2 years'")
        _ = try await runs.run(.command, since: nil, repairs: false)
        #expect(try await world.value("SELECT count(*)::int FROM reconciliations", as: Int.self) == 1)
    }

    @Test("The hour is a quarter past three, UTC, of this day or the next")
    func hour() {
        let midnight: Int64 = 1_764_115_200
        func next(_ second: Int64) -> Int64 {
            NightlyReconciler.next(after: Timestamp(secondsSince1970: midnight + second)).second - midnight
        }
        #expect(next(0) == 11_700)
        #expect(next(11_699) == 11_700)
        #expect(next(11_700) == 11_700 + 86_400)
        #expect(next(80_000) == 11_700 + 86_400)
    }
}
