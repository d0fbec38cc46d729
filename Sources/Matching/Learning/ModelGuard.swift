internal import Glibc

/// Decides how much the learnt model counts: nothing until it has proven better than the static score, and nothing again
/// as soon as it has not.
///
/// Each outcome is first predicted by both and only then learnt (progressive evaluation), so neither has seen what it is
/// measured on. The static score is no probability; it becomes one by a line through its log-odds that learns along, so
/// that the model has to know more, not only be better scaled. Every 20 outcomes, over the last 500:
///
/// - fewer than 200 outcomes → 0;
/// - the last 100 were predicted worse than by the static score → 0 at once;
/// - log loss is better by more than 0.004 and by more than one and a half standard errors, and good sessions are ranked higher
///   (AUC) → 0.1 more, up to 0.8;
/// - otherwise → 0.1 less.
public struct ModelGuard: Sendable, Codable, Hashable {
    /// How much the model counts, 0 to 0.8.
    public private(set) var weight = 0.0
    /// Outcomes seen.
    public private(set) var outcomes = 0
    private var calibration = OnlineLogistic(weights: [0, 1], variances: [1, 1])
    private var window: [Trial] = []

    /// Outcomes that are needed before the model counts at all.
    public static let minimumOutcomes = 200
    static let windowSize = 500
    static let recentSize = 100
    static let interval = 20
    static let margin = 0.004
    static let standardErrors = 1.5
    static let step = 0.1
    static let largestWeight = 0.8

    /// Nothing seen, nothing proven.
    public init() {}

    /// Whether the model counts at present.
    public var usesModel: Bool { weight > 0 }

    /// The score to order by: the static score where the model is not proven, else static^(1 − w) · p^w.
    ///
    /// The static score keeps at least a fifth of the say, so that a candidate it rules out stays out.
    public func blended(score: Double, probability: Double) -> Double {
        guard usesModel else { return score }
        return pow(score, 1 - weight) * pow(probability, weight)
    }

    /// What both said before an outcome was known.
    struct Trial: Sendable, Hashable {
        /// The static score.
        var score: Double
        /// The static score as a probability.
        var calibrated: Double
        /// The model's probability.
        var learned: Double
        var target: Double
        var isGood: Bool

        /// How much less the model was surprised.
        var gain: Double { Evaluation.loss(calibrated, target) - Evaluation.loss(learned, target) }
    }

    /// Takes an outcome that `learned` was predicted for.
    @discardableResult
    mutating func observe(score: Double, learned: Double, target: Double, isGood: Bool) -> Trial {
        let values = [1, FeatureVector.logOdds(score)]
        let trial = Trial(
            score: score, calibrated: probability(logOdds: calibration.logOdds(values)), learned: learned,
            target: target, isGood: isGood)
        var none: ConsultantEffect?
        calibration.learn(target, from: values, effect: &none)
        window.append(trial)
        outcomes += 1
        if window.count > Self.windowSize + Self.interval { window.removeFirst(window.count - Self.windowSize) }
        if outcomes.isMultiple(of: Self.interval) { decide() }
        return trial
    }

    private mutating func decide() {
        guard outcomes >= Self.minimumOutcomes, window.count >= Self.minimumOutcomes else {
            weight = 0
            return
        }
        let trials = window.suffix(Self.windowSize)
        let recent = trials.suffix(Self.recentSize)
        if recent.reduce(0, { $0 + $1.gain }) < 0 {
            weight = 0
            return
        }
        let count = Double(trials.count)
        let mean = trials.reduce(0) { $0 + $1.gain } / count
        let variance = trials.reduce(0) { $0 + ($1.gain - mean) * ($1.gain - mean) } / (count - 1)
        let proven =
            mean > Self.margin && mean > Self.standardErrors * (variance / count).squareRoot()
            && Evaluation.auc(trials.map { ($0.learned, $0.isGood) })
                > Evaluation.auc(trials.map { ($0.score, $0.isGood) })
        weight = (weight + (proven ? Self.step : -Self.step)).bounded(0...Self.largestWeight)
        if weight < Self.step / 2 { weight = 0 }
    }
}

extension ModelGuard.Trial: Codable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        score = try container.decode(Double.self)
        calibrated = try container.decode(Double.self)
        learned = try container.decode(Double.self)
        target = try container.decode(Double.self)
        isGood = try container.decode(Bool.self)
    }

    /// Writes `[score, calibrated, learned, target, isGood]`: there are 500 of them.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(score)
        try container.encode(calibrated)
        try container.encode(learned)
        try container.encode(target)
        try container.encode(isGood)
    }
}

/// Measures of predictions.
enum Evaluation {
    /// How surprised a prediction is by what came, in nats.
    static func loss(_ predicted: Double, _ target: Double) -> Double {
        let predicted = predicted.bounded(1e-6...(1 - 1e-6))
        return -target * log(predicted) - (1 - target) * log(1 - predicted)
    }

    /// How often a good one is put before a bad one, ties half; 0.5 where there is only one kind.
    static func auc(_ predictions: [(value: Double, isGood: Bool)]) -> Double {
        let sorted = predictions.sorted { $0.value < $1.value }
        var (wins, bad, start) = (0.0, 0.0, 0)
        while start < sorted.count {
            var (end, good, ties) = (start, 0.0, 0.0)
            while end < sorted.count, sorted[end].value == sorted[start].value {
                if sorted[end].isGood { good += 1 } else { ties += 1 }
                end += 1
            }
            wins += good * (bad + ties / 2)
            bad += ties
            start = end
        }
        let good = Double(sorted.count) - bad
        return good > 0 && bad > 0 ? wins / (good * bad) : 0.5
    }
}
