import Money
import TestSupport
import Testing

@testable import Matching

@Suite("The static score")
struct ScoreTests {
    @Test("A better figure never scores less, a worse one never more")
    func monotone() {
        let better: [(String, (inout MatchFeatures, Int) -> Void)] = [
            ("relevance", { $0.relevance = Double($1) / 20 }),
            ("experience", { $0.past = .init(sessions: $1, stars: 4.5) }),
            ("stars there", { $0.past = .init(sessions: 5, stars: 1 + Double($1) / 5) }),
            ("accepted", { $0.answers.accepted = $1 }),
            ("five-star ratings", { $0.ratings = .init(sum: 5 * $1, count: $1) }),
            ("stars", { $0.ratings = .init(sum: 20 + 4 * $1, count: 20) }),
            ("completed", { $0.sessions.completed = $1 }),
            ("rest", { $0.load.sinceLastSession = Double($1) * 900 }),
            (
                "peers' sessions",
                {
                    $0.load.sessionsLastDay = 3; $0.load.peersMean = Double($1)
                }
            ),
            ("budget", { $0.price.budget = Money(amount: 4000 + Int64($1) * 300, currency: .usd) }),
        ]
        let worse: [(String, (inout MatchFeatures, Int) -> Void)] = [
            ("declined", { $0.answers.declined = $1 }),
            ("expired", { $0.answers.expired = $1 }),
            ("one-star ratings", { $0.ratings = .init(sum: $1, count: $1) }),
            ("failed", { $0.sessions.failed = $1 }),
            ("seconds", { $0.response = .init(seconds: Double($1) * 10, age: 60) }),
            ("sessions today", { $0.load.sessionsLastDay = $1 }),
            ("utilisation", { $0.load.utilisation = Double($1) / 20 }),
            ("pending", { $0.load.pending = $1 }),
            (
                "rate",
                {
                    $0.price = .init(
                        rate: Money(amount: 3000 + Int64($1) * 500, currency: .usd),
                        budget: Money(amount: 6000, currency: .usd))
                }
            ),
        ]
        for (name, change) in better + worse.map({ name, change in (name, { change(&$0, 20 - $1) }) }) {
            let scores = (0...20).map { step in score { change(&$0, step) } }
            for (low, high) in zip(scores, scores.dropFirst()) { #expect(low <= high, "\(name)") }
            #expect((scores.last ?? 0) > (scores.first ?? 0), "\(name)")
        }
    }

    @Test("Who knows nothing of it never wins, whatever the standing")
    func irrelevant() {
        let star: (inout MatchFeatures) -> Void = {
            $0.ratings = .init(sum: 500, count: 100)
            $0.answers = .init(accepted: 100)
            $0.response = .init(seconds: 1, age: 0)
            $0.sessions = .init(completed: 100)
        }
        #expect(
            score {
                star(&$0); $0.relevance = 0
            } == 0)
        #expect(
            score {
                star(&$0); $0.relevance = 0.2
            } < score { $0.relevance = 0.6 })
        #expect(
            score {
                star(&$0); $0.isAvailable = false
            } == 0)
    }

    @Test("One five-star review loses against thirty of 4.8, and against ten of 4.7")
    func ratings() {
        let one = score { $0.ratings = .init(sum: 5, count: 1) }
        #expect(one < score { $0.ratings = .init(sum: 144, count: 30) })
        #expect(one < score { $0.ratings = .init(sum: 47, count: 10) })
        #expect(one > score { $0.ratings = .init(sum: 1, count: 1) })
        #expect(BayesianAverage(priorMean: 4).value(sum: 0, count: 0) == 4)
        #expect(BetaRate(mean: 0.6, weight: 5).value(successes: 5, failures: 0) == 0.8)
    }

    @Test("A response time is forgotten: half of it after two weeks")
    func decay() {
        let fast = (0...6).map { week in
            score { $0.response = .init(seconds: 4, age: Double(week) * 7 * 86_400) }
        }
        #expect(fast == fast.sorted(by: >) && fast[6] > score())
        #expect(ResponseTime.expected(mean: 90, age: 14 * 86_400) == 60)
        #expect(ResponseTime.expected(mean: nil, age: nil) == 30)
        #expect(ResponseTime.updated(mean: nil, sample: 8, age: 0) == 8)
        #expect(abs(ResponseTime.updated(mean: 20, sample: 10, age: 0) - 18) < 1e-9)
        #expect(abs(ResponseTime.updated(mean: 20, sample: 10, age: 14 * 86_400) - 14) < 1e-9)
        #expect(ResponseTime.updated(mean: 20, sample: .infinity, age: 1e300) == 3600)
        #expect(ResponseTime.updated(mean: .nan, sample: .nan, age: .nan) == 0)
    }

    @Test("Over budget falls smoothly, twice the budget is out, another currency is neither")
    func budget() {
        func at(_ rate: Int64, _ currency: Currency = .usd) -> Double {
            score {
                $0.price = .init(
                    rate: Money(amount: rate, currency: currency), budget: Money(amount: 10_000, currency: .usd))
            }
        }
        #expect(at(10_000) == at(2000) && at(10_000) == score())
        #expect(at(11_000) > 0.95 * at(10_000) && at(11_000) < at(10_000))
        #expect(abs(at(15_000) - 0.5 * at(10_000)) < 1e-9)
        #expect(at(20_000) == 0 && at(90_000) == 0)
        #expect(at(10_000, .eur) < at(10_000) && at(10_000, .eur) > at(15_000))
        #expect(at(1, .eur) == at(90_000, .eur))
        #expect(score { $0.price.budget = Money(amount: 0, currency: .usd) } == 0)
    }

    @Test("Among equals those with less to do come first; a clearly better expert stays first")
    func fairness() {
        let rested = score { $0.load = .init(sessionsLastDay: 0, peersMean: 3) }
        let busy = score {
            $0.load = .init(sessionsLastDay: 8, peersMean: 3, sinceLastSession: 60, utilisation: 0.9)
        }
        #expect(rested > busy)
        #expect(
            busy < score { $0.load = .init(sessionsLastDay: 8, peersMean: 3, sinceLastSession: 60, utilisation: 0.4) })
        #expect(
            rested
                < score {
                    $0.relevance = 0.8
                    $0.load = .init(sessionsLastDay: 8, peersMean: 3, sinceLastSession: 60, utilisation: 0.9)
                })
        #expect(score { $0.load.pending = 3 } < 0.7 * rested)
    }

    @Test("Any features give a score between 0 and 1, parts that sum up to it, and four reasons at most")
    func anything() {
        var random = SeededGenerator(seed: 4)
        for _ in 0..<3000 {
            let match = MatchScore.score(random.strangeFeatures())
            #expect(match.score >= 0 && match.score <= 1)
            #expect(abs(match.parts.reduce(0) { $0 + $1.contribution } - match.score) < 1e-9)
            #expect(match.reasons.count <= 4 && !match.reasons.contains(""))
        }
        #expect(MatchScore.score(candidate()).parts.map(\.name) == Match.Part.Name.allCases)
    }

    @Test("The weights of the standing sum to 1")
    func weights() {
        let sum =
            MatchConstants.ratingWeight + MatchConstants.acceptanceWeight + MatchConstants.reliabilityWeight
            + MatchConstants.responseWeight + MatchConstants.successWeight + MatchConstants.fairnessWeight
        #expect(abs(sum - 1) < 1e-12)
        #expect(abs(MatchConstants.spreadShare + MatchConstants.restShare + MatchConstants.goalShare - 1) < 1e-12)
    }
}
