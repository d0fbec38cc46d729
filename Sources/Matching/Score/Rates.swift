/// A mean that starts from what everybody has and moves with evidence: (prior · weight + sum) / (weight + count).
public struct BayesianAverage: Sendable, Hashable {
    /// What is assumed before the first value.
    public let priorMean: Double
    /// How many values that assumption stands for.
    public let priorWeight: Double

    /// An average around a prior.
    public init(priorMean: Double, priorWeight: Double = MatchConstants.ratingPriorWeight) {
        self.priorMean = priorMean
        self.priorWeight = priorWeight
    }

    /// The mean with so many values of this sum.
    public func value(sum: Int, count: Int) -> Double {
        (priorMean * priorWeight + Double(count: sum)) / (priorWeight + Double(count: count))
    }
}

/// A rate of successes with a Beta prior: the mean of Beta(mean · weight + successes, (1 − mean) · weight + failures).
public struct BetaRate: Sendable, Hashable {
    /// What is assumed before the first trial.
    public let mean: Double
    /// How many trials that assumption stands for.
    public let weight: Double

    /// A rate around a prior.
    public init(mean: Double, weight: Double) {
        self.mean = mean
        self.weight = weight
    }

    /// The rate after so many successes and failures, always between 0 and 1 and never at either.
    public func value(successes: Int, failures: Int) -> Double {
        (mean * weight + Double(count: successes)) / (weight + Double(count: successes) + Double(count: failures))
    }
}
