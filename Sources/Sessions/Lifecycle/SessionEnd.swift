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

    /// Why it ended, in a sentence for one of its sides; nil: for anybody else.
    public func words(for side: SessionSide?) -> String {
        switch (self, side) {
        case (.customerLeft, .customer), (.consultantLeft, .consultant): "You ended the call."
        case (.customerLeft, _): "The customer ended the call."
        case (.consultantLeft, _): "The consultant ended the call."
        case (.unpaid, .customer): "The paid time was used up, and no further payment came."
        case (.unpaid, _): "The paid time was used up, and the customer paid for no more."
        case (.closed, _): "The call was closed by the service."
        case (.connectionLost, _): "The connection was lost and did not come back."
        case (.noMedia, _): "Both sides came, but no picture or sound got through."
        case (.customerNoShow, .customer): "You did not come in time."
        case (.customerNoShow, _): "The customer did not come in time."
        case (.consultantNoShow, .consultant): "You did not come in time. Somebody else is asked instead."
        case (.consultantNoShow, .customer):
            "The consultant did not come in time. Another one is being looked for."
        case (.consultantNoShow, nil): "The consultant did not come in time."
        case (.nobodyCame, _): "Nobody came in time."
        case (.customerCancelled, .customer), (.consultantCancelled, .consultant):
            "You cancelled before the call began."
        case (.customerCancelled, _): "The customer cancelled before the call began."
        case (.consultantCancelled, .customer):
            "The consultant cancelled before the call began. Another one is being looked for."
        case (.consultantCancelled, nil): "The consultant cancelled before the call began."
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
