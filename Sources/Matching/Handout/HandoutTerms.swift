/// How questions are handed out.
public struct HandoutTerms: Sendable, Hashable {
    /// How many are asked at the same time.
    public var width = 3
    /// How long a consultant has to answer.
    public var answer = Duration.seconds(20)
    /// How long somebody is looked for.
    public var lifetime = Duration.seconds(900)
    /// How often a question in line is looked at, should nothing else happen.
    public var patience = Duration.seconds(15)
    /// Requests that may wait for one consultant at the same time.
    public var pendingPerConsultant = 3

    /// The product's own terms.
    public init() {}
}
