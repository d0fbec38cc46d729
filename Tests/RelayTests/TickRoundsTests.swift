import RTP
import Testing

@testable import Relay

@Suite("When calls look at the time")
struct TickRoundsTests {
    private final class Member: TickMember {
        var place = 0
        var isEmpty: Bool
        var isQuiet: Bool
        /// Milliseconds.
        var looks: [Int64] = []

        init(isEmpty: Bool = false, isQuiet: Bool = false) {
            self.isEmpty = isEmpty
            self.isQuiet = isQuiet
        }

        func tick(_ now: MonotonicInstant) { looks.append(now.nanoseconds / 1_000_000) }

        /// From one look to the next.
        var steps: [Int64] { zip(looks.dropFirst(), looks).map { $0 - $1 } }
    }

    /// Asks every millisecond, as a loop does that packets wake.
    private func run(
        _ rounds: inout TickRounds<Member>, milliseconds: ClosedRange<Int64>, isAwake: Bool = false
    ) {
        for moment in milliseconds {
            rounds.look(at: MonotonicInstant(nanoseconds: .milliseconds(moment)), isAwake: isAwake)
        }
    }

    @Test("each of many looks once in ten milliseconds, and few at a time")
    func shares() {
        var rounds = TickRounds<Member>()
        let members = (0..<95).map { _ in Member() }
        for member in members { rounds.add(member) }
        run(&rounds, milliseconds: 1...100)
        let counts = Dictionary(members.flatMap(\.looks).map { ($0, 1) }, uniquingKeysWith: +)
        #expect(counts.values.max() == 19)
        for member in members {
            #expect(member.looks.count == 10)
            #expect(member.steps.allSatisfy { $0 == 10 }, "\(member.looks)")
        }
    }

    @Test("a thread that is awake looks sooner, but at most twice as often")
    func ahead() {
        var rounds = TickRounds<Member>()
        let member = Member()
        rounds.add(member)
        run(&rounds, milliseconds: 1...100, isAwake: true)
        #expect(member.looks == Array(stride(from: 1, through: 96, by: 5)))
        #expect(rounds.next == MonotonicInstant(nanoseconds: .milliseconds(106)))
    }

    @Test("a quiet one looks in every second round, until something waits in it")
    func rest() {
        var rounds = TickRounds<Member>()
        let members = (0..<3).map { Member(isQuiet: $0 == 1) }
        for member in members { rounds.add(member) }
        run(&rounds, milliseconds: 1...100)
        #expect(members[0].steps.allSatisfy { $0 == 10 }, "\(members[0].looks)")
        #expect(members[1].looks.count >= 4)
        #expect(members[1].steps.allSatisfy { $0 == 20 }, "\(members[1].looks)")
        #expect(!rounds.isIdle)
        rounds.remove(members[0])
        members[1].looks = []
        members[1].isQuiet = false
        rounds.rouse(members[1].place)
        run(&rounds, milliseconds: 101...150)
        #expect(members[1].looks.count == 5)
        #expect(members[2].looks.count == 15)
    }

    @Test("where nobody is, it looks twice a second, and at once when somebody comes")
    func idle() {
        var rounds = TickRounds<Member>()
        let member = Member(isEmpty: true)
        rounds.add(member)
        run(&rounds, milliseconds: 1...2000)
        #expect(rounds.isIdle)
        #expect(member.steps.suffix(2).allSatisfy { $0 == 500 }, "\(member.looks)")
        member.isEmpty = false
        rounds.wake()
        member.looks = []
        run(&rounds, milliseconds: 2001...2030)
        #expect(member.looks == [2001, 2011, 2021])
        #expect(!rounds.isIdle)
    }

    @Test("who is removed looks no more, and nobody else is left out")
    func removal() {
        var rounds = TickRounds<Member>()
        let members = (0..<12).map { _ in Member() }
        for member in members { rounds.add(member) }
        run(&rounds, milliseconds: 1...20)
        rounds.remove(members[3])
        for member in members { member.looks = [] }
        run(&rounds, milliseconds: 21...120)
        #expect(members[3].looks.isEmpty)
        for (index, member) in members.enumerated() where index != 3 {
            #expect((7...11).contains(member.looks.count), "\(index): \(member.looks)")
        }
    }
}
