import Database
import Foundation
import Identifiers
import TestSupport
import Testing

@testable import Matching

@Suite("The learnt model")
struct ModelTests {
    private let anna: UserID
    private let ben: UserID
    private let start = Timestamp(secondsSince1970: 1_700_000_000)

    init() throws {
        anna = try #require(UserID("anna"))
        ben = try #require(UserID("ben"))
    }

    @Test("Before the first outcome it orders exactly as the static score")
    func initialOrder() {
        var random = SeededGenerator(seed: 7)
        let all = (0..<200).map { _ in
            candidate {
                $0.relevance = random.unit()
                $0.ratings = .init(sum: random.below(40), count: 10)
                $0.answers = .init(accepted: random.below(9), declined: random.below(9))
            }
        }
        let model = OutcomeModel()
        let byScore = all.sorted { MatchScore.score($0).score < MatchScore.score($1).score }
        let byModel = all.sorted { model.predict($0, consultant: anna) < model.predict($1, consultant: anna) }
        #expect(byScore == byModel)
    }

    @Test("What no feature shows is learnt of each consultant, shrunk, and forgotten again")
    func effects() {
        var model = OutcomeModel()
        for minute in 0..<40 {
            let time = start.advanced(by: .seconds(minute * 60))
            model.update(candidate(), consultant: anna, outcome: .completedWell, at: time)
            model.update(candidate(), consultant: ben, outcome: .completedBadly, at: time)
        }
        let (better, worse) = (
            model.predict(candidate(), consultant: anna), model.predict(candidate(), consultant: ben)
        )
        #expect(better > 0.6 && worse < 0.4 && better < 0.95 && worse > 0.05)
        #expect(model.uncertainty(of: anna) < ConsultantEffect.priorVariance.squareRoot())

        var effect = ConsultantEffect(at: 0)
        effect.learn(error: 1, curvature: 0.25, scale: 1)
        let learnt = effect
        effect.advance(to: Int64(ConsultantEffect.halfLife * 1e6))
        #expect(abs(effect.mean - learnt.mean / 2) < 1e-9 && effect.variance > learnt.variance)
        effect.advance(to: 0)
        #expect(effect.updated == Int64(ConsultantEffect.halfLife * 1e6))
    }

    @Test("A cancelled offer teaches nothing, an unrated session as much as the average rating says")
    func targets() {
        var model = OutcomeModel()
        model.update(candidate(), consultant: anna, outcome: .cancelled, at: start)
        #expect(model == OutcomeModel())
        #expect(MatchOutcome.completed.target(averageRating: 4.2) == 0.8)
        #expect(MatchOutcome.allCases.filter(\.isGood) == [.completed, .completedWell])
        #expect(MatchOutcome(rawValue: "completed_badly") == .completedBadly)
    }

    @Test("No outcome moves a weight far, and no features break it")
    func bounded() {
        var random = SeededGenerator(seed: 3)
        var model = OutcomeModel()
        for second in 0..<1500 {
            let before = model.logistic.weights
            let outcome = MatchOutcome.allCases[random.below(MatchOutcome.allCases.count)]
            model.update(
                random.strangeFeatures(), consultant: random.below(2) == 0 ? anna : ben, outcome: outcome,
                at: start.advanced(by: .seconds(second)))
            #expect(zip(before, model.logistic.weights).allSatisfy { abs($0 - $1) <= 0.25 + 1e-9 })
            let predicted = model.predict(random.strangeFeatures(), consultant: anna)
            #expect(predicted > 0 && predicted < 1)
        }
        #expect(model.logistic.isSound(count: FeatureVector.Name.allCases.count))
    }

    @Test("The memory of consultants is bounded; who was longest without an outcome is forgotten")
    func memory() throws {
        var model = OutcomeModel()
        let values = FeatureVector.values(candidate(), score: 0.5)
        for number in 0...OutcomeModel.effectLimit {
            let id = try #require(UserID("c\(number)"))
            model.learn(1, values: values, consultant: id, at: start.advanced(by: .seconds(number)))
        }
        #expect(model.effects.count == OutcomeModel.effectLimit * 9 / 10 + 1)
        #expect(model.effects["c0"] == nil && model.effects["c\(OutcomeModel.effectLimit)"] != nil)
    }

    @Test("A learner travels as JSON; a model of other features is refused")
    func json() throws {
        var learner = MatchLearner()
        for second in 0..<50 {
            learner.learn(
                candidate { $0.relevance = Double(second) / 50 }, consultant: anna,
                outcome: second < 20 ? .declined : .completedWell, at: start.advanced(by: .seconds(second)))
        }
        let data = try JSONEncoder().encode(learner)
        let read = try JSONDecoder().decode(MatchLearner.self, from: data)
        #expect(read.model.outcomes == 50 && read.modelGuard.outcomes == 50)
        #expect(
            read.model.predict(candidate(), consultant: anna) == learner.model.predict(candidate(), consultant: anna))
        let text = String(decoding: data, as: UTF8.self)
        for (found, put) in [("\"version\":1", "\"version\":99"), ("\"relevance\",", "\"elegance\","), ("0.25", "-1")] {
            let other = Data(text.replacingOccurrences(of: found, with: put).utf8)
            #expect(other != data)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(MatchLearner.self, from: other) }
        }
    }

    @Test("The explanation has each weight with its meaning, the most influential first")
    func explanation() {
        var model = OutcomeModel()
        var random = SeededGenerator(seed: 5)
        for second in 0..<600 {
            let isQuick = random.below(2) == 0
            model.update(
                candidate { $0.response = .init(seconds: isQuick ? 5 : 100, age: 0) }, consultant: anna,
                outcome: isQuick ? .completedWell : .declined, at: start.advanced(by: .seconds(second)))
        }
        let explanation = model.explanation
        #expect(
            explanation.count == FeatureVector.Name.allCases.count && explanation.last?.name == "bias"
                || explanation.last?.influence == 0)
        #expect(explanation.first?.name == "response" && explanation.first?.meaning == "answers quickly")
        #expect(explanation.map(\.influence) == explanation.map(\.influence).sorted(by: >))
    }
}
