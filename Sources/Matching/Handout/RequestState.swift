/// Where a live request stands.
public enum RequestState: String, Sendable, Codable, CaseIterable {
    /// The consultant is being asked.
    case pending
    /// They accepted.
    case accepted
    /// They declined.
    case declined
    /// They did not answer in time.
    case expired
    /// It was taken back.
    case withdrawn
}

/// Why a request was taken back.
public enum WithdrawalReason: String, Sendable, Codable, CaseIterable {
    /// Another consultant was faster.
    case acceptedElsewhere = "accepted_elsewhere"
    /// The customer no longer asks.
    case cancelled
    /// The question's time was over.
    case expired
    /// The consultant is no longer available.
    case unavailable
    /// The consultant had no connection.
    case unreachable
    /// They had accepted, and the session never began.
    case notHeld = "not_held"

    /// Whether the consultant may be asked about the same question again.
    var mayRepeat: Bool {
        switch self {
        case .acceptedElsewhere, .unavailable, .unreachable: true
        case .cancelled, .expired, .notHeld: false
        }
    }
}
