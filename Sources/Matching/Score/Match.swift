/// A candidate's score, what it is made of, and why in words.
public struct Match: Sendable, Hashable {
    /// What it was made from.
    public let features: MatchFeatures
    /// 0 to 1.
    public let score: Double

    init(_ features: MatchFeatures) {
        self.features = features
        let standing = Self.standing(features).reduce(0) { $0 + $1.contribution }
        let factors =
            MatchScore.expertise(features) * (features.isAvailable ? 1 : 0) * MatchScore.price(features.price)
            * MatchScore.pending(features.load)
        score = (factors * (MatchConstants.base + (1 - MatchConstants.base) * standing)).bounded(0...1)
    }

    /// One thing that makes the score, by its share of it.
    public struct Part: Sendable, Codable, Hashable {
        /// What it is.
        public enum Name: String, Sendable, Codable, CaseIterable {
            /// Relevance and experience.
            case expertise
            /// Customers' stars.
            case rating
            /// Taking what one is asked.
            case acceptance
            /// Answering at all.
            case reliability
            /// Answering quickly.
            case response
            /// Sessions that ended well.
            case success
            /// Taking turns.
            case fairness
            /// What being away takes off.
            case availability
            /// What being over budget takes off.
            case price
            /// What other requests in waiting take off.
            case pending
        }

        /// What it is.
        public let name: Name
        /// How much of the score it is; below 0 where it takes something off.
        public let contribution: Double
    }

    /// What the score is made of; the contributions sum up to the score.
    public var parts: [Part] {
        let expertise = MatchScore.expertise(features)
        var parts = [Part(name: .expertise, contribution: expertise * MatchConstants.base)]
        parts += Self.standing(features).map { part in
            Part(name: part.name, contribution: expertise * (1 - MatchConstants.base) * part.contribution)
        }
        var sum = parts.reduce(0) { $0 + $1.contribution }
        let factors: [(Part.Name, Double)] = [
            (.availability, features.isAvailable ? 1 : 0),
            (.price, MatchScore.price(features.price)),
            (.pending, MatchScore.pending(features.load)),
        ]
        for (name, factor) in factors {
            parts.append(Part(name: name, contribution: sum * (factor - 1)))
            sum *= factor
        }
        return parts
    }

    /// Why, in a few short texts that the customer and the consultant both see; best first, four at most, and nothing
    /// that is not in the features.
    public var reasons: [String] { MatchReasons.texts(features) }

    private static func standing(_ features: MatchFeatures) -> [Part] {
        [
            Part(name: .rating, contribution: MatchConstants.ratingWeight * MatchScore.rating(features)),
            Part(name: .acceptance, contribution: MatchConstants.acceptanceWeight * MatchScore.acceptance(features)),
            Part(name: .reliability, contribution: MatchConstants.reliabilityWeight * MatchScore.reliability(features)),
            Part(name: .response, contribution: MatchConstants.responseWeight * MatchScore.response(features)),
            Part(name: .success, contribution: MatchConstants.successWeight * MatchScore.success(features)),
            Part(name: .fairness, contribution: MatchConstants.fairnessWeight * MatchScore.fairness(features.load)),
        ]
    }
}
