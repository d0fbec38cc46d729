import Moderation
import Testing

@Suite("A case of moderation") struct ModerationCaseTests {
    @Test("has effects by what is decided", arguments: ModerationCase.Kind.allCases)
    func effects(kind: ModerationCase.Kind) throws {
        let expected: [(ModerationCase.Decision, [ModerationCase.Effect])] = [
            (.dismiss, []), (.warn, [.warn, .tell]), (.suspend, [.suspend, .tell]),
        ]
        for (decision, effects) in expected {
            var item = ModerationCase(kind: kind)
            #expect(try item.decide(decision) == effects)
            #expect(item.decision == decision)
        }
    }

    @Test("hides comments, and nothing else")
    func hiding() throws {
        var comment = ModerationCase(kind: .comment)
        #expect(try comment.decide(.hideComment) == [.hideComment, .tell])
        var session = ModerationCase(kind: .session)
        #expect(throws: ModerationCase.Refusal.notAComment) { try session.decide(.hideComment) }
        #expect(session.decision == nil, "what was refused decides nothing")
        #expect(try session.decide(.warn) == [.warn, .tell])
    }

    @Test("is decided once, whatever comes second")
    func once() throws {
        for first in ModerationCase.Decision.allCases {
            for second in ModerationCase.Decision.allCases {
                var item = ModerationCase(kind: .comment)
                _ = try item.decide(first)
                #expect(throws: ModerationCase.Refusal.alreadyDecided) { try item.decide(second) }
                #expect(item.decision == first)
            }
        }
    }
}
