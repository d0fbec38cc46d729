import Billing
import Database
import Foundation
import Money
import Stripe
import StripeSandbox
import Testing

@testable import Payments

@Suite("Whose a lost dispute is", .timeLimit(.minutes(3)))
struct DisputeLossTests {
    @Test("The parts of a payment that are lost come to what the consultant had of it, and never to more")
    func parts() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let captured = Int64.random(in: 1...100_000, using: &random)
            let fee = Int64.random(in: 0...captured, using: &random)
            let refunded = Int64.random(in: 0...captured, using: &random)
            let refundedFee = DisputeLoss.share(of: fee, for: refunded, in: captured)
            var (lost, recovered) = (Int64(0), Int64(0))
            while lost < captured {
                let amount = Int64.random(in: 1...(captured - lost), using: &random)
                let loss = DisputeLoss(
                    captured: captured, fee: fee, refunded: refunded, refundedFee: refundedFee, lost: lost,
                    recovered: recovered)
                let part = loss.consultantPart(of: amount)
                #expect((0...amount).contains(part))
                lost += amount
                recovered += part
            }
            #expect(recovered == captured - fee - (refunded - refundedFee))
        }
    }

    @Test("Parts that are small lose nothing to rounding", arguments: [(4, 2), (100, 15), (99, 50), (7, 7), (7, 0)])
    func smallParts(captured: Int64, fee: Int64) {
        for size in Int64(1)...3 {
            var (lost, recovered) = (Int64(0), Int64(0))
            while lost < captured {
                let loss = DisputeLoss(
                    captured: captured, fee: fee, refunded: 0, refundedFee: 0, lost: lost, recovered: recovered)
                recovered += loss.consultantPart(of: size)
                lost += size
            }
            #expect(recovered == captured - fee)
        }
    }

    @Test("Amounts of any size have their parts")
    func extremes() {
        let all = Int64.max
        let loss = DisputeLoss(captured: all, fee: all / 2, refunded: 0, refundedFee: 0, lost: 0, recovered: 0)
        #expect(loss.consultantPart(of: all) == all - all / 2)
        #expect(loss.consultantPart(of: all - 1) <= all - all / 2)
        #expect(DisputeLoss.share(of: 5, for: 1, in: 0) == 0)
        #expect(DisputeLoss.share(of: 15, for: 10, in: 100) == 2)
    }

    @Test("What was given back before is not taken from the consultant twice")
    func refundedInPart() async throws {
        let world = try await DisputeWorld()
        let (session, charge) = try await world.charged()
        try await world.pool.withTransaction {
            try await world.charges.store.apply(.refundOrdered(total: 100), to: session, in: $0)
        }
        try await world.charges.work()
        #expect(try await world.balances("stripe", "consultant_payable", "platform_fee") == [300, -255, -45])
        let before = try await world.atStripe()
        // The bank takes the whole all the same.
        world.dispute(charge)
        try await world.decide(won: false)
        try await world.tell()
        try await world.work()
        #expect(try await world.rows() == ["lost 400 1500 ready 400 255 255 done"])
        #expect(
            try await world.balances("stripe", "disputes", "consultant_payable", "platform_fee")
                == [-1600, 0, 0, 1600])
        #expect(try await world.reversed().sorted() == [100, 255])
        #expect(try await world.atStripe() - before == -1900)
    }

    @Test("Two disputes about one payment take from the consultant what they had of it")
    func twoOfOne() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge, amount: 150)
        try await world.decide(won: false)
        world.dispute(charge, amount: 250)
        try await world.tell { $0.reversed() + $0 }
        #expect(try await world.balances("disputes", "consultant_payable") == [250, -213])
        try await world.decide(won: false)
        try await world.tell()
        try await world.work()
        #expect(
            try await world.rows().sorted() == [
                "lost 150 1500 ready 150 127 127 done", "lost 250 1500 ready 250 213 213 done",
            ])
        #expect(try await world.balances("disputes", "consultant_payable") == [0, 0])
        #expect(try await world.reversed().sorted() == [127, 213])
    }

    @Test("A bank that changes its mind leaves nobody with what is not theirs")
    func regained() async throws {
        let world = try await DisputeWorld()
        let (_, charge) = try await world.charged()
        world.dispute(charge)
        try await world.decide(won: false)
        try await world.tell()
        #expect(try await world.balances("disputes", "consultant_payable") == [0, 0])
        // A quarter of it comes back, and later the rest.
        try await take([100], "lost", world)
        #expect(try await world.balances("disputes", "consultant_payable", "platform_fee") == [0, -85, 1485])
        #expect(try await world.rows() == ["lost 400 1500 ready 300 255 0 waiting"])
        try await take([100, 300], "won", world)
        #expect(try await world.balances("disputes", "consultant_payable", "platform_fee") == [0, -340, 1440])
        #expect(try await world.rows() == ["won 400 1500 ready 0 0 0 none"])
    }

    /// The dispute as Stripe would say it once these amounts have come back.
    private func take(_ back: [Int], _ status: String, _ world: DisputeWorld) async throws {
        let found = try #require(try await world.gateway.perform(StripeCall<StripeList<Dispute>>.disputes()).data.first)
        let taken = try #require(found.balanceTransactions?.first)
        let entries = [(taken.id.text, Int(taken.amount), Int(taken.fee))] + back.map { ("txn_back\($0)", $0, 0) }
        let lines = entries.map { id, amount, fee in
            """
            {"id": "\(id)", "amount": \(amount), "fee": \(fee), "net": \(amount - fee), "currency": "usd", "type": "adjustment"}
            """
        }
        let text = """
            {"id": "\(found.id)", "amount": 400, "currency": "usd", "status": "\(status)", "reason": "fraudulent",
            "payment_intent": "\(try #require(found.paymentIntent))", "balance_transactions": [\(lines.joined(separator: ","))]}
            """
        try await world.desk.take(try JSONDecoder().decode(Dispute.self, from: Data(text.utf8)))
    }
}
