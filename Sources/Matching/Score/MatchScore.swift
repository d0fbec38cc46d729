internal import Glibc
internal import Money

/// How well a consultant fits a question, by a fixed formula: one pure function from features to a score.
///
///     score    = expertise · (0.4 + 0.6 · standing) · availability · price · pending
///     standing = Σ weight · value   over rating, acceptance, reliability, response, success, fairness
///
/// Each value is between 0 and 1 and never falls when its figure gets better. Expertise multiplies everything, so that
/// nobody wins a question that they know nothing of; price and availability can put an offer out, and never lift it.
/// All numbers are in `MatchConstants`.
public enum MatchScore {
    /// The score of a candidate, with what it is made of.
    public static func score(_ features: MatchFeatures) -> Match { Match(features) }

    /// Relevance, and a part of what it leaves open for sessions on the same tags that went well.
    static func expertise(_ features: MatchFeatures) -> Double {
        let relevance = features.relevance.bounded(0...1)
        return relevance + (1 - relevance) * relevance * MatchConstants.experienceLift * experience(features)
    }

    /// 0 without such sessions; half of their stars' worth after four of them.
    static func experience(_ features: MatchFeatures) -> Double {
        let sessions = Double(count: features.past.sessions)
        let stars = (features.past.stars ?? features.ratings.globalMean).bounded(1...5)
        return sessions / (sessions + MatchConstants.experienceHalf) * (stars - 1) / 4
    }

    /// The average rating that is to be expected of them, 1 to 5.
    static func averageRating(_ features: MatchFeatures) -> Double {
        BayesianAverage(priorMean: features.ratings.globalMean.bounded(1...5))
            .value(sum: features.ratings.sum, count: features.ratings.count).bounded(1...5)
    }

    /// Squared, because people give four stars or five: the difference between those is what counts.
    static func rating(_ features: MatchFeatures) -> Double {
        let share = (averageRating(features) - 1) / 4
        return share * share
    }

    static func acceptance(_ features: MatchFeatures) -> Double {
        MatchConstants.acceptance.value(successes: features.answers.accepted, failures: features.answers.declined)
    }

    static func reliability(_ features: MatchFeatures) -> Double {
        let answered = Double(count: features.answers.accepted) + Double(count: features.answers.declined)
        let rate = MatchConstants.reliability
        return (rate.mean * rate.weight + answered)
            / (rate.weight + answered + Double(count: features.answers.expired))
    }

    static func success(_ features: MatchFeatures) -> Double {
        MatchConstants.success.value(successes: features.sessions.completed, failures: features.sessions.failed)
    }

    /// Half at the prior's 30 seconds.
    static func response(_ features: MatchFeatures) -> Double {
        let seconds = ResponseTime.expected(mean: features.response.seconds, age: features.response.age)
        return MatchConstants.responsePrior / (MatchConstants.responsePrior + seconds)
    }

    /// Who had fewer sessions than the others, has rested, and is below the platform's goal gets a little more.
    static func fairness(_ load: MatchFeatures.Load) -> Double {
        let peers = load.peersMean.bounded(0...1e6) + 1
        let spread = peers / (peers + Double(count: load.sessionsLastDay))
        let rest = load.sinceLastSession.map { 1 - exp(-$0.bounded(0...1e9) / MatchConstants.restSeconds) } ?? 1
        let goal = MatchConstants.utilisationGoal
        let room = ((goal - (load.utilisation ?? 0).bounded(0...1)) / goal).bounded(0...1)
        return MatchConstants.spreadShare * spread + MatchConstants.restShare * rest + MatchConstants.goalShare * room
    }

    /// 1 within the budget or without one, 0 from twice the budget, in between a smooth fall (1 − t² (3 − 2 t)).
    static func price(_ price: MatchFeatures.Price) -> Double {
        guard let budget = price.budget else { return 1 }
        guard budget.currency == price.rate.currency else { return MatchConstants.otherCurrency }
        guard price.rate.amount > budget.amount else { return 1 }
        guard budget.amount > 0 else { return 0 }
        let ratio = Double(price.rate.amount) / Double(budget.amount)
        let over = ((ratio - 1) / (MatchConstants.priceLimit - 1)).bounded(0...1)
        return 1 - over * over * (3 - 2 * over)
    }

    static func pending(_ load: MatchFeatures.Load) -> Double {
        pow(MatchConstants.pendingFactor, Double(count: load.pending))
    }
}
