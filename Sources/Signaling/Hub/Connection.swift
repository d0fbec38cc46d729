internal import Identifiers
internal import RTP

/// A WebSocket as the hub sees it.
struct Connection: Sendable {
    let id: ConnectionID
    let socket: SocketID
    /// Until when hello must have come.
    let helloDeadline: MonotonicInstant
    /// Who is at the other end; nil before hello.
    var user: UserID?
    /// The account it belongs to; nil where hello's token was one for a room.
    var account: Account?
    /// What the client shows to continue after this connection is lost.
    var resume: String?
    var room: RoomID?
    var messages: MessageBudget
    var errors: ErrorBudget
    /// Errors before hello.
    var earlyErrors = 0
}

/// What an access token says beside the user.
struct Account: Sendable, Equatable {
    var role: Role
    /// The sign-in that the token came from.
    var family: String
}

/// Where a participation can be continued.
struct Resumption: Sendable, Hashable {
    var user: UserID
    var room: RoomID
}
