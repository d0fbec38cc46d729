import RTP
import Testing

@testable import Relay

@Suite("When calls look at the time")
struct TickRoundsTests {
    private final class Member: TickMember {
        var isEmpty: Bool
        var looks: [Int64] = []

        init(isEmpty: Bool = false) { self.isEmpty = isEmpty }
    }

    /// Asks every millisecond, as a loop does that packets wake.
    private func run(
        _ rounds: inout TickRounds<Member>, milliseconds: ClosedRange<Int64>, isAwake: Bool = false
    ) -> [Int] {
        milliseconds.map { moment in
            let due = rounds.due(at: MonotonicInstant(nanoseconds: .milliseconds(moment)), isAwake: isAwake)
            for member in due { member.looks.append(moment) }
            return due.count
        }
    }

    @Test("each of many looks once in ten milliseconds, and few at a time")
    func shares() {
        var rounds = TickRounds<Member>()
        let members = (0..<95).map { _ in Member() }
        for member in members { rounds.add(member) }
        let counts = run(&rounds, milliseconds: 1...100)
        #expect(counts.max() == 10)
        for member in members {
            #expect(member.looks.count == 10)
            let steps = zip(member.looks.dropFirst(), member.looks).map { $0 - $1 }
            #expect(steps.allSatisfy { $0 == 10 }, "\(member.looks)")
        }
    }

    @Test("a thread that is awake looks sooner, but at most twice as often")
    func ahead() {
        var rounds = TickRounds<Member>()
        let member = Member()
        rounds.add(member)
        _ = run(&rounds, milliseconds: 1...100, isAwake: true)
        #expect(member.looks == Array(stride(from: 1, through: 96, by: 5)))
        #expect(rounds.next == MonotonicInstant(nanoseconds: .milliseconds(106)))
    }

    @Test("where nobody is, it looks twice a second, and at once when somebody comes")
    func idle() {
        var rounds = TickRounds<Member>()
        let member = Member(isEmpty: true)
        rounds.add(member)
        _ = run(&rounds, milliseconds: 1...2000)
        #expect(rounds.isIdle)
        let seldom = zip(member.looks.dropFirst(), member.looks).map { $0 - $1 }.suffix(2)
        #expect(seldom.allSatisfy { $0 == 500 }, "\(member.looks)")
        member.isEmpty = false
        rounds.wake()
        member.looks = []
        _ = run(&rounds, milliseconds: 2001...2030)
        #expect(member.looks == [2001, 2011, 2021])
        #expect(!rounds.isIdle)
    }

    @Test("who is removed looks no more, and nobody else is left out")
    func removal() {
        var rounds = TickRounds<Member>()
        let members = (0..<12).map { _ in Member() }
        for member in members { rounds.add(member) }
        _ = run(&rounds, milliseconds: 1...20)
        rounds.remove(members[3])
        for member in members { member.looks = [] }
        _ = run(&rounds, milliseconds: 21...120)
        #expect(members[3].looks.isEmpty)
        for (index, member) in members.enumerated() where index != 3 {
            #expect((7...11).contains(member.looks.count), "\(index): \(member.looks)")
        }
    }
}
