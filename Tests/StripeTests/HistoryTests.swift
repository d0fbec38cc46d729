import Foundation
import Logging
import Money
import Stripe
import StripeSandbox
import TestSupport
import Testing

/// Random payments through gateway and machine, under faults: the money is where it should be.
@Suite struct HistoryTests {
    /// Two accounts' balances always say what was captured and refunded.
    @Test func balancesSayWhatHappened() async throws {
        var chance = SeededGenerator(seed: 21)
        let sandbox = LocalSandbox(seed: 3, now: 1000)
        let gateway = sandbox.gateway(logger: Logger(label: "test"))
        let (hold, account) = try await Self.terms(gateway)
        var kept: Int64 = 0
        var fees: Int64 = 0
        for step in 0..<300 {
            sandbox.set(now: 1000 + Int64(step) * 60)
            let kinds: [SandboxFault.Kind] = [.appliedThenCut, .cut, .http429]
            if step % 3 == 0, let kind = kinds.randomElement(using: &chance) {
                sandbox.inject(SandboxFault(match: .init(method: "POST"), kind: kind))
            }
            let held = try await gateway.perform(.hold(hold, idempotencyKey: key()))
            guard step % 5 > 0 else {
                _ = try await gateway.perform(.cancel(held.id, idempotencyKey: key()))
                continue
            }
            let amount = Int64.random(in: 50...10_000, using: &chance)
            let fee = (amount * 15 + 50) / 100
            _ = try await gateway.perform(.capture(held.id, amount: amount, fee: fee, idempotencyKey: key()))
            if step % 7 == 0 {
                _ = try await gateway.perform(.refund(held.id, amount: amount, idempotencyKey: key()))
            } else {
                kept += amount - fee
                fees += fee
            }
        }
        #expect(try await gateway.perform(.balance(of: account)).available.map(\.amount) == [kept])
        var entries: [BalanceTransaction] = []
        while true {
            let page = try await gateway.perform(.balanceTransactions(after: entries.last?.id))
            entries += page.data
            if !page.hasMore { break }
        }
        let types = Dictionary(grouping: entries, by: \.type).mapValues { $0.reduce(0) { $0 + $1.amount } }
        #expect(types["application_fee", default: 0] + types["application_fee_refund", default: 0] == fees)
        #expect(types["charge", default: 0] + types["refund", default: 0] == kept + fees)
        let balance = try await gateway.perform(.balance()).available.map(\.amount)
        #expect(balance == [entries.reduce(0) { $0 + $1.net }])
        #expect(Set(sandbox.takeEvents()).count > 1000)
        #expect(sandbox.takeEvents().isEmpty)
    }

    private static func terms(_ gateway: StripeGateway) async throws -> (Hold, StripeID<Account>) {
        let customer = try await gateway.perform(
            .createCustomer(email: nil, name: nil, metadata: [:], idempotencyKey: key()))
        let method = try await gateway.perform(
            .attach(try id("pm_card_visa"), to: customer.id, idempotencyKey: key()))
        let account = try await gateway.perform(
            .createAccount(
                email: "c@example.org", country: "US", schedule: .manual, metadata: [:], idempotencyKey: key()))
        _ = try await gateway.perform(
            .onboardingLink(
                for: account.id, refreshURL: "http://a", returnURL: "http://b", idempotencyKey: key()))
        let hold = Hold(
            amount: Money(amount: 10_000, currency: .usd), fee: 1500, customer: customer.id, paymentMethod: method.id,
            destination: account.id, metadata: [:])
        return (hold, account.id)
    }
}
