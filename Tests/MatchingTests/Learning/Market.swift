import Identifiers
import TestSupport

@testable import Matching

/// A market with people whose true qualities no feature shows directly.
///
/// Chance is a function of (seed, question, consultant, what), never of what happened before: two policies in the same
/// market meet the same questions, and the same consultant asked the same question answers both alike.
struct Market {
    /// How a market differs from others.
    struct Rules {
        var questions = 2000
        var consultants = 60
        /// The share of them that is online, changing every 50 questions.
        var online = 0.4
        /// Seconds between questions, and of a session.
        var interval = 75.0
        var session = 600.0
        /// How many are asked, one after the other, before the customer gives up.
        var attempts = 2
        /// The range of how often somebody takes what they are asked.
        var acceptance = 0.6...0.9
        /// How much a consultant's manners and skill move the odds that a session ends well.
        var manners = 1.0
        var skill = 1.0
        /// How far a profile is from the truth.
        var exaggeration = 0.3
        /// After so many questions everybody turns into their opposite; 0 for never.
        var turn = 0
        /// Whether features are chance and say nothing.
        var isNoise = false
    }

    /// Some take nearly everything they are asked, some nearly nothing; those who do come are alike.
    static let reach = Rules(acceptance: 0.1...0.95, manners: 0.3, skill: 0.3)
    /// Everybody comes, and not everybody is good company.
    static let manners = Rules(acceptance: 0.8...0.9, manners: 2.5, skill: 0.3)
    /// A little of everything.
    static let mixed = Rules(acceptance: 0.3...0.95, manners: 1.5, skill: 1)
    /// All are alike, and profiles are chance: there is nothing to learn.
    static let noise = Rules(acceptance: 0.7...0.7, manners: 0, skill: 0, isNoise: true)
    /// What was learnt turns into its opposite again and again.
    static let drift = Rules(acceptance: 0.1...0.9, manners: 2, turn: 250)

    /// What is true of somebody, and hidden.
    struct Person {
        let id: UserID
        /// For each topic, 0 to 1.
        let skill: [Double]
        /// What the profile says.
        let claimed: [Double]
        let acceptance: Double
        let reliability: Double
        /// −1 to 1.
        let manners: Double
        let seconds: Double
        let rate: Int64
    }

    static let topics = 4
    let rules: Rules
    let seed: UInt64
    let people: [Person]

    init(_ rules: Rules, seed: UInt64) {
        self.rules = rules
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        people = (0..<rules.consultants).compactMap { index in
            let skill = (0..<Self.topics).map { _ in random.unit() }
            let claimed = skill.map { skill in
                (skill + rules.exaggeration * (2 * random.unit() - 1)).bounded(0...1)
            }
            let range = rules.acceptance
            return UserID("consultant-\(index)").map { id in
                Person(
                    id: id, skill: skill, claimed: claimed,
                    acceptance: range.lowerBound + (range.upperBound - range.lowerBound) * random.unit(),
                    reliability: 0.8 + 0.2 * random.unit(), manners: 2 * random.unit() - 1,
                    seconds: 4 + 50 * random.unit(), rate: 4000 + Int64(random.below(80)) * 100)
            }
        }
    }

    /// Evenly between 0 and 1, the same for the same question, person and purpose.
    func chance(_ question: Int, _ person: Int, _ purpose: Purpose) -> Double {
        let place = UInt64(question) << 24 | UInt64(person) << 8 | UInt64(purpose.rawValue)
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9 &+ place)
        return random.unit()
    }

    enum Purpose: UInt8 {
        case topic, answers, accepts, breaks, good, rates, budget, noise, online
    }

    /// How likely a person takes a question.
    func acceptance(_ question: Int, _ person: Int) -> Double { turned(question, people[person].acceptance) }

    /// How likely a session of theirs is a good one.
    func quality(_ question: Int, _ person: Int, topic: Int) -> Double {
        let manners = 2 * turned(question, (people[person].manners + 1) / 2) - 1
        let skill = 2 * people[person].skill[topic] - 1
        return probability(logOdds: 0.6 + rules.manners * manners + rules.skill * skill)
    }

    /// How likely an offer becomes a good session.
    func truth(_ question: Int, _ person: Int, topic: Int) -> Double {
        people[person].reliability * acceptance(question, person) * quality(question, person, topic: topic)
    }

    private func turned(_ question: Int, _ value: Double) -> Double {
        rules.turn > 0 && (question / rules.turn) % 2 == 1 ? 1 - value : value
    }

    /// What became of a market under a policy.
    struct Result {
        var well = 0
        var badly = 0
        var unrated = 0
        var unanswered = 0
        var learner = MatchLearner()
        /// Questions during which the model counted.
        var learned = 0
    }

    /// Who decides.
    enum Policy {
        /// The static score.
        case fixed
        /// What was learnt, where the guard lets it.
        case learned
        /// Somebody who knows the truth: how good it could be.
        case oracle
    }

    /// Runs the market under a policy.
    func run(_ policy: Policy) -> Result {
        var run = MarketRun(market: self, policy: policy)
        for question in 0..<rules.questions { run.ask(question) }
        return run.result
    }
}
