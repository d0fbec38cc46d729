import Billing
import Database
import Money
import Stripe
import StripeSandbox
import Testing

@testable import Payments

@Suite("Disputes", .timeLimit(.minutes(5)))
struct DisputeTests {
    @Test("A dispute takes amount and fee, evidence is put together and sent once, and what is won comes back")
    func won() async throws {
        let world = try await DisputeWorld(card: "pm_card_createDispute")
        _ = try await world.charged()
        try await world.tell()
        #expect(try await world.rows() == ["needs_response 400 1500 ready 0 0 0 none"])
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1500, 400, -340, 1440])
        let evidence = try await world.pool.query("SELECT evidence FROM disputes")[0].get(0, as: JSONText.self)
            .decode(as: DisputePackage.self)
        #expect(evidence.customerName == "Ann" && evidence.customerEmail == "ann@example.org")
        // Nobody has ordered it, and there is time.
        try await world.work()
        #expect(try await world.submissions() == [0])
        try await world.order()
        try await world.work()
        try await world.work(with: world.freshDesk(), ahead: .seconds(3600))
        #expect(try await world.submissions() == [1])
        #expect(try await world.rows() == ["under_review 400 1500 sent 0 0 0 none"])
        try await world.decide(won: true)
        try await world.tell()
        try await world.work()
        #expect(try await world.rows() == ["won 400 1500 sent 0 0 0 none"])
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1100, 0, -340, 1440])
        #expect(try await world.reversed() == [])
        await #expect(throws: DisputeDesk.Refusal.alreadySent) { try await world.order() }
    }

    @Test("Where Stripe gives its fee back with a dispute that is won, the platform has it back")
    func feeGivenBack() async throws {
        var options = SandboxOptions()
        options.givesDisputeFeeBack = true
        let world = try await DisputeWorld(options: options)
        let (_, charge) = try await world.charged()
        let before = try await world.atStripe()
        world.dispute(charge)
        try await world.decide(won: true)
        try await world.tell()
        #expect(try await world.rows() == ["won 400 0 ready 0 0 0 none"])
        #expect(try await world.balances("stripe", "disputes", "platform_fee") == [400, 0, -60])
        #expect(try await world.atStripe() == before)
    }

    @Test("A dispute that is lost is the consultant's in their part: it is taken back once, however often it is told")
    func lost() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        let before = try await world.atStripe()
        world.dispute(charge)
        try await world.decide(won: false)
        // Twice, and the last first: the dispute is read as it is.
        try await world.tell { ($0 + $0).reversed() }
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1500, 0, 0, 1500])
        try await world.work()
        try await world.desk.syncAll()
        try await world.work(with: world.freshDesk(), ahead: .seconds(3600))
        #expect(try await world.reversed() == [340])
        #expect(try await world.rows() == ["lost 400 1500 ready 400 340 340 done"])
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1500, 0, 0, 1500])
        // What the ledger says has moved at Stripe has.
        #expect(try await world.atStripe() - before == -1900)
    }

    @Test("What the consultant's account has not is owed, and taken back when it has")
    func owed() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        _ = try await world.gateway.perform(
            .createPayout(Money(amount: 340, currency: .usd), from: world.account(), idempotencyKey: fresh()))
        world.dispute(charge)
        try await world.decide(won: false)
        try await world.tell()
        try await world.work()
        #expect(try await world.rows() == ["lost 400 1500 ready 400 340 0 short"])
        #expect(try await world.reversed() == [])
        let problem: String? = try await world.charges.value("SELECT problem FROM disputes")
        #expect(problem?.contains("enough") == true)
        _ = try await world.charged()
        try await world.work(ahead: .seconds(7200))
        #expect(try await world.rows() == ["lost 400 1500 ready 400 340 340 done"])
        #expect(try await world.reversed() == [340])
        #expect(try await world.balances("disputes", "consultant_payable") == [0, -340])
        #expect(try await world.charges.value("SELECT problem IS NULL FROM disputes", as: Bool.self))
    }

    @Test(
        "Whatever happens to a request and its answer, and to the process between them, it is done once",
        arguments: SandboxFault.Kind.allCases.filter { ![.declined, .authenticationRequired].contains($0) })
    func faults(_ kind: SandboxFault.Kind) async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        let before = try await world.atStripe()
        world.dispute(charge)
        try await world.tell()
        for suffix in try await world.ids() + ["reversals"] {
            for method in ["GET", "POST"] {
                world.sandbox.inject(.init(match: .init(method: method, pathSuffix: suffix), kind: kind, times: 1))
            }
        }
        try await world.order()
        // Each time it is another process that finds what the one before has left.
        for round in 0..<8 { try await world.work(with: world.freshDesk(), ahead: .seconds(4000 * round)) }
        #expect(try await world.submissions() == [1])
        try await world.decide(won: false)
        for _ in 0..<3 {
            do {
                try await world.tell { $0 + $0.reversed() }
            } catch is StripeError {
                // Stripe would send it again; here the hourly look finds it.
            }
        }
        try await world.desk.syncAll()
        for round in 8..<16 { try await world.work(with: world.freshDesk(), ahead: .seconds(4000 * round)) }
        #expect(try await world.rows() == ["lost 400 1500 sent 400 340 340 done"])
        #expect(try await world.reversed() == [340])
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1500, 0, 0, 1500])
        #expect(try await world.atStripe() - before == -1900)
    }

    @Test("A dispute of a payment that is none of ours is nothing")
    func others() async throws {
        let world = try await DisputeWorld()
        let (session, charge) = try await world.charged()
        // Its name stays at Stripe, and leads nowhere any more.
        try await world.pool.query("DELETE FROM charges WHERE session_id = \(session)")
        try await world.pool.query("DELETE FROM payments WHERE session_id = \(session)")
        world.dispute(charge)
        try await world.tell()
        #expect(try await world.rows() == [])
        #expect(try await world.balances("disputes") == [0])
    }

    @Test("A payment whose id at Stripe was never heard is found by the name it was given")
    func nameless() async throws {
        let world = try await DisputeWorld()
        let (session, charge) = try await world.charged()
        try await world.pool.query("UPDATE payments SET processor_id = NULL WHERE session_id = \(session)")
        world.dispute(charge)
        for body in world.sandbox.takeEvents() { _ = try await world.desk.handle(StripeEvent(json: Array(body.utf8))) }
        #expect(try await world.rows() == ["needs_response 400 1500 ready 0 0 0 none"])
    }
}
