import Stripe
import TestSupport
import Testing

@testable import Payments

@Suite("Comparing payments with Stripe's") struct PaymentComparisonTests {
    private static func here(
        _ standing: PaymentStanding, _ money: PaymentMoney = .init(), booked: PaymentMoney? = nil,
        isSettled: Bool = true, isUnderWay: Bool = false, processor: String? = "pi_1"
    ) -> PaymentHere {
        PaymentHere(
            name: "cc-s-w1-a1", processor: processor, currency: "usd", amount: 400, standing: standing, money: money,
            rowState: standing.rawValue, machineState: standing.rawValue, rowMoney: money, booked: booked ?? money,
            isSettled: isSettled, isUnderWay: isUnderWay)
    }

    private static func there(
        _ standing: PaymentStanding, _ money: PaymentMoney = .init(), id: String = "pi_1", currency: String = "usd"
    ) -> PaymentThere {
        PaymentThere(id: id, name: "cc-s-w1-a1", currency: currency, standing: standing, money: money)
    }

    private static let taken = PaymentMoney(captured: 400, fee: 60)

    /// The rules that are broken, and whether each can be repaired.
    private func rules(_ there: PaymentThere?, _ here: PaymentHere?) -> [String] {
        PaymentComparison.findings(there: there, here: here).map {
            "\($0.rule.rawValue)\($0.repair.map { " \($0.rawValue)" } ?? "")"
        }
    }

    @Test("What Stripe is ahead with can be taken in")
    func ahead() {
        #expect(rules(Self.there(.held), Self.here(.asked)) == ["hold_missed observe"])
        #expect(rules(Self.there(.held), Self.here(.failed)) == ["hold_missed observe"])
        #expect(rules(Self.there(.failed), Self.here(.asked)) == ["decline_missed observe"])
        #expect(rules(Self.there(.released), Self.here(.held)) == ["release_missed observe"])
        #expect(rules(Self.there(.captured, Self.taken), Self.here(.held)) == ["capture_missed observe"])
        #expect(rules(Self.there(.captured, Self.taken), Self.here(.released)) == ["capture_missed observe"])
        let back = PaymentMoney(captured: 400, fee: 60, refunded: 100, refundedFee: 15)
        #expect(rules(Self.there(.captured, back), Self.here(.captured, Self.taken)) == ["refund_missed observe"])
        #expect(rules(Self.there(.held), Self.here(.held)) == ["stale_hold takeUp"])
        #expect(rules(Self.there(.held), Self.here(.held, isSettled: false)) == [])
        #expect(rules(Self.there(.failed), Self.here(.failed, processor: nil)) == ["name_missed observe"])
    }

    @Test("What Stripe says otherwise is said, and nothing is done about it")
    func otherwise() {
        let less = PaymentMoney(captured: 300, fee: 45)
        let back = PaymentMoney(captured: 400, fee: 60, refunded: 100, refundedFee: 15)
        #expect(rules(Self.there(.captured, less), Self.here(.captured, Self.taken)) == ["amount_differs"])
        let fee = PaymentMoney(captured: 400, fee: 50)
        #expect(rules(Self.there(.captured, fee), Self.here(.captured, Self.taken)) == ["fee_differs"])
        #expect(rules(Self.there(.captured, Self.taken), Self.here(.captured, back)) == ["refund_not_there"])
        for standing in [PaymentStanding.held, .released, .failed] {
            #expect(rules(Self.there(standing), Self.here(.captured, Self.taken)) == ["capture_not_there"])
        }
        #expect(rules(Self.there(.failed), Self.here(.held)) == ["hold_not_there"])
        #expect(rules(Self.there(.held), Self.here(.released)) == ["stale_hold"])
        #expect(rules(Self.there(.captured, Self.taken, currency: "eur"), Self.here(.held)) == ["amount_differs"])
        let more = PaymentMoney(captured: 401, fee: 60)
        #expect(rules(Self.there(.captured, more), Self.here(.held)) == ["capture_missed"])
        #expect(rules(Self.there(.held, id: "pi_2"), Self.here(.held)) == ["held_twice"])
        #expect(rules(Self.there(.released, id: "pi_2"), Self.here(.held)) == [])
    }

