public import Database
public import Identifiers

/// The model and its guard, which belong together: what is stored after learning and loaded before ranking.
public struct MatchLearner: Sendable, Hashable {
    /// What was learnt.
    public private(set) var model = OutcomeModel()
    /// How much it counts.
    public private(set) var modelGuard = ModelGuard()

    /// Has learnt nothing: ranks as the static score does.
    public init() {}

    /// Takes an outcome: both predict it, the guard compares them, and then the model learns it.
    ///
    /// - Parameters:
    ///   - features: as they were when the consultant was asked.
    ///   - time: when the outcome was known.
    public mutating func learn(
        _ features: MatchFeatures, consultant: UserID, outcome: MatchOutcome, at time: Timestamp
    ) {
        _ = trial(features, consultant: consultant, outcome: outcome, at: time)
    }

    /// The same as `learn`, and what was predicted; nil where the outcome teaches nothing.
    mutating func trial(
        _ features: MatchFeatures, consultant: UserID, outcome: MatchOutcome, at time: Timestamp
    ) -> ModelGuard.Trial? {
        guard let target = outcome.target(averageRating: MatchScore.averageRating(features)) else { return nil }
        let score = MatchScore.score(features).score
        let values = FeatureVector.values(features, score: score)
        let learned = probability(logOdds: model.logOdds(values, of: consultant))
        let trial = modelGuard.observe(score: score, learned: learned, target: target, isGood: outcome.isGood)
        model.learn(target, values: values, consultant: consultant, at: time)
        return trial
    }
}

extension MatchLearner: Codable {
    private enum CodingKeys: String, CodingKey {
        case model
        case modelGuard = "guard"
    }

    /// Reads a stored learner; one of other features, or one that can't have been stored here, is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        model = try container.decode(OutcomeModel.self, forKey: .model)
        modelGuard = try container.decode(ModelGuard.self, forKey: .modelGuard)
        guard modelGuard.isSound else {
            throw DecodingError.dataCorruptedError(
                forKey: .modelGuard, in: container, debugDescription: "not the state of a guard")
        }
    }
}
