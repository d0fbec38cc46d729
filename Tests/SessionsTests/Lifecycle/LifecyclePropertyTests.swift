import Database
import Sessions
import TestSupport
import Testing

@Suite("Whatever happens to a session") struct LifecyclePropertyTests {
    private func event(_ random: inout SeededGenerator) -> SessionLifecycle.Event {
        let side: SessionSide = random.below(2) == 0 ? .customer : .consultant
        let seconds = random.below(200) - 5
        let reasons = ["left", "unpaid", "closed", "shutdown", "ended", "something new"]
        return switch random.below(12) {
        case 0...2: .joined(side)
        case 3: .left(side, isLost: random.below(2) == 0)
        case 4...7: .progress(mediaSeconds: seconds, running: random.below(3) > 0)
        case 8: .roomEnded(reason: reasons[random.below(reasons.count)], mediaSeconds: seconds)
        case 9: random.below(3) == 0 ? .endRequested(side) : .joined(side)
        default: .deadline
        }
    }

    private static let steps: [SessionState: Set<SessionState>] = [
        .pending: [.pending, .active, .cancelled, .failed], .active: [.active, .completed, .failed],
        .completed: [.completed], .cancelled: [.cancelled], .failed: [.failed],
    ]

    @Test("it takes legal steps only, ends once, and its clock never goes back", arguments: 0..<40)
    func invariants(block: Int) {
        for number in 0..<250 {
            var random = SeededGenerator(seed: UInt64(block * 1000 + number))
            var now = Timestamp(secondsSince1970: 1_800_000_000)
            var session = SessionLifecycle(due: now.advanced(by: .seconds(90)))
            var (starts, ends) = (0, 0)
            for _ in 0..<30 {
                now = now.advanced(by: .milliseconds(random.below(60_000)))
                let before = session
                let event = event(&random)
                let actions = session.handle(event, at: now)
                let context = "seed \(block * 1000 + number): \(before) \(event)"
                #expect(Self.steps[before.state]?.contains(session.state) == true, "\(context)")
                #expect(session.mediaSeconds >= before.mediaSeconds, "\(context)")
                #expect(session.isOver == (session.due == nil), "\(context)")
                for action in actions {
                    switch action {
                    case .start:
                        starts += 1
                        #expect(before.state == .pending && session.state == .active, "\(context)")
                    case .end(let state, _):
                        ends += 1
                        #expect(!before.isOver && session.state == state, "\(context)")
                    }
                }
                // The same again, as a queue may deliver it.
                var again = session
                let repeated = again.handle(event, at: now)
                #expect(!repeated.contains(.start) || before.state == .active, "\(context)")
                if session.isOver { #expect(repeated == [] && again.state == session.state, "\(context)") }
            }
            #expect(starts <= 1 && ends <= 1 && (ends == 1) == session.isOver)
            #expect(starts == 1 || session.state != .completed)
            // Left alone, each comes to an end by its deadline.
            if let due = session.due {
                #expect(session.handle(.deadline, at: due).count == 1 && session.isOver)
            }
        }
    }
}