    @Test("One side alone is said where money is in it")
    func alone() {
        #expect(rules(Self.there(.held), nil) == ["payment_unknown"])
        #expect(rules(Self.there(.captured, Self.taken), nil) == ["payment_unknown"])
        #expect(rules(Self.there(.released), nil) == [])
        #expect(rules(nil, Self.here(.held)) == ["payment_not_there"])
        #expect(rules(nil, Self.here(.captured, Self.taken)) == ["payment_not_there"])
        #expect(rules(nil, Self.here(.asked, isSettled: false)) == [])
        #expect(rules(nil, Self.here(.failed, processor: nil)) == [])
        var foreign = Self.there(.captured, Self.taken)
        foreign = PaymentThere(
            id: foreign.id, name: nil, currency: "usd", standing: foreign.standing, money: foreign.money)
        #expect(rules(foreign, nil) == [])
    }

    @Test("A row is written anew only where the ledger bears its machine out")
    func rows() {
        var row = Self.here(.captured, Self.taken)
        row = PaymentHere(
            name: row.name, processor: row.processor, currency: row.currency, amount: row.amount,
            standing: row.standing,
            money: row.money, rowState: "authorized", machineState: "captured", rowMoney: .init(), booked: row.booked,
            isSettled: true, isUnderWay: false)
        #expect(rules(Self.there(.captured, Self.taken), row) == ["row_differs rewrite"])
        let unbooked = Self.here(.captured, Self.taken, booked: .init())
        #expect(rules(Self.there(.captured, Self.taken), unbooked) == ["ledger_differs"])
    }

    @Test("Random sides: equal ones agree, other money is always said, and only what leads forward is taken in")
    func random() {
        var random = SeededGenerator(seed: 14)
        func money(_ standing: PaymentStanding) -> PaymentMoney {
            guard standing == .captured else { return .init() }
            let captured = Int64(50 + random.below(351))
            let refunded = random.below(2) == 0 ? 0 : Int64(random.below(Int(captured) + 1))
            return PaymentMoney(
                captured: captured, fee: captured * 15 / 100, refunded: refunded, refundedFee: refunded * 15 / 100)
        }
        let order: [PaymentStanding] = [.asked, .failed, .held, .released, .captured]
        for _ in 0..<20_000 {
            let (ours, theirs) = (order[random.below(5)], order[1 + random.below(4)])
            let (known, told) = (money(ours), money(theirs))
            let isSame = random.below(3) == 0
            let here = Self.here(ours, known, isSettled: random.below(2) == 0)
            let there = Self.there(isSame && ours != .asked ? ours : theirs, isSame && ours != .asked ? known : told)
            let findings = PaymentComparison.findings(there: there, here: here)
            if there.standing == ours, there.money == known, ours != .held || !here.isSettled {
                #expect(findings.isEmpty)
            }
            if there.money != known { #expect(!findings.isEmpty, "\(there) \(here)") }
            for finding in findings where finding.repair == .observe {
                #expect(there.money.captured >= known.captured && there.money.refunded >= known.refunded)
                #expect(there.money.captured <= here.amount && there.currency == here.currency)
                if ours == .captured { #expect(there.money.captured == known.captured && there.money.fee == known.fee) }
            }
            let busy = Self.here(ours, known, isSettled: false, isUnderWay: true)
            #expect(PaymentComparison.findings(there: there, here: busy).isEmpty)
        }
    }

    @Test("Payouts: what leads forward is taken in, the rest is said")
    func payouts() {
        func rules(_ there: PayoutSide?, _ ours: PayoutSide?, isBooked: Bool = false) -> [String] {
            PayoutComparison.findings(of: "po_1", there: there, ours: ours, isBooked: isBooked).map {
                "\($0.rule.rawValue)\($0.repair.map { " \($0.rawValue)" } ?? "")"
            }
        }
        let (pending, paid) = (
            PayoutSide(amount: 5, currency: "usd", state: .pending),
            PayoutSide(amount: 5, currency: "usd", state: .paid)
        )
        #expect(rules(pending, nil) == ["payout_missed keep"])
        #expect(rules(paid, pending) == ["payout_missed keep"])
        #expect(rules(pending, paid, isBooked: true) == ["payout_differs"])
        #expect(rules(paid, paid) == ["payout_not_booked"])
        #expect(rules(paid, paid, isBooked: true) == [])
        #expect(rules(nil, paid, isBooked: true) == ["payout_not_there"])
        #expect(
            rules(PayoutSide(amount: 6, currency: "usd", state: .paid), paid, isBooked: true) == ["payout_differs"])
    }
}
