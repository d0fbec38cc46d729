/// What a request came to in the end.
///
/// | outcome | target | good |
/// |---|---|---|
/// | declined, expired | 0 | no: the customer had to wait for nothing |
/// | failed, completed_badly | 0 | no |
/// | completed | what their average rating says, (average − 1) / 4: silence is no praise | yes |
/// | completed_well | 1 | yes |
/// | cancelled | – | the customer left: it says nothing about the consultant |
public enum MatchOutcome: String, Sendable, Codable, CaseIterable {
    /// The consultant refused.
    case declined
    /// The consultant did not answer in time.
    case expired
    /// Accepted, and then the customer did not come or called it off.
    case cancelled
    /// The session did not come about or broke.
    case failed
    /// The session was held and nobody rated it.
    case completed
    /// The session was held and rated four stars or more.
    case completedWell = "completed_well"
    /// The session was held and rated three stars or fewer.
    case completedBadly = "completed_badly"

    /// What the model is to predict; nil where nothing is to be learnt.
    ///
    /// - Parameter averageRating: what their next rating is expected to be, 1 to 5.
    func target(averageRating: Double) -> Double? {
        switch self {
        case .declined, .expired, .failed, .completedBadly: 0
        case .completed: (averageRating.bounded(1...5) - 1) / 4
        case .completedWell: 1
        case .cancelled: nil
        }
    }

    /// Whether it was a good session.
    public var isGood: Bool {
        switch self {
        case .completed, .completedWell: true
        case .declined, .expired, .cancelled, .failed, .completedBadly: false
        }
    }
}
