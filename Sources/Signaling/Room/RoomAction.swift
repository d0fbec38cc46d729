internal import Identifiers
internal import Relay

/// What a room wants done after an event.
enum RoomAction: Sendable, Equatable {
    /// Send a notification.
    case notify(SocketID, RoomNotification)
    /// The connection no longer belongs to this room, and is to be closed.
    case close(SocketID, CloseReason)
    /// A participation is over: nothing resumes it.
    case departed(UserID)
    /// A participant left the relay's call.
    case leaveCall(UserID)
    /// Nobody is left in the relay's call, or the room ended.
    case closeCall
    /// The marketplace is to be told: the room is one of a booked session.
    case report(SessionHappening)
    /// For the metrics.
    case billing(BillingEvent)
    /// How good somebody's connection is, for the metrics.
    case observed(QualityReport)
}

/// What happens to a room's clock, for the metrics.
public enum BillingEvent: String, Sendable, CaseIterable {
    /// Both sides were warned.
    case warning
    /// The clock reached the horizon without a grant.
    case grace
    /// The horizon was moved.
    case grant
    /// The gate closed for lack of a grant.
    case closed
}
