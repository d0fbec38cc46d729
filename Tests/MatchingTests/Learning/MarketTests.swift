import Foundation
import Testing

@testable import Matching

/// Prints a line for each market: `swift test --filter MarketTests`; with `CONSULT_MARKET_SEEDS=30` in the environment for
/// as many seeds, which takes some minutes.
@Suite("The simulated market")
struct MarketTests {
    /// Good sessions over some seeds, by the static score and by the learner.
    private struct Comparison {
        var fixed: [Int] = []
        var learned: [Int] = []
        var counted: [Int] = []
        var explanations: [[OutcomeModel.Weight]] = []

        var gain: Double { Double(learned.reduce(0, +)) / Double(fixed.reduce(0, +)) }
        var worst: Double { zip(learned, fixed).map { Double($0) / Double($1) }.min() ?? 0 }
    }

    private func compare(_ name: String, _ rules: Market.Rules, seeds: UInt64) -> Comparison {
        var comparison = Comparison()
        let more = ProcessInfo.processInfo.environment["CONSULT_MARKET_SEEDS"].flatMap { UInt64($0) }
        for seed in 1...max(more ?? seeds, 1) {
            let market = Market(rules, seed: seed)
            let result = market.run(.learned)
            comparison.fixed.append(market.run(.fixed).well)
            comparison.learned.append(result.well)
            comparison.counted.append(result.learned)
            comparison.explanations.append(result.learner.model.explanation)
        }
        func rounded(_ ratio: Double) -> Double { (1000 * ratio).rounded() / 1000 }
        print(
            "market \(name): \(comparison.fixed.count) runs, well rated sessions by the static score",
            "\(comparison.fixed.reduce(0, +)), learnt \(comparison.learned.reduce(0, +)),",
            "ratio \(rounded(comparison.gain)), worst seed \(rounded(comparison.worst));",
            "the model counted for \(comparison.counted.reduce(0, +) / comparison.counted.count) of",
            "\(rules.questions) questions")
        return comparison
    }

    /// The figure that the model counts most in somebody's favour, beside the static score.
    private func favourite(_ explanation: [OutcomeModel.Weight]) -> String? {
        explanation.filter { $0.name != "bias" && $0.name != "formula" }.max { $0.weight < $1.weight }?.name
    }

    @Test("Where people differ in what they take, the learner brings a tenth more good sessions, and says why")
    func reach() {
        let comparison = compare("reach", Market.reach, seeds: 3)
        #expect(comparison.gain > 1.1 && comparison.worst > 1)
        let favourites = comparison.explanations.map(favourite)
        #expect(favourites.count { $0 == "acceptance" } * 10 >= favourites.count * 9)
    }

    @Test("Where people differ in how they treat customers, the learner brings more good sessions")
    func manners() {
        let comparison = compare("manners", Market.manners, seeds: 1)
        #expect(comparison.gain > 1.08 && comparison.worst > 1.02)
    }

    @Test("Where people differ a little in everything, nothing is lost and a little is won")
    func mixed() {
        let comparison = compare("mixed", Market.mixed, seeds: 1)
        #expect(comparison.gain > 1 && comparison.worst > 0.95)
    }

    @Test("Where there is nothing to learn, the static score decides, and nothing is lost")
    func noise() {
        let comparison = compare("noise", Market.noise, seeds: 1)
        #expect(comparison.gain > 0.98 && comparison.worst > 0.95)
        #expect(comparison.counted.reduce(0, +) < 300 * comparison.counted.count)
    }

    @Test("Where what was learnt keeps turning into its opposite, the learner is not meaningfully worse")
    func drift() {
        let comparison = compare("drift", Market.drift, seeds: 2)
        #expect(comparison.gain > 0.97 && comparison.worst > 0.93)
    }

    @Test("A market run twice is the same")
    func repeatable() {
        var rules = Market.mixed
        rules.questions = 300
        let market = Market(rules, seed: 9)
        let (first, second) = (market.run(.learned), market.run(.learned))
        #expect(first.well == second.well && first.learner == second.learner)
        #expect(market.run(.oracle).well > market.run(.fixed).well)
    }
}
