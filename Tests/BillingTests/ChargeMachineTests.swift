import Billing
import Database
import Testing

@Suite("The charge machine") struct ChargeMachineTests {
    /// A bench whose first window is held.
    private func held(rate: Int64 = 10_000, unsettled: Int = 2) throws -> Bench {
        var bench = try Bench(rate: rate, unsettled: unsettled)
        _ = bench.handle(.accepted)
        _ = bench.answer("w1-a1-hold-1", .held(id: "pi_1"))
        return bench
    }

    /// A bench whose second window runs, the first one paid.
    private func second(unsettled: Int = 2) throws -> Bench {
        var bench = try held(unsettled: unsettled)
        _ = bench.at(540)
        _ = bench.answer("w2-a1-hold-1", .held(id: "pi_2"))
        _ = bench.at(600)
        _ = bench.answer("w1-a1-capture-2", .captured(amount: 1667, fee: 250))
        return bench
    }

    @Test("holds at accept, and cancels where the call ends below the threshold")
    func short() throws {
        var bench = try Bench()
        #expect(bench.handle(.accepted) == [bench.send(.hold, 1, 1, 1667, 250)])
        #expect(bench.handle(.accepted) == [])
        #expect(bench.answer("w1-a1-hold-1", .held(id: "pi_1")) == [])
        #expect(bench.at(539) == [])
        #expect(bench.end(539) == [bench.send(.cancel, 1, 2)])
        let summary = bench.settled(bench.answer("w1-a1-cancel-2", .cancelled))
        #expect(summary?.charged == 0 && summary?.waived == 0 && summary?.mediaSeconds == 539)
        #expect(bench.machine.state == .settled && bench.machine.due == nil)
    }

