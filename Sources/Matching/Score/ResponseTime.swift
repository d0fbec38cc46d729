internal import Glibc

/// How quickly somebody answers, as a mean that forgets.
public enum ResponseTime {
    /// The mean after one more answer.
    ///
    /// A new answer replaces a fifth of a fresh mean, and more of an old one: after `age` seconds the old mean counts
    /// 0.8 · 2^(−age / 14 days).
    ///
    /// - Parameters:
    ///   - mean: what was kept so far; nil before the first answer.
    ///   - sample: seconds that this answer took; anything above an hour counts as an hour.
    ///   - age: seconds since the answer before.
    public static func updated(mean: Double?, sample: Double, age: Double) -> Double {
        let sample = sample.bounded(0...MatchConstants.responseLongest)
        guard let mean else { return sample }
        let kept = (1 - MatchConstants.responseStep) * freshness(age: age)
        return kept * mean.bounded(0...MatchConstants.responseLongest) + (1 - kept) * sample
    }

    /// What is to be expected now: the mean, drawn toward the prior the older it is.
    ///
    /// - Parameters:
    ///   - mean: what was kept; nil before the first answer.
    ///   - age: seconds since the last answer; nil counts as fresh.
    public static func expected(mean: Double?, age: Double?) -> Double {
        guard let mean else { return MatchConstants.responsePrior }
        let distance = mean.bounded(0...MatchConstants.responseLongest) - MatchConstants.responsePrior
        return MatchConstants.responsePrior + distance * freshness(age: age ?? 0)
    }

    /// 1 for a fresh mean, half of it for each 14 days.
    static func freshness(age: Double) -> Double {
        exp2(-age.bounded(0...1e9) / MatchConstants.responseHalfLife)
    }
}
