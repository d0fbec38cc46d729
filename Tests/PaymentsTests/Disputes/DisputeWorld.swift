import Billing
import Database
import DatabaseTesting
import Foundation
import Money
import Stripe
import StripeSandbox
import Testing

@testable import Payments

/// Sessions that were charged 4.00, of which 0.60 are the platform's, and what their customers' banks make of it.
struct DisputeWorld {
    let charges: ChargeWorld
    var pool: DatabasePool { charges.pool }
    var sandbox: LocalSandbox { charges.sandbox }
    var gateway: StripeGateway { charges.gateway }
    let desk: DisputeDesk
    let admin = UniqueID()

    init(card: String = "pm_card_visa", options: SandboxOptions = SandboxOptions()) async throws {
        charges = try await ChargeWorld(card: card, options: options)
        desk = Self.desk(of: charges)
        try await charges.pool.query(
            """
            INSERT INTO users (id, email, name, role, email_verified_at)
            VALUES (\(admin), 'root@example.org', 'Root', 'admin', now())
            """)
    }

    private static func desk(of charges: ChargeWorld) -> DisputeDesk {
        DisputeDesk(
            pool: charges.pool, processor: PaymentProcessor(gateway: charges.gateway, isSimulated: true), logger: .quiet
        )
    }

    /// As after a restart.
    func freshDesk() -> DisputeDesk { Self.desk(of: charges) }

    /// A session of 20 s that was charged, and Stripe's charge of it.
    func charged() async throws -> (session: UniqueID, charge: String) {
        let session = try await charges.accept()
        try await charges.work()
        try await charges.progress(session, 20)
        try await charges.work()
        try await charges.end(session, 20)
        try await charges.work()
        let intent: String = try await charges.value(
            "SELECT processor_id FROM payments WHERE session_id = \(session) AND captured_amount > 0")
        let payment = try await gateway.perform(.paymentIntent(try #require(StripeID(intent))))
        return (session, try #require(payment.latestCharge?.object).id.text)
    }

    /// A customer goes to the bank about all, or a part.
    func dispute(_ charge: String, amount: Int64? = nil, inquiry: Bool = false) {
        sandbox.perform(.dispute(charge: charge, amount: amount, reason: "fraudulent", inquiry: inquiry))
    }

    /// The bank decides about each open dispute.
    func decide(won: Bool) async throws {
        for id in try await ids() { sandbox.perform(.decide(dispute: id, won: won)) }
    }

    func ids() async throws -> [String] {
        try await gateway.perform(StripeCall<StripeList<Dispute>>.disputes()).data.map(\.id.text)
    }

    /// Brings what Stripe tells by webhooks, in an order of the caller's.
    func tell(_ order: ([String]) -> [String] = { $0 }) async throws {
        for body in order(sandbox.takeEvents()) {
            let event = try StripeEvent(json: Array(body.utf8))
            if try await charges.observer.handle(event) { continue }
            _ = try await desk.handle(event)
        }
    }

    /// Does what is due, `ahead` from now, until nothing is.
    func work(with desk: DisputeDesk? = nil, ahead: Duration = .zero) async throws {
        for _ in 0..<50 {
            guard try await (desk ?? self.desk).step(now: Timestamp.now().advanced(by: ahead)) else { return }
        }
        Issue.record("a dispute stays due")
    }

    func order() async throws {
        let ids = try await pool.query("SELECT id FROM disputes ORDER BY id").map { try $0.get(0, as: UniqueID.self) }
        for id in ids { try await pool.withTransaction { try await desk.order(id, by: admin, in: $0) } }
    }

    // MARK: What came of it

    /// Each dispute as `state amount cost evidence lost owed recovered recovery`.
    func rows() async throws -> [String] {
        try await pool.query(
            """
            SELECT format('%s %s %s %s %s %s %s %s', state, amount, cost_amount, evidence_state, lost_amount,
                recovery_amount, recovered_amount, recovery_state) FROM disputes ORDER BY created_at, id
            """
        ).map { try $0.get(0, as: String.self) }
    }

    /// What stands on accounts of the ledger, which has to be in order.
    func balances(_ kinds: String...) async throws -> [Int64] {
        let report = try await Ledger.check(on: pool)
        #expect(report.findings == [])
        return kinds.map { kind in report.balances.first { $0.kind.rawValue == kind }?.amount.amount ?? 0 }
    }

    /// How often the bank was handed evidence.
    func submissions() async throws -> [Int] {
        try await gateway.perform(StripeCall<StripeList<Dispute>>.disputes()).data.map {
            $0.evidenceDetails?.submissionCount ?? 0
        }
    }

    /// What was taken back of all transfers, by Stripe's own account.
    func reversed() async throws -> [Int64] {
        var amounts: [Int64] = []
        for listed in try await gateway.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents()).data {
            let intent = try await gateway.perform(.paymentIntent(listed.id))
            guard let transfer = intent.latestCharge?.object?.transfer else { continue }
            amounts += try await gateway.perform(StripeCall<StripeList<TransferReversal>>.reversals(of: transfer)).data
                .map(\.amount)
        }
        return amounts
    }

    func account() async throws -> StripeID<Account> {
        try #require(StripeID(try await charges.value("SELECT processor_id FROM payout_accounts", as: String.self)))
    }

    /// What the platform and the consultant have at Stripe together.
    func atStripe() async throws -> Int64 {
        let (platform, account) = (
            try await gateway.perform(.balance()), try await gateway.perform(.balance(of: account()))
        )
        return (platform.available + account.available).reduce(0) { $0 + $1.amount }
    }
}