    @Test("holds ahead, captures a full window, moves the horizon, and captures the exact part at the end")
    func windows() throws {
        var bench = try held()
        #expect(bench.at(540) == [bench.send(.hold, 2, 1, 1667, 250)])
        #expect(bench.answer("w2-a1-hold-1", .held(id: "pi_2")) == [])
        #expect(bench.at(600) == [bench.send(.capture, 1, 2, 1667, 250)])
        #expect(
            bench.answer("w1-a1-capture-2", .captured(amount: 1667, fee: 250)) == [
                bench.booked("w1-a1-captured", .captured(amount: 1667, fee: 250)),
                .grant(horizon: 1200, isProvisional: false),
            ])
        // 900 s are 25.00: 8.33 more; the fee of 25.00 is 3.75: 1.25 more.
        #expect(bench.end(900) == [bench.send(.capture, 2, 2, 833, 125)])
        let summary = bench.settled(bench.answer("w2-a1-capture-2", .captured(amount: 833, fee: 125)))
        #expect(summary?.charged == 2500 && summary?.fee == 375 && summary?.earned == 2125 && summary?.forgone == 0)
    }

    @Test("waives a last part below the smallest charge, and says so")
    func waived() throws {
        var bench = try second()
        #expect(
            bench.end(617) == [bench.booked("w2-waived", .waived(amount: 47)), bench.send(.cancel, 2, 2)])
        let summary = bench.settled(bench.answer("w2-a1-cancel-2", .cancelled))
        #expect(summary?.charged == 1667 && summary?.waived == 47)
        var exact = try second()
        #expect(exact.end(618) == [exact.send(.capture, 2, 2, 50, 8)])
    }

    @Test("warns of a declined card, tries again under a new key when the customer has acted, and goes on")
    func declined() throws {
        var bench = try held()
        _ = bench.at(540)
        #expect(
            bench.answer("w2-a1-hold-1", .failed(code: "card_declined", needsAuthentication: false)) == [
                .warn(.declined(window: 2, code: "card_declined"))
            ])
        #expect(bench.at(560) == [] && bench.later(20) == [])
        #expect(bench.handle(.customerActed) == [bench.send(.hold, 2, attempt: 2, 1, 1667, 250)])
        #expect(
            bench.answer("w2-a2-hold-1", .failed(code: "authentication_required", needsAuthentication: true)) == [
                .warn(.authenticationRequired(window: 2))
            ])
        #expect(bench.at(600) == [bench.send(.capture, 1, 2, 1667, 250)])
        #expect(
            bench.answer("w1-a1-capture-2", .captured(amount: 1667, fee: 250)) == [
                bench.booked("w1-a1-captured", .captured(amount: 1667, fee: 250))
            ])
        // In the grace period: the horizon moves with the hold.
        #expect(bench.at(610) == [])
        #expect(bench.handle(.customerActed) == [bench.send(.hold, 2, attempt: 3, 1, 1667, 250)])
        #expect(
            bench.answer("w2-a3-hold-1", .held(id: "pi_3")) == [.grant(horizon: 1200, isProvisional: false)])
    }

    @Test("ends with the first window paid where the second is declined; the grace costs nothing")
    func grace() throws {
        var bench = try held()
        _ = bench.at(540)
        _ = bench.answer("w2-a1-hold-1", .failed(code: "card_declined", needsAuthentication: false))
        _ = bench.at(600)
        _ = bench.answer("w1-a1-capture-2", .captured(amount: 1667, fee: 250))
        let summary = bench.settled(bench.end(630))
        #expect(summary?.charged == 1667 && summary?.fee == 250 && summary?.forgone == 83)
    }

    @Test("goes on under a hold in force while the processor is silent, for so many windows, and settles later")
    func silent() throws {
        var bench = try held(unsettled: 1)
        _ = bench.at(540)
        _ = bench.answer("w2-a1-hold-1", .held(id: "pi_2"))
        _ = bench.at(600)
        #expect(bench.later(1) == [])
        #expect(
            bench.later(1) == [.warn(.unconfirmed(window: 1)), .grant(horizon: 1200, isProvisional: true)])
        #expect(bench.at(1140) == [bench.send(.hold, 3, 1, 1667, 250)])
        _ = bench.answer("w3-a1-hold-1", .held(id: "pi_3"))
        #expect(bench.at(1200) == [] && bench.later(2) == [.warn(.processorAway(window: 3))])
        // The answer comes: both windows are taken one after the other, and the call may go on.
        #expect(
            bench.answer("w1-a1-capture-2", .captured(amount: 1667, fee: 250)) == [
                bench.booked("w1-a1-captured", .captured(amount: 1667, fee: 250)),
                bench.send(.capture, 2, 2, 1666, 250), .warn(.unconfirmed(window: 2)),
                .grant(horizon: 1800, isProvisional: true),
            ])
    }

    @Test("sends an unanswered step again with its key, and inquires in the end")
    func unanswered() throws {
        var bench = try second()
        _ = bench.end(900)
        for wait in [1, 2, 4, 8] as [Int64] {
            #expect(bench.answer("w2-a1-capture-2", .unknown) == [] && bench.later(wait - 1) == [])
            #expect(bench.later(1) == [bench.send(.capture, 2, 2, 833, 125)])
        }
        #expect(bench.answer("w2-a1-capture-2", .unknown) == [] && bench.later(59) == [])
        #expect(bench.later(1) == [.inquire(bench.step(.capture, 2, 2, 833, 125))])
        // Found not done: asked anew, under another key.
        #expect(bench.handle(.found(key: "cc-s-w2-a1-capture-2", .fact(.held(id: "pi_2")))) == [])
        #expect(bench.later(1) == [bench.send(.capture, 2, 3, 833, 125)])
        // The late answer of the first one counts, and comes but once.
        let late = bench.answer("w2-a1-capture-2", .captured(amount: 833, fee: 125))
        #expect(bench.settled(late)?.charged == 2500)
        #expect(bench.answer("w2-a1-capture-3", .captured(amount: 833, fee: 125)) == [])
        #expect(bench.handle(.observed(window: 2, attempt: 1, .held(id: "pi_2"))) == [])
    }

    @Test("an error that would be replayed is looked into at once; a hold that was not made gets a new key")
    func unclear() throws {
        var bench = try Bench()
        _ = bench.handle(.accepted)
        #expect(bench.answer("w1-a1-hold-1", .unclear) == [.inquire(bench.step(.hold, 1, 1, 1667, 250))])
        #expect(bench.handle(.found(key: "cc-s-w1-a1-hold-1", .unknown)) == [])
        #expect(bench.later(2) == [.inquire(bench.step(.hold, 1, 1, 1667, 250))])
        #expect(bench.handle(.found(key: "cc-s-w1-a1-hold-1", .absent)) == [])
        #expect(bench.later(1) == [bench.send(.hold, 1, attempt: 2, 1, 1667, 250)])
        #expect(bench.answer("w1-a2-hold-1", .held(id: "pi_2")) == [])
        // The first one was made after all: one of them is let go.
        #expect(
            bench.handle(.observed(window: 1, attempt: 1, .held(id: "pi_1"))) == [bench.send(.cancel, 1, attempt: 2, 2)]
        )
    }

    @Test("goes on from the stored value: what is unanswered is sent again")
    func restart() throws {
        var bench = try held()
        _ = bench.at(540)
        bench.machine = try JSONText(encoding: bench.machine).decode(as: ChargeMachine.self)
        #expect(bench.handle(.resumed) == [bench.send(.hold, 2, 1, 1667, 250)])
        #expect(bench.answer("w2-a1-hold-1", .held(id: "pi_2")) == [] && bench.handle(.resumed) == [])
    }

    @Test("holds anew what expired, and gives back what a lower last word makes too much")
    func corrections() throws {
        var bench = try second()
        #expect(
            bench.handle(.observed(window: 2, attempt: 1, .cancelled)) == [
                bench.send(.hold, 2, attempt: 2, 1, 1667, 250)
            ])
        _ = bench.answer("w2-a2-hold-1", .held(id: "pi_3"))
        // The last 30 s of the first window and 300 s of the second are not billed: 570 s at 15.83.
        #expect(
            bench.end(900, unbilled: [570..<900]) == [
                bench.send(.cancel, 2, attempt: 2, 2), bench.send(.refund, 1, 3, 84, 13),
            ])
        _ = bench.answer("w2-a2-cancel-2", .cancelled)
        let done = bench.answer("w1-a1-refund-3", .captured(amount: 1667, fee: 250, refunded: 84, refundedFee: 13))
        #expect(done.first == bench.booked("w1-a1-refunded-84", .refunded(amount: 84, fee: 13)))
        let summary = bench.settled(done)
        #expect(summary?.charged == 1583 && summary?.fee == 237 && summary?.billableSeconds == 570)
        // The operator gives the rest back.
        #expect(bench.handle(.refundOrdered(total: 5000)) == [bench.send(.refund, 1, 4, 1583, 237)])
        let all = bench.answer("w1-a1-refund-4", .captured(amount: 1667, fee: 250, refunded: 1667, refundedFee: 250))
        #expect(bench.settled(all)?.charged == 0 && bench.settled(all)?.fee == 0)
    }

    @Test("gives everything back where the last word lies below the threshold, and what a cancel came too late for")
    func races() throws {
        var bench = try second()
        #expect(bench.end(599) == [bench.send(.cancel, 2, 2), bench.send(.refund, 1, 3, 1667, 250)])
        #expect(
            bench.answer("w2-a1-cancel-2", .captured(amount: 1667, fee: 250)) == [
                bench.booked("w2-a1-captured", .captured(amount: 1667, fee: 250)), bench.send(.refund, 2, 3, 1667, 250),
            ])
        _ = bench.answer("w1-a1-refund-3", .captured(amount: 1667, fee: 250, refunded: 1667, refundedFee: 250))
        let done = bench.answer("w2-a1-refund-3", .captured(amount: 1667, fee: 250, refunded: 1667, refundedFee: 250))
        #expect(bench.settled(done)?.charged == 0 && bench.settled(done)?.fee == 0)
    }

    @Test("a hold that came in force after the end counts only where media was granted")
    func late() throws {
        var first = try Bench(threshold: 20, window: 20)
        _ = first.handle(.accepted)
        _ = first.at(20)
        #expect(first.end(30) == [] && first.machine.state == .closing)
        #expect(first.answer("w1-a1-hold-1", .held(id: "pi_1")) == [first.send(.capture, 1, 2, 56, 8)])

        var second = try Bench(threshold: 20, window: 20)
        _ = second.handle(.accepted)
        _ = second.answer("w1-a1-hold-1", .held(id: "pi_1"))
        _ = second.at(15)
        _ = second.at(20)
        _ = second.answer("w1-a1-capture-2", .captured(amount: 56, fee: 8))
        #expect(second.end(40) == [])
        #expect(second.answer("w2-a1-hold-1", .held(id: "pi_2")) == [second.send(.cancel, 2, 2)])
        #expect(second.settled(second.answer("w2-a1-cancel-2", .cancelled))?.forgone == 55)
    }

    @Test("a threshold longer or shorter than a window is kept")
    func uneven() throws {
        var long = try Bench(threshold: 30, window: 20)
        _ = long.handle(.accepted)
        _ = long.answer("w1-a1-hold-1", .held(id: "pi_1"))
        #expect(long.at(20) == [long.send(.hold, 2, 1, 56, 8)])
        _ = long.answer("w2-a1-hold-1", .held(id: "pi_2"))
        #expect(long.at(29) == [])
        #expect(long.at(30) == [long.send(.capture, 1, 2, 56, 8)])
        #expect(
            long.answer("w1-a1-capture-2", .captured(amount: 56, fee: 8)).last
                == .grant(horizon: 40, isProvisional: false))
        var short = try Bench(threshold: 10, window: 20)
        _ = short.handle(.accepted)
        #expect(short.answer("w1-a1-hold-1", .held(id: "pi_1")) == [.grant(horizon: 20, isProvisional: false)])
        #expect(short.at(10) == [])
    }
}
