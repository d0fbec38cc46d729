import Database
import Foundation
import Identifiers
import TestSupport
import Testing

@testable import Matching

@Suite("The guard, the ranking, the replay")
struct GuardTests {
    private let start = Timestamp(secondsSince1970: 1_700_000_000)

    /// Outcomes of which the model knows more than the static score, or less.
    private func feed(_ modelGuard: inout ModelGuard, _ count: Int, knows: Bool, random: inout SeededGenerator) {
        for _ in 0..<count {
            let isGood = random.below(2) == 0
            modelGuard.observe(
                score: 0.2 + 0.6 * random.unit(), learned: isGood == knows ? 0.75 : 0.25, target: isGood ? 1 : 0,
                isGood: isGood)
        }
    }

    @Test("The model counts from 200 outcomes on, more by and by, and not at all when it fails")
    func guarded() {
        var (modelGuard, random) = (ModelGuard(), SeededGenerator(seed: 1))
        feed(&modelGuard, 160, knows: true, random: &random)
        #expect(!modelGuard.usesModel && modelGuard.blended(score: 0.4, probability: 0.9) == 0.4)
        feed(&modelGuard, 40, knows: true, random: &random)
        #expect(modelGuard.weight == 0.2)
        feed(&modelGuard, 320, knows: true, random: &random)
        #expect(modelGuard.weight == 0.8 && modelGuard.blended(score: 0, probability: 0.9) == 0)
        #expect(abs(modelGuard.blended(score: 0.4, probability: 0.4) - 0.4) < 1e-9)
        feed(&modelGuard, 80, knows: false, random: &random)
        #expect(modelGuard.weight == 0)
    }

    @Test("A model that says the same as the static score, or less, never counts")
    func useless() {
        var (modelGuard, random) = (ModelGuard(), SeededGenerator(seed: 2))
        for _ in 0..<3000 {
            let score = random.unit()
            let isGood = random.unit() < score
            modelGuard.observe(score: score, learned: 0.5, target: isGood ? 1 : 0, isGood: isGood)
            #expect(!modelGuard.usesModel)
        }
    }

    @Test("The area under the curve: perfect, opposite, ties, one kind only")
    func auc() {
        #expect(Evaluation.auc([(0.1, false), (0.2, false), (0.3, true)]) == 1)
        #expect(Evaluation.auc([(0.9, false), (0.2, true)]) == 0)
        #expect(Evaluation.auc([(0.5, false), (0.5, true)]) == 0.5)
        #expect(Evaluation.auc([(0.1, true)]) == 0.5 && Evaluation.auc([]) == 0.5)
        #expect(abs(Evaluation.loss(0.5, 1) - 0.693147) < 1e-6 && Evaluation.loss(0, 1).isFinite)
    }

    @Test("Without a model the order is the static score's, equals by id, and who scores 0 is left out")
    func staticOrder() throws {
        let candidates = try [("d", 0.5), ("c", 0.5), ("a", 0), ("b", 0.9)].map { name, relevance in
            Candidate(consultant: try #require(UserID(name)), features: candidate { $0.relevance = relevance })
        }
        let order = Ranker.order(candidates, learner: nil, seed: 1)
        #expect(order.map(\.consultant.text) == ["b", "c", "d"])
        #expect(order.allSatisfy { $0.probability == nil && $0.score == $0.match.score && !$0.reasons.isEmpty })
        #expect(Ranker.order(candidates, learner: MatchLearner(), seed: 2) == order)
    }

    @Test("A model that has proven itself changes the order; the same seed gives the same")
    func learntOrder() throws {
        var rules = Market.reach
        rules.questions = 700
        let market = Market(rules, seed: 1)
        let learner = market.run(.learned).learner
        try #require(learner.modelGuard.usesModel)
        let candidates = market.people.map { Candidate(consultant: $0.id, features: candidate()) }
        let order = Ranker.order(candidates, learner: learner, seed: 1)
        #expect(Ranker.seed(of: "a") == 0xAF63_DC4C_8601_EC8C)
        #expect(order == Ranker.order(candidates.reversed(), learner: learner, seed: 1))
        #expect(order.map(\.consultant) != Ranker.order(candidates, learner: nil).map(\.consultant))
        #expect(order.map(\.consultant) != Ranker.order(candidates, learner: learner, seed: 2).map(\.consultant))
        #expect(order.allSatisfy { (0...1).contains($0.score) && $0.probability != nil })
    }

    @Test("A replay of the history gives figures of both, in words and as JSON")
    func replay() throws {
        var random = SeededGenerator(seed: 8)
        let history = try (0..<800).map { second in
            let who = random.below(10)
            let outcome: MatchOutcome =
                random.below(20) == 0 ? .cancelled : random.unit() < Double(who) / 10 ? .completedWell : .declined
            return Replay.Entry(
                features: candidate { $0.relevance = random.unit() }, consultant: try #require(UserID("c\(who)")),
                outcome: outcome, at: start.advanced(by: .seconds(second)))
        }
        let (report, learner) = Replay.evaluate(history.shuffled(using: &random))
        #expect(report == Replay.evaluate(history).report)
        #expect(report.outcomes == 800 && report.learnt == history.count { $0.outcome != .cancelled })
        #expect(report.learned.auc > report.static.auc + 0.1 && report.learned.logLoss < report.static.logLoss)
        #expect(report.learnedIsUsed && learner.modelGuard.usesModel)
        let text = report.description
        #expect(text.hasPrefix("800 outcomes, \(report.learnt) to learn from"))
        #expect(text.contains("the learned model is used, with weight 0.8") && text.contains("answers quickly"))
        let read = try JSONDecoder().decode(Replay.Report.self, from: Data(report.json().utf8))
        #expect(read == report)
        #expect(Replay.evaluate([]).report.description.contains("the static score is used"))
    }
}
