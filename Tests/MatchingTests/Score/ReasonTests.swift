import Foundation
import Money
import Testing

@testable import Matching

@Suite("Reasons")
struct ReasonTests {
    private func reasons(_ change: (inout MatchFeatures) -> Void) -> [String] {
        MatchScore.score(candidate(change)).reasons
    }

    @Test("What was done comes first, and four are enough")
    func best() {
        let all: (inout MatchFeatures) -> Void = {
            $0.matchedTags = ["PostgreSQL"]
            $0.past = .init(sessions: 12, stars: 4.8)
            $0.ratings = .init(sum: 152, count: 31)
            $0.response = .init(seconds: 8.2, age: 3600)
            $0.answers = .init(accepted: 19, declined: 1)
            $0.sessions = .init(completed: 40, failed: 1)
            $0.price.budget = Money(amount: 9000, currency: .usd)
        }
        #expect(
            reasons(all) == [
                "12 sessions on PostgreSQL", "4.9 from 31 ratings", "answers in 8 s", "within budget",
            ])
        #expect(
            reasons {
                all(&$0); $0.past = .init(); $0.matchedTags = ["PostgreSQL", "performance"]
            }.first
                == "knows PostgreSQL and performance")
    }

    @Test("Of somebody unknown only what is known is said")
    func unknown() {
        #expect(reasons { _ in } == ["the profile fits the question", "new here"])
        #expect(reasons { $0.relevance = 0.2 } == ["new here"])
        #expect(
            reasons {
                $0.relevance = 0.2; $0.sessions.completed = 1
            } == [])
        #expect(reasons { $0.matchedTags = ["a", "b", "c", "d", "e"] } == ["knows a, b, c and 2 more", "new here"])
    }

    @Test("A mean that is not five is not shown as five, and a poor one is no reason")
    func stars() {
        #expect(reasons { $0.ratings = .init(sum: 499, count: 100) }.contains("4.9 from 100 ratings"))
        #expect(reasons { $0.ratings = .init(sum: 5, count: 1) }.contains("5.0 from 1 rating"))
        #expect(!reasons { $0.ratings = .init(sum: 35, count: 10) }.contains { $0.contains("rating") })
    }

    @Test("Slow, stale, unlikely or over budget is no reason")
    func notSaid() {
        let texts = reasons {
            $0.response = .init(seconds: 400, age: 5)
            $0.answers = .init(accepted: 9, expired: 9)
            $0.sessions = .init(completed: 10, failed: 10)
            $0.price.budget = Money(amount: 8999, currency: .usd)
        }
        #expect(texts == ["the profile fits the question"])
        #expect(!reasons { $0.response = .init(seconds: 4, age: 90 * 86_400) }.contains { $0.contains("answers") })
        #expect(reasons { $0.response = .init(seconds: 100, age: 1) }.contains("answers in 2 min"))
        #expect(!reasons { $0.price.budget = Money(amount: 99_000, currency: .eur) }.contains("within budget"))
        #expect(reasons { $0.answers = .init(accepted: 6) }.contains("accepted all 6 requests"))
    }

    @Test("Features travel as JSON")
    func json() throws {
        let features = candidate {
            $0.past = .init(sessions: 3, stars: 4.5)
            $0.price.budget = Money(amount: 5, currency: .eur)
        }
        let data = try JSONEncoder().encode(features)
        #expect(try JSONDecoder().decode(MatchFeatures.self, from: data) == features)
    }
}
