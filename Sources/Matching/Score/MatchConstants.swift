/// Every number of the score in one table; `docs/scoring.md` explains the formula.
///
/// | what | numbers | why |
/// |---|---|---|
/// | shape | 0.4 + 0.6 · standing | the best standing makes up for 2.5 times the relevance, and never for none |
/// | weights of the standing | rating 0.30, acceptance 0.16, reliability 0.14, response 0.14, success 0.14, fairness 0.12 | sum to 1 |
/// | experience | 0.35 of what relevance leaves open, half of it after 4 sessions | done it before |
/// | rating | prior: the platform's mean, weight 8 | one five-star review does not win |
/// | rates | prior means 0.6, 0.8, 0.9, weight 5, 5, 8 | a newcomer is taken for the average |
/// | response | half of it at 30 s, prior 30 s, halves its distance from it in 14 days | old speed is no speed |
/// | price | 1 up to the budget, 0 from twice the budget, 0.85 in another currency | over budget falls smoothly |
/// | fairness | spread 0.5, rest 0.2 (2 h), below the goal of 0.8: 0.3 | equals take turns |
/// | pending | 0.85 for each | who is being asked already may be gone |
public enum MatchConstants {
    /// What relevance alone is worth; the standing adds the rest.
    public static let base = 0.4

    /// Weights of the standing; they sum to 1.
    public static let ratingWeight = 0.30
    /// Weight of taking what one is asked.
    public static let acceptanceWeight = 0.16
    /// Weight of answering at all.
    public static let reliabilityWeight = 0.14
    /// Weight of answering quickly.
    public static let responseWeight = 0.14
    /// Weight of sessions that ended well.
    public static let successWeight = 0.14
    /// Weight of taking turns.
    public static let fairnessWeight = 0.12

    /// The share of what relevance leaves open that experience can fill, in proportion to relevance.
    public static let experienceLift = 0.35
    /// Sessions on a tag that are worth half of all there could be.
    public static let experienceHalf = 4.0

    /// The mean of ratings where the platform has none.
    public static let ratingMean = 4.5
    /// How many ratings the platform's mean stands for.
    public static let ratingPriorWeight = 8.0

    /// How often somebody takes a request that is answered.
    public static let acceptance = BetaRate(mean: 0.6, weight: 5)
    /// How often somebody answers at all.
    public static let reliability = BetaRate(mean: 0.8, weight: 5)
    /// How often a session ends well.
    public static let success = BetaRate(mean: 0.9, weight: 8)

    /// Seconds until an answer where nothing is known, and what is worth half.
    public static let responsePrior = 30.0
    /// Seconds after which a mean response time is half forgotten: 14 days.
    public static let responseHalfLife = 14 * 86_400.0
    /// How much of a fresh mean a new answer replaces.
    public static let responseStep = 0.2
    /// The longest answer that counts: what is longer was no answer to a live request.
    public static let responseLongest = 3600.0

    /// The multiple of the budget from which an offer is out.
    public static let priceLimit = 2.0
    /// The factor of an offer whose currency is not the budget's: neither praised nor out.
    public static let otherCurrency = 0.85

    /// The platform's goal: the share of time online that is spent in calls.
    public static let utilisationGoal = 0.8
    /// Parts of fairness: few sessions beside the others', a long rest, below the goal.
    public static let spreadShare = 0.5
    /// Weight of the time since the last session.
    public static let restShare = 0.2
    /// Weight of the distance from the goal.
    public static let goalShare = 0.3
    /// Seconds of rest worth 63 %.
    public static let restSeconds = 7200.0
    /// The factor for each request that waits for their answer.
    public static let pendingFactor = 0.85

    /// The most reasons that are shown.
    public static let reasonLimit = 4
}
