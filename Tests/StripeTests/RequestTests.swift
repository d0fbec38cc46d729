import Foundation
import Money
import Stripe
import Testing

/// Every call of the gateway as it is sent, held against `Requests/gateway.tsv`; the live tests hold that file against
/// the parameter types of Stripe's own SDK.
@Suite struct RequestTests {
    @Test func everyCallIsSentAsTheFileSays() throws {
        let file = try #require(
            Bundle.module.url(forResource: "gateway", withExtension: "tsv", subdirectory: "Requests"))
        let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { String($0) }
        let sent = try Self.requests().map { "\($0.method.rawValue)\t\($0.path)\t\($0.form)" }
        for (index, line) in sent.enumerated() {
            #expect(index < expected.count && line == expected[index])
        }
        #expect(sent.count == expected.count)
    }

    private static func requests() throws -> [StripeRequest] {
        try customers() + payments() + accounts() + disputes()
    }

    private static func customers() throws -> [StripeRequest] {
        let key = try StripeTests.key()
        let customer: StripeID<Customer> = try id("cus_1")
        let method: StripeID<PaymentMethod> = try id("pm_1")
        let setup: StripeID<SetupIntent> = try id("seti_1")
        return [
            StripeCall.createCustomer(
                email: "a@example.org", name: "Ada", metadata: ["user": "u"], idempotencyKey: key
            ).request,
            StripeCall.customer(customer).request,
            StripeCall.setDefaultPaymentMethod(method, of: customer, idempotencyKey: key).request,
            StripeCall.setDefaultPaymentMethod(nil, of: customer, idempotencyKey: key).request,
            StripeCall.deleteCustomer(customer).request,
            StripeCall.attach(method, to: customer, idempotencyKey: key).request,
            StripeCall.detach(method, idempotencyKey: key).request,
            StripeCall.paymentMethod(method).request,
            StripeCall.paymentMethods(of: customer, after: method).request,
            StripeCall.createSetupIntent(customer: customer, metadata: ["user": "u"], idempotencyKey: key).request,
            StripeCall.setupIntent(setup).request,
            StripeCall.cancelSetupIntent(setup, idempotencyKey: key).request,
        ]
    }

    private static func payments() throws -> [StripeRequest] {
        let key = try StripeTests.key()
        let intent: StripeID<PaymentIntent> = try id("pi_1")
        let hold = Hold(
            amount: Money(amount: 10_000, currency: .eur), fee: 1500, customer: try id("cus_1"),
            paymentMethod: try id("pm_1"), destination: try id("acct_1"), description: "Window 1",
            metadata: ["session": "s", "window": "1"])
        var present = hold
        present.isOffSession = false
        present.description = nil
        return [
            StripeCall.hold(hold, idempotencyKey: key).request,
            StripeCall.hold(present, idempotencyKey: key).request,
            StripeCall.confirm(intent, paymentMethod: try id("pm_2"), isOffSession: true, idempotencyKey: key).request,
            StripeCall.confirm(intent, paymentMethod: nil, isOffSession: false, idempotencyKey: key).request,
            StripeCall.paymentIntent(intent).request,
            StripeCall.capture(
                intent, amount: 500, fee: 75, metadata: ["receipt": "r"], idempotencyKey: key
            ).request,
            StripeCall.cancel(intent, reason: .requestedByCustomer, idempotencyKey: key).request,
            StripeCall.paymentIntents(customer: try id("cus_1"), since: 5, after: intent).request,
            StripeCall.paymentIntents(since: 5, whole: true).request,
            StripeCall.charge(try id("ch_1")).request,
            StripeCall.refund(intent, amount: 5, metadata: ["case": "c"], idempotencyKey: key).request,
            StripeCall.refunds(of: intent).request,
            StripeCall.refund(try id("re_1")).request,
            StripeCall.reverseTransfer(
                try id("tr_1"), amount: 5, refundsFee: true, metadata: ["case": "c"], idempotencyKey: key
            ).request,
        ]
    }

    private static func accounts() throws -> [StripeRequest] {
        let key = try StripeTests.key()
        let account: StripeID<Account> = try id("acct_1")
        let payout: StripeID<Payout> = try id("po_1")
        return [
            StripeCall.createAccount(
                email: "c@example.org", country: "DE", schedule: .weekly(anchor: "friday"), metadata: ["user": "u"],
                idempotencyKey: key
            ).request,
            StripeCall.account(account).request,
            StripeCall.setPayoutSchedule(.monthly(anchor: 31), of: account, idempotencyKey: key).request,
            StripeCall.setPayoutSchedule(.manual, of: account, idempotencyKey: key).request,
            StripeCall.deleteAccount(account).request,
            StripeCall.onboardingLink(
                for: account, refreshURL: "https://example.org/a", returnURL: "https://example.org/b",
                idempotencyKey: key
            ).request,
            StripeCall.createPayout(
                Money(amount: 5, currency: .usd), from: account, metadata: ["month": "11"], idempotencyKey: key
            ).request,
            StripeCall.payout(payout, of: account).request,
            StripeCall.payouts(of: account, since: 5, after: payout).request,
            StripeCall.balance().request,
            StripeCall.balanceTransactions(of: account, since: 5, after: try id("txn_1")).request,
        ]
    }

    private static func disputes() throws -> [StripeRequest] {
        let key = try StripeTests.key()
        let dispute: StripeID<Dispute> = try id("du_1")
        var evidence = DisputeEvidence()
        evidence.accessActivityLog = "log"
        evidence.customerEmail = "a@example.org"
        evidence.customerName = "Ada"
        evidence.productDescription = "a call"
        evidence.refundPolicyDisclosure = "policy"
        evidence.refundRefusalExplanation = "why"
        evidence.serviceDate = "2026-11-25"
        evidence.uncategorizedText = "receipt"
        return [
            StripeCall.dispute(dispute).request,
            StripeCall.respond(
                to: dispute, with: evidence, submits: true, metadata: ["case": "c"], idempotencyKey: key
            ).request,
            StripeCall.closeDispute(dispute, idempotencyKey: key).request,
            StripeCall.reversals(of: try id("tr_1"), after: try id("trr_1")).request,
            StripeCall.disputes(of: try id("pi_1"), since: 5, after: dispute).request,
            StripeCall.events(since: 5, types: ["payout.paid"], account: try id("acct_1"), after: try id("evt_1"))
                .request,
        ]
    }
}
