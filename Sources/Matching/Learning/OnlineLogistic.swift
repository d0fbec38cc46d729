/// Logistic regression that learns from one outcome at a time: a Gaussian belief about the weights (Laplace, an extended
/// Kalman step), drawn toward each outcome by as much as it is uncertain.
///
/// With p the prediction, q = p (1 − p), V the covariance and s² = xᵀ V x (+ the variance of the consultant's effect):
///
///     w ← w + V x (y − p) / (1 + q s²)            each weight at most 0.25 at once
///     V ← V − q V x xᵀ V / (1 + q s²)             then a little wider again, up to the prior: what was true may change
///
/// The covariance is kept whole, because the static score is made of the same figures: with variances alone the credit
/// for a good session would be smeared over all of them.
struct OnlineLogistic: Sendable, Codable, Hashable {
    private(set) var weights: [Double]
    /// Row by row.
    private var covariance: [Double]
    private let priors: [Double]

    /// Outcomes after which a belief would be as uncertain as in the beginning if they had taught nothing.
    static let horizon = 30_000.0
    static let largestStep = 0.25

    init(weights: [Double], variances: [Double]) {
        self.weights = weights
        priors = variances
        covariance = [Double](repeating: 0, count: weights.count * weights.count)
        for index in weights.indices { covariance[index * (weights.count + 1)] = variances[index] }
    }

    /// How uncertain each weight is.
    var variances: [Double] { weights.indices.map { covariance[$0 * (weights.count + 1)] } }

    /// Whether these are beliefs about `count` weights.
    func isSound(count: Int) -> Bool {
        weights.count == count && priors.count == count && covariance.count == count * count
            && (weights + covariance + priors).allSatisfy(\.isFinite)
            && zip(variances, priors).allSatisfy { $0 > 0 && $0 <= $1 }
    }

    func logOdds(_ values: [Double]) -> Double {
        var sum = 0.0
        for index in weights.indices { sum += weights[index] * values[index] }
        return sum
    }

    /// Learns one outcome.
    ///
    /// - Parameters:
    ///   - target: 0 to 1.
    ///   - values: what it was predicted from, one for each weight.
    ///   - effect: a belief that is added to the log-odds and learns along, if any.
    mutating func learn(_ target: Double, from values: [Double], effect: inout ConsultantEffect?) {
        let count = weights.count
        let predicted = probability(logOdds: logOdds(values) + (effect?.mean ?? 0))
        let error = target - predicted
        let curvature = predicted * (1 - predicted)
        var reach = [Double](repeating: 0, count: count)
        var spread = effect?.variance ?? 0
        for row in 0..<count {
            for column in 0..<count { reach[row] += covariance[row * count + column] * values[column] }
            spread += reach[row] * values[row]
        }
        let scale = 1 / (1 + curvature * spread)
        for row in 0..<count {
            weights[row] += (reach[row] * error * scale).bounded(-Self.largestStep...Self.largestStep)
            for column in 0..<count {
                covariance[row * count + column] -= curvature * scale * reach[row] * reach[column]
            }
            let diagonal = row * (count + 1)
            covariance[diagonal] = min(covariance[diagonal] + priors[row] / Self.horizon, priors[row])
        }
        effect?.learn(error: error, curvature: curvature, scale: scale)
    }
}

/// How much better or worse a consultant does than the features say, in log-odds: a normal belief around 0.
///
/// It holds what no feature shows (tact, how well they really know it), shrunk toward 0 by lack of evidence, and
/// forgets: half of it after 90 days.
struct ConsultantEffect: Sendable, Hashable {
    private(set) var mean = 0.0
    private(set) var variance = Self.priorVariance
    /// When it last learnt, in microseconds since 1970.
    private(set) var updated: Int64
    private(set) var outcomes = 0

    static let priorVariance = 0.25
    static let halfLife = 90 * 86_400.0

    init(at microseconds: Int64) { updated = microseconds }

    /// What is left of it at a later moment.
    mutating func advance(to microseconds: Int64) {
        guard microseconds > updated else { return }
        let seconds = (Double(microseconds) - Double(updated)) / 1e6
        let kept = ResponseTime.freshness(age: seconds * MatchConstants.responseHalfLife / Self.halfLife)
        mean *= kept
        variance = Self.priorVariance - (Self.priorVariance - variance) * kept * kept
        updated = microseconds
    }

    mutating func learn(error: Double, curvature: Double, scale: Double) {
        let gain = variance * scale
        mean += (gain * error).bounded(-OnlineLogistic.largestStep...OnlineLogistic.largestStep)
        variance *= 1 - curvature * gain
        outcomes += 1
    }
}

extension ConsultantEffect: Codable {
    /// Reads `[mean, variance, updated, outcomes]`: there is one for each consultant.
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        mean = try container.decode(Double.self)
        variance = try container.decode(Double.self)
        updated = try container.decode(Int64.self)
        outcomes = try container.decode(Int.self)
        guard mean.isFinite, variance > 0, variance <= Self.priorVariance else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a belief")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(mean)
        try container.encode(variance)
        try container.encode(updated)
        try container.encode(outcomes)
    }
}
