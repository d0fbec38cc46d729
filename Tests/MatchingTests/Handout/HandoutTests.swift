import Database
import Testing

@testable import Matching

/// A moment so many seconds into the test.
func at(_ seconds: Int64) -> Timestamp { Timestamp(secondsSince1970: 1_800_000_000 + seconds) }

/// The same id for the same number.
func person(_ number: Int) -> UniqueID {
    let digits = String(number, radix: 16)
    return UniqueID("00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits)
        ?? UniqueID()
}

@Suite("A hand-out")
struct HandoutTests {
    private static let terms = HandoutTerms()

    /// A question in line with so many seconds left, after those were asked.
    private func handout(asking consultants: [Int] = [], until expiry: Int64 = 900) -> Handout {
        var handout = Handout(state: .open, expiresAt: at(expiry), terms: Self.terms)
        var next = 100
        _ = handout.ask(consultants.map(person), at: at(0)) {
            next += 1
            return person(next)
        }
        return handout
    }

    @Test("asks as many as it may at once, and is in line where nobody is left")
    func width() {
        var handout = handout()
        let actions = handout.ask([1, 2, 3, 4].map(person), at: at(0))
        #expect(handout.pending.map(\.consultant) == [1, 2, 3].map(person))
        #expect(actions.count == 4 && actions.last == .become(.matching))
        #expect(handout.pending.allSatisfy { $0.expiresAt == at(20) } && handout.due(after: at(0)) == at(20))
        var empty = self.handout()
        #expect(empty.ask([], at: at(0)).isEmpty)
        #expect(empty.state == .open && empty.due(after: at(0)) == at(15))
    }

    @Test("moves on at once after a decline or silence, and never asks the same again")
    func movesOn() throws {
        var handout = handout(asking: [1, 2, 3])
        let first = handout.requests[0]
        #expect(try handout.decline(first.id, by: person(1)))
        #expect(try !handout.decline(first.id, by: person(1)))
        #expect(handout.room == 1)
        let asked = handout.ask([1, 2, 4].map(person), at: at(5))
        #expect(asked.count == 1 && handout.pending.map(\.consultant) == [2, 3, 4].map(person))
        let settled = handout.settle(at: at(20)) { _ in true }
        #expect(settled == [.expire(handout.requests[1].id), .expire(handout.requests[2].id)])
        #expect(handout.excluded == Set([1, 2, 3, 4].map(person)))
        #expect(handout.ask([], at: at(20)).isEmpty && handout.state == .matching)
        _ = handout.settle(at: at(25)) { _ in true }
        #expect(handout.ask([], at: at(25)) == [.become(.open)])
    }

    @Test("gives itself to the first who accepts, and to nobody else")
    func firstWins() throws {
        var handout = handout(asking: [1, 2, 3])
        let requests = handout.requests
        let actions = try handout.accept(requests[1].id, by: person(2), at: at(8))
        #expect(
            actions == [
                .withdraw(requests[0].id, .acceptedElsewhere), .withdraw(requests[2].id, .acceptedElsewhere),
                .become(.accepted),
            ])
        #expect(try handout.accept(requests[1].id, by: person(2), at: at(9)).isEmpty)
        #expect(throws: Handout.Refusal.closed(.withdrawn)) {
            try handout.accept(requests[0].id, by: person(1), at: at(9))
        }
        #expect(throws: Handout.Refusal.closed(.accepted)) { try handout.decline(requests[1].id, by: person(2)) }
        #expect(throws: Handout.Refusal.notFound) { try handout.accept(requests[2].id, by: person(1), at: at(9)) }
        #expect(handout.cancel() == nil && handout.room == 0 && handout.due(after: at(9)) == nil)
    }

    @Test("takes no answer after the deadline, to the microsecond")
    func deadline() throws {
        var late = handout(asking: [1])
        #expect(throws: Handout.Refusal.closed(.expired)) {
            try late.accept(late.requests[0].id, by: person(1), at: at(20))
        }
        var early = late
        let moment = Timestamp(microseconds: at(20).microseconds - 1)
        #expect(try early.accept(early.requests[0].id, by: person(1), at: moment) == [.become(.accepted)])
    }

    @Test("withdraws from whoever is no longer available, and may ask them again")
    func unavailable() {
        var handout = handout(asking: [1, 2])
        let actions = handout.settle(at: at(3)) { $0 != person(1) }
        #expect(actions == [.withdraw(handout.requests[0].id, .unavailable)])
        #expect(handout.excluded == [person(2)])
        _ = handout.ask([person(1)], at: at(4))
        #expect(handout.pending.map(\.consultant) == [person(2), person(1)])
        #expect(
            handout.undelivered(handout.requests[2].id, to: person(1))
                == [.withdraw(handout.requests[2].id, .unreachable)])
        #expect(handout.undelivered(handout.requests[2].id, to: person(1)).isEmpty)
    }

    @Test("ends when its time is over, also in the middle of a wave")
    func lifetime() {
        var handout = handout(asking: [1, 2], until: 12)
        #expect(handout.pending.allSatisfy { $0.expiresAt == at(12) } && handout.due(after: at(3)) == at(12))
        let actions = handout.settle(at: at(12)) { _ in true }
        #expect(actions == handout.requests.map { .expire($0.id) } + [.become(.expired)])
        #expect(handout.ask([person(3)], at: at(12)).isEmpty)
    }

    @Test("tells everybody when the customer cancels")
    func cancelled() {
        var handout = handout(asking: [1, 2])
        let actions = handout.cancel()
        #expect(actions == handout.requests.map { .withdraw($0.id, .cancelled) } + [.become(.cancelled)])
        #expect(handout.cancel() == nil)
    }

    @Test("looks for somebody else where the session never began, unless the customer no longer wishes to")
    func reopened() throws {
        var handout = handout(asking: [1, 2])
        _ = try handout.accept(handout.requests[0].id, by: person(1), at: at(1))
        var other = handout
        #expect(
            handout.reopen(consultantIsOut: true, isOver: false)
                == [.withdraw(handout.requests[0].id, .notHeld), .become(.open)])
        #expect(handout.excluded == [person(1)])
        _ = handout.ask([person(1), person(2)], at: at(2))
        #expect(handout.pending.map(\.consultant) == [person(2)] && handout.state == .matching)
        #expect(other.reopen(consultantIsOut: false, isOver: true).last == .become(.cancelled))
        #expect(other.reopen(consultantIsOut: false, isOver: false).isEmpty)
    }
}
