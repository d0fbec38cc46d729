/// How and why a session ended: a stable code for programs, and plain words for its two people.
public enum SessionEnd: String, Sendable, Codable, CaseIterable {
    /// The customer hung up.
    case customerLeft = "customer_left"
    /// The consultant hung up.
    case consultantLeft = "consultant_left"
    /// The time was used up, and nobody paid for more.
    case unpaid
    /// An operator closed the room.
    case closed
    /// Somebody's connection was lost and did not come back.
    case connectionLost = "connection_lost"
    /// Both came, and no picture or sound went both ways.
    case noMedia = "no_media"
    /// The customer did not come.
    case customerNoShow = "customer_no_show"
    /// The consultant did not come.
    case consultantNoShow = "consultant_no_show"
    /// Neither came.
    case nobodyCame = "nobody_came"
    /// The customer cancelled before it began.
    case customerCancelled = "customer_cancelled"
    /// The consultant cancelled before it began.
    case consultantCancelled = "consultant_cancelled"

    /// Why it ended, in a sentence.
    public var words: String {
        switch self {
        case .customerLeft: "The customer ended the call."
        case .consultantLeft: "The consultant ended the call."
        case .unpaid: "The paid time was over, and no further payment came."
        case .closed: "The call was closed by the service."
        case .connectionLost: "The connection was lost and did not come back."
        case .noMedia: "Both sides came, but no picture or sound got through."
        case .customerNoShow: "The customer did not come in time."
        case .consultantNoShow: "The consultant did not come in time. Another consultant is being looked for."
        case .nobodyCame: "Nobody came in time."
        case .customerCancelled: "The customer cancelled before the call began."
        case .consultantCancelled: "The consultant cancelled before the call began. Another one is being looked for."
        }
    }
}

/// A side of a session.
public enum SessionSide: String, Sendable, Codable, CaseIterable {
    /// Who asked.
    case customer
    /// Who answers.
    case consultant
}
