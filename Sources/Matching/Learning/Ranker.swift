internal import Glibc
public import Identifiers

/// Somebody who could be asked.
public struct Candidate: Sendable, Hashable {
    /// Who.
    public let consultant: UserID
    /// What is known of them.
    public let features: MatchFeatures

    /// A consultant and what is known of them.
    public init(consultant: UserID, features: MatchFeatures) {
        self.consultant = consultant
        self.features = features
    }
}

/// A candidate with the score that they are ordered by.
public struct ScoredCandidate: Sendable, Hashable {
    /// Who.
    public let consultant: UserID
    /// The static score, what it is made of, and the reasons.
    public let match: Match
    /// What is shown, 0 to 1: the static score, or its blend with what was learnt.
    public let score: Double
    /// The learnt probability of a good session; nil where the model does not count.
    public let probability: Double?
    /// What they are ordered by: the score, with the exploration in it.
    let rank: Double

    /// Why, in words.
    public var reasons: [String] { match.reasons }
}

/// Orders candidates: by the static score, and by what was learnt once that has proven better.
public enum Ranker {
    /// The best first. Who scores 0 (knows nothing of it, is away, costs twice the budget) is left out.
    ///
    /// While the model counts, each candidate's log-odds are moved by a random amount, half as wide as their offset is
    /// uncertain (a cautious Thompson sampling): somebody of whom little is known gets a chance now and then, and the
    /// model learns about them. The same seed gives the same order; without a model there is no chance in it.
    ///
    /// - Parameters:
    ///   - learner: nil where nothing was learnt.
    ///   - seed: of the exploration: `seed(of:)` of the question's id.
    public static func order(_ candidates: [Candidate], learner: MatchLearner?, seed: UInt64 = 0) -> [ScoredCandidate] {
        let active = learner.flatMap { $0.modelGuard.usesModel ? $0 : nil }
        let scored = candidates.map { weighed($0, learner: active, seed: seed) }.filter { $0.score > 0 }
        let order = scored.indices.sorted { left, right in
            if scored[left].rank != scored[right].rank { return scored[left].rank > scored[right].rank }
            return scored[left].consultant.text < scored[right].consultant.text
        }
        return order.map { scored[$0] }
    }

    /// A seed that is the same for the same text in every process (FNV-1a).
    public static func seed(of text: String) -> UInt64 { hashed(text, from: 0xCBF2_9CE4_8422_2325) }

    /// How wide the exploration is beside a consultant's uncertainty.
    static let exploration = 0.5

    private static func weighed(_ candidate: Candidate, learner: MatchLearner?, seed: UInt64) -> ScoredCandidate {
        let match = MatchScore.score(candidate.features)
        guard let learner else {
            return ScoredCandidate(
                consultant: candidate.consultant, match: match, score: match.score, probability: nil,
                rank: match.score)
        }
        let (model, modelGuard) = (learner.model, learner.modelGuard)
        let logOdds = model.logOdds(
            FeatureVector.values(candidate.features, score: match.score), of: candidate.consultant)
        let moved =
            logOdds + exploration * model.uncertainty(of: candidate.consultant)
            * normal(seed: seed, of: candidate.consultant)
        let learned = probability(logOdds: logOdds)
        return ScoredCandidate(
            consultant: candidate.consultant, match: match,
            score: modelGuard.blended(score: match.score, probability: learned), probability: learned,
            rank: modelGuard.blended(score: match.score, probability: probability(logOdds: moved)))
    }

    /// A standard normal number of this seed and this consultant (SplitMix64's mixer, Box and Muller).
    private static func normal(seed: UInt64, of consultant: UserID) -> Double {
        let hash = hashed(consultant.text, from: 0xCBF2_9CE4_8422_2325 ^ mixed(seed))
        let (first, second) = (unit(mixed(hash)), unit(mixed(hash ^ 0x9E37_79B9_7F4A_7C15)))
        return (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
    }

    private static func hashed(_ text: String, from start: UInt64) -> UInt64 {
        text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Above 0, at most 1.
    private static func unit(_ bits: UInt64) -> Double { (Double(bits >> 11) + 1) * 0x1p-53 }
}
