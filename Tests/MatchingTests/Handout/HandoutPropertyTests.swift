import Database
import TestSupport
import Testing

@testable import Matching

/// Random events against what must hold whatever happens.
@Suite("Whatever happens to a hand-out")
struct HandoutPropertyTests {
    @Test("at most one consultant has it, nobody is asked twice at once, and every state follows legally")
    func invariants() throws {
        var random = SeededGenerator(seed: 4)
        var accepted = 0
        var reopened = 0
        for _ in 0..<1000 {
            var now: Int64 = 0
            var handout = Handout(state: .open, expiresAt: at(Int64(30 + random.below(300))), terms: HandoutTerms())
            var available = Set((1...12).map(person))
            var states = [handout.state]
            var answered: Set<UniqueID> = []
            for _ in 0..<60 {
                now += Int64(random.below(6))
                let consultant = person(1 + random.below(12))
                let request = handout.requests.isEmpty ? nil : handout.requests[random.below(handout.requests.count)]
                let before = handout
                var actions: [Handout.Action] = []
                switch random.below(10) {
                case 0: available.formSymmetricDifference([consultant])
                case 1:
                    guard let request else { continue }
                    if try handout.state != .accepted && handout.decline(request.id, by: request.consultant) {
                        answered.insert(request.consultant)
                    }
                case 2:
                    guard let request else { continue }
                    actions = (try? handout.accept(request.id, by: request.consultant, at: at(now))) ?? []
                case 3: if random.below(20) == 0 { actions = handout.cancel() ?? [] }
                case 4:
                    guard let request else { continue }
                    actions = handout.undelivered(request.id, to: request.consultant)
                case 5:
                    actions = handout.reopen(consultantIsOut: random.below(2) == 0, isOver: random.below(8) == 0)
                    if !actions.isEmpty { reopened += 1 }
                default:
                    actions = handout.settle(at: at(now), available: available.contains)
                    for action in actions {
                        guard case .expire(let id) = action, let expired = before.requests.first(where: { $0.id == id })
                        else { continue }
                        answered.insert(expired.consultant)
                    }
                    actions += handout.ask(available.sorted(), at: at(now))
                    #expect(handout.due(after: at(now)) == nil || handout.due(after: at(now))! > at(now))
                }
                for action in actions {
                    switch action {
                    case .become(let state):
                        states.append(state)
                        if state == .accepted { accepted += 1 }
                    case .ask(let asked):
                        #expect(available.contains(asked.consultant) && !answered.contains(asked.consultant))
                    case .expire, .withdraw: break
                    }
                }
                #expect(handout.requests.count { $0.state == .accepted } == (handout.state == .accepted ? 1 : 0))
                #expect(Set(handout.pending.map(\.consultant)).count == handout.pending.count)
                #expect(handout.pending.isEmpty || handout.state.isLooking)
                #expect(handout.pending.count <= 3)
            }
            for (from, to) in zip(states, states.dropFirst()) { #expect(from.mayBecome(to) && from != to) }
            #expect(states.last == handout.state)
        }
        #expect(accepted > 200 && reopened > 20)
    }
}
