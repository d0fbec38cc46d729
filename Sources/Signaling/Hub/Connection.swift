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
    /// What the client shows to continue after this connection is lost.
    var resume: String?
    var room: RoomID?
    var messages: MessageBudget
    var errors: ErrorBudget
    /// Errors before hello.
    var earlyErrors = 0
}

/// Where a participation can be continued.
struct Resumption: Sendable, Hashable {
    var user: UserID
    var room: RoomID
}
