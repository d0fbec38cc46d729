internal import Glibc

/// Decides how much the learnt model counts: nothing until it has proven better than the static score, and nothing again
/// as soon as it has not.
///
/// Each outcome is first predicted by both and only then learnt (progressive evaluation), so neither has seen what it is
/// measured on. The static score is no probability; it becomes one by a line through its log-odds that learns along, so
/// that the model has to know more, not only be better scaled. Every 40 outcomes, over the last 1000:
///
/// - fewer than 200 outcomes → 0;
/// - the last 100 surprised the model more than the static score, by 0.015 on average → 0 at once;
/// - it is surprised less (log loss) by more than 0.001 and by more than a standard error, and ranks good sessions higher
///   (AUC) → 0.2 more, up to 0.8;
/// - it counts already, and still does both, by however little → 0.2 more: who is asked by the model's order differs less,
///   which makes its advantage harder to see;
/// - otherwise → 0.2 less.
public struct ModelGuard: Sendable, Codable, Hashable {
    /// How much the model counts, 0 to 0.8.
    public private(set) var weight = 0.0
    /// Outcomes seen.
    public private(set) var outcomes = 0
    private var calibration = OnlineLogistic(weights: [0, 1], variances: [1, 1])
    private var window: [Trial] = []

    /// Outcomes that are needed before the model counts at all.
    public static let minimumOutcomes = 200
    static let windowSize = 1000
    static let recentSize = 100
    static let interval = 40
    static let setback = 0.015
    static let margin = 0.001
    static let standardErrors = 1.0
    static let step = 0.2
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

    /// Whether what was read can have been stored by a guard.
    var isSound: Bool {
        (0...Self.largestWeight).contains(weight) && calibration.isSound(count: 2)
            && window.allSatisfy { trial in
                [trial.score, trial.calibrated, trial.learned, trial.target].allSatisfy { (0...1).contains($0) }
            }
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

        init(score: Double, calibrated: Double, learned: Double, target: Double, isGood: Bool) {
            (self.score, self.calibrated) = (Self.stored(score), Self.stored(calibrated))
            (self.learned, self.target, self.isGood) = (Self.stored(learned), target, isGood)
        }

        /// To six places: more would only make the stored text longer.
        private static func stored(_ value: Double) -> Double { (value * 1e6).rounded() / 1e6 }

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
        if recent.reduce(0, { $0 + $1.gain }) < -Self.setback * Double(recent.count) {
            weight = 0
            return
        }
        let count = Double(trials.count)
        let mean = trials.reduce(0) { $0 + $1.gain } / count
        let variance = trials.reduce(0) { $0 + ($1.gain - mean) * ($1.gain - mean) } / (count - 1)
        let isProven = mean > Self.margin && mean > Self.standardErrors * (variance / count).squareRoot()
        let holds = isProven || (usesModel && mean > 0)
        let isBetter = holds && auc(trials, of: \.learned) > auc(trials, of: \.score)
        weight = (weight + (isBetter ? Self.step : -Self.step)).bounded(0...Self.largestWeight)
        if weight < Self.step / 2 { weight = 0 }
    }

    private func auc(_ trials: ArraySlice<Trial>, of value: (Trial) -> Double) -> Double {
        Evaluation.auc(trials.map { (value($0), $0.isGood) })
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

    /// Writes `[score, calibrated, learned, target, isGood]`: there are a thousand of them.
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
