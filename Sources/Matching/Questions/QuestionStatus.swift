internal import Database

/// What a customer is told about a question while somebody is looked for. `question.status` carries it, too.
public struct QuestionStatus: Sendable, Hashable, Codable {
    /// Where it stands.
    public let state: QuestionState
    /// How many are being asked now.
    public let asked: Int
    /// Whether it is in line, because nobody who fits can be asked.
    public let waiting: Bool
    /// One honest sentence.
    public let message: String
    /// The session that came of it.
    public let sessionId: String?

    /// What is to be said.
    ///
    /// - Parameters:
    ///   - pending: how many are being asked now.
    ///   - tried: how many were asked so far.
    ///   - session: the session that came of it.
    init(state: QuestionState, pending: Int, tried: Int, session: UniqueID? = nil) {
        self.state = state
        asked = pending
        waiting = state == .open
        sessionId = session?.description
        message =
            switch state {
            case .open where tried == 0:
                "Nobody who fits is free at the moment. You are in line: whoever comes online is asked at once."
            case .open:
                "Nobody who was asked could take it, and nobody else who fits is free. You are in line: whoever comes "
                    + "online is asked at once."
            case .matching where pending == 1: "One consultant is being asked right now."
            case .matching: "\(pending) consultants are being asked right now. The first who accepts takes your call."
            case .accepted: "A consultant has accepted. Your call is ready."
            case .expired: "Nobody was found in time. Post the question again to try once more."
            case .cancelled: "The question was cancelled."
            }
    }
}
