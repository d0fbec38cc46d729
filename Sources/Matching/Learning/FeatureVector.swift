internal import Glibc
internal import Money

/// The features as the learner sees them: about 0 on average, about 1 wide, higher where the static score expects better.
///
/// The order and the scales belong to `version`: whoever changes them raises it, and a stored model of another version
/// is learnt anew from the stored outcomes.
enum FeatureVector {
    static let version = 1

    /// One entry of the vector.
    enum Name: String, CaseIterable, Codable, Sendable {
        case bias, formula, relevance, experience, rating, response, reliability, acceptance, success, price, fairness
        case unknown

        /// What a positive weight means, in words.
        var meaning: String {
            switch self {
            case .bias: "how often an offer becomes a good session at all"
            case .formula: "the static score as a whole"
            case .relevance: "the profile fits the question"
            case .experience: "good sessions on the same tags before"
            case .rating: "customers' stars above the average"
            case .response: "answers quickly"
            case .reliability: "answers at all when asked"
            case .acceptance: "takes what is asked"
            case .success: "sessions end as they should"
            case .price: "costs less than the budget"
            case .fairness: "had less to do than others"
            case .unknown: "has few ratings yet"
            }
        }

        /// What the model starts from: exactly the static score's order.
        var priorWeight: Double {
            switch self {
            case .formula: 1
            case .bias, .relevance, .experience, .rating, .response, .reliability, .acceptance, .success, .price,
                .fairness, .unknown:
                0
            }
        }

        /// How far the truth may be from that, as a variance.
        var priorVariance: Double {
            switch self {
            case .bias: 1
            case .formula, .relevance, .experience, .rating, .response, .reliability, .acceptance, .success, .price,
                .fairness, .unknown:
                0.06
            }
        }
    }

    static func values(_ features: MatchFeatures, score: Double) -> [Double] {
        let mean = features.ratings.globalMean.bounded(1...5)
        let seconds = ResponseTime.expected(mean: features.response.seconds, age: features.response.age)
        return [
            1,
            logOdds(score),
            (features.relevance.bounded(0...1) - 0.5) / 0.25,
            MatchScore.experience(features) / 0.25 - 1,
            ((MatchScore.averageRating(features) - mean) / 0.2).bounded(-3...3),
            (log2(MatchConstants.responsePrior / max(seconds, 1)) / 1.5).bounded(-3...3),
            distance(MatchScore.reliability(features), from: MatchConstants.reliability),
            distance(MatchScore.acceptance(features), from: MatchConstants.acceptance),
            distance(MatchScore.success(features), from: MatchConstants.success),
            price(features.price),
            (MatchScore.fairness(features.load) - 0.75) / 0.2,
            (MatchConstants.ratingPriorWeight
                / (MatchConstants.ratingPriorWeight + Double(count: features.ratings.count)) - 0.5) / 0.35,
        ]
    }

    /// Log-odds, bounded so that a single candidate can't move a weight far.
    static func logOdds(_ probability: Double) -> Double {
        let bounded = probability.bounded(0.001...0.999)
        return log(bounded / (1 - bounded))
    }

    private static func distance(_ rate: Double, from prior: BetaRate) -> Double {
        (logOdds(rate) - logOdds(prior.mean)).bounded(-3...3)
    }

    /// 1 at half the budget, −1 at twice the budget; 0 where they can't be compared.
    private static func price(_ price: MatchFeatures.Price) -> Double {
        guard let budget = price.budget, budget.currency == price.rate.currency, budget.amount > 0 else { return 0 }
        return -log2(max(Double(price.rate.amount), 1) / Double(budget.amount)).bounded(-1...1)
    }
}

/// The probability of these log-odds.
func probability(logOdds: Double) -> Double { 1 / (1 + exp(-logOdds.bounded(-30...30))) }
