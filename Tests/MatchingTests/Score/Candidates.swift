import Money
import TestSupport

@testable import Matching

/// A candidate of whom little is known, to change what a test is about.
func candidate(_ change: (inout MatchFeatures) -> Void = { _ in }) -> MatchFeatures {
    var features = MatchFeatures(relevance: 0.6, price: .init(rate: Money(amount: 9000, currency: .usd)))
    change(&features)
    return features
}

/// The score of such a candidate.
func score(_ change: (inout MatchFeatures) -> Void = { _ in }) -> Double { MatchScore.score(candidate(change)).score }

extension SeededGenerator {
    /// Evenly between 0 and 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Any number that could arrive, the impossible ones among them.
    mutating func strange() -> Double {
        switch below(8) {
        case 0: .nan
        case 1: .infinity
        case 2: -.infinity
        case 3: -unit()
        case 4: unit() * 1e300
        case 5: 0
        default: unit()
        }
    }

    /// Any count that could arrive.
    mutating func strangeCount() -> Int {
        switch below(6) {
        case 0: .max
        case 1: .min
        case 2: 0
        default: below(50)
        }
    }

    /// Features without any sense.
    mutating func strangeFeatures() -> MatchFeatures {
        MatchFeatures(
            relevance: strange(), meaning: strange(), words: strange(),
            matchedTags: (0..<below(6)).map { "tag\($0)" },
            past: .init(sessions: strangeCount(), stars: below(2) == 0 ? nil : strange()), isAvailable: below(4) != 0,
            answers: .init(accepted: strangeCount(), declined: strangeCount(), expired: strangeCount()),
            ratings: .init(sum: strangeCount(), count: strangeCount(), globalMean: strange()),
            response: .init(seconds: below(3) == 0 ? nil : strange(), age: below(3) == 0 ? nil : strange()),
            sessions: .init(completed: strangeCount(), failed: strangeCount()),
            price: .init(
                rate: Money(amount: Int64(strangeCount()), currency: .usd),
                budget: below(3) == 0
                    ? nil : Money(amount: Int64(strangeCount()), currency: below(2) == 0 ? .usd : .eur)),
            load: .init(
                sessionsLastDay: strangeCount(), peersMean: strange(), sinceLastSession: strange(),
                utilisation: below(3) == 0 ? nil : strange(), pending: strangeCount()))
    }
}
