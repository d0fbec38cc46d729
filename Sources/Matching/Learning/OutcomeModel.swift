public import Database
internal import Glibc
public import Identifiers

/// The probability that an offer becomes a good session, learnt from outcomes as they come.
///
/// A logistic model over a fixed vector of features, the static score's log-odds among them, plus an offset for each
/// consultant. Before the first outcome it orders exactly as the static score does. A value: whoever keeps it stores its
/// JSON.
public struct OutcomeModel: Sendable, Hashable {
    /// Outcomes that it learnt from.
    public private(set) var outcomes = 0
    var logistic: OnlineLogistic
    private(set) var effects: [String: ConsultantEffect] = [:]
    /// Mean and variance of each feature, for what a weight matters.
    private var spreads: [Spread]

    /// Consultants whose offset is remembered; who was longest without an outcome is forgotten first.
    public static let effectLimit = 5000

    /// Knows nothing but the static score.
    public init() {
        logistic = OnlineLogistic(
            weights: FeatureVector.Name.allCases.map(\.priorWeight),
            variances: FeatureVector.Name.allCases.map(\.priorVariance))
        spreads = FeatureVector.Name.allCases.map { _ in Spread() }
    }

    /// The probability, 0 to 1.
    public func predict(_ features: MatchFeatures, consultant: UserID) -> Double {
        probability(
            logOdds: logOdds(FeatureVector.values(features, score: MatchScore.score(features).score), of: consultant))
    }

    /// Learns from an outcome; a cancelled offer teaches nothing.
    public mutating func update(
        _ features: MatchFeatures, consultant: UserID, outcome: MatchOutcome, at time: Timestamp
    ) {
        guard let target = outcome.target(averageRating: MatchScore.averageRating(features)) else { return }
        let values = FeatureVector.values(features, score: MatchScore.score(features).score)
        learn(target, values: values, consultant: consultant, at: time)
    }

    func logOdds(_ values: [Double], of consultant: UserID) -> Double {
        logistic.logOdds(values) + (effects[consultant.text]?.mean ?? 0)
    }

    /// How uncertain a consultant's offset is, as a standard deviation.
    func uncertainty(of consultant: UserID) -> Double {
        (effects[consultant.text]?.variance ?? ConsultantEffect.priorVariance).squareRoot()
    }

    mutating func learn(_ target: Double, values: [Double], consultant: UserID, at time: Timestamp) {
        var effect: ConsultantEffect? =
            effects[consultant.text] ?? ConsultantEffect(at: time.microseconds)
        effect?.advance(to: time.microseconds)
        logistic.learn(target, from: values, effect: &effect)
        effects[consultant.text] = effect
        if effects.count > Self.effectLimit { dropOldest() }
        for index in spreads.indices { spreads[index].add(values[index]) }
        outcomes += 1
    }

    /// A tenth at once, so that this is rare.
    private mutating func dropOldest() {
        let oldest = effects.sorted { ($0.value.updated, $0.key) < ($1.value.updated, $1.key) }
        for (consultant, _) in oldest.prefix(Self.effectLimit / 10) { effects[consultant] = nil }
    }

    /// A running mean and variance.
    struct Spread: Sendable, Codable, Hashable {
        private var count = 0.0
        private var mean = 0.0
        private var squares = 0.0

        mutating func add(_ value: Double) {
            count += 1
            let distance = value - mean
            mean += distance / count
            squares += distance * (value - mean)
        }

        var deviation: Double { count > 1 ? (squares / (count - 1)).squareRoot() : 0 }
    }
}

// MARK: In words

extension OutcomeModel {
    /// What one weight says.
    public struct Weight: Sendable, Codable, Hashable {
        /// The feature.
        public let name: String
        /// Log-odds for each standard width of the feature.
        public let weight: Double
        /// How sure that is, as a standard deviation.
        public let uncertainty: Double
        /// How much the feature moves predictions: the weight's size times how much the feature differs among offers.
        public let influence: Double
        /// What a positive weight means.
        public let meaning: String
    }

    /// The weights in words, the most influential first; the bias, which moves nobody before another, comes last.
    public var explanation: [Weight] {
        let weights = FeatureVector.Name.allCases.enumerated().map { index, name in
            Weight(
                name: name.rawValue, weight: logistic.weights[index],
                uncertainty: logistic.variances[index].squareRoot(),
                influence: abs(logistic.weights[index]) * spreads[index].deviation, meaning: name.meaning)
        }
        return weights.sorted { $0.influence > $1.influence }
    }
}

// MARK: As JSON

extension OutcomeModel: Codable {
    private enum CodingKeys: String, CodingKey {
        case version, features, outcomes, logistic, spreads, consultants
    }

    /// Reads a stored model; one of another version or of other features is a `DecodingError`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let names = FeatureVector.Name.allCases
        guard try container.decode(Int.self, forKey: .version) == FeatureVector.version,
            try container.decode([String].self, forKey: .features) == names.map(\.rawValue)
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container, debugDescription: "a model of other features")
        }
        outcomes = try container.decode(Int.self, forKey: .outcomes)
        logistic = try container.decode(OnlineLogistic.self, forKey: .logistic)
        spreads = try container.decode([Spread].self, forKey: .spreads)
        effects = try container.decode([String: ConsultantEffect].self, forKey: .consultants)
        guard logistic.isSound(count: names.count), spreads.count == names.count else {
            throw DecodingError.dataCorruptedError(
                forKey: .logistic, in: container, debugDescription: "not the beliefs of \(names.count) weights")
        }
    }

    /// Writes version, feature names, beliefs, and the consultants' offsets.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(FeatureVector.version, forKey: .version)
        try container.encode(FeatureVector.Name.allCases.map(\.rawValue), forKey: .features)
        try container.encode(outcomes, forKey: .outcomes)
        try container.encode(logistic, forKey: .logistic)
        try container.encode(spreads, forKey: .spreads)
        try container.encode(effects, forKey: .consultants)
    }
}
