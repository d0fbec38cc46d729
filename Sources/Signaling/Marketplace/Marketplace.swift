public import Identifiers

/// What the signaling core tells the marketplace behind it.
///
/// The core knows no database and waits for none: it calls these outside its own thread, for each user one after the
/// other, in the order in which things happened. A call returns once what it says is durable; the same may be said
/// twice.
public protocol Marketplace: Sendable {
    /// A consultant wishes to be available, or not.
    ///
    /// - Throws: where it could not be kept. The consultant is told so, and may ask again.
    func setAvailable(_ user: UserID, _ available: Bool) async throws

    /// A consultant's last connection has been gone for a minute.
    ///
    /// - Throws: where it could not be kept. It is said again later, unless the consultant is back by then.
    func wentOffline(_ user: UserID) async throws

    /// A consultant has a connection, after there was none.
    ///
    /// - Throws: where it could not be kept. It is said again later, unless they have gone by then.
    func connected(_ user: UserID) async throws

    /// A consultant's last connection has just gone; they may be back at once.
    ///
    /// - Throws: where it could not be kept. It is said again later, unless they are back by then.
    func disconnected(_ user: UserID) async throws

    /// The parameters of `request.created` for what a consultant is being asked now, as JSON.
    ///
    /// - Throws: where that cannot be told at the moment.
    func pendingRequests(of user: UserID) async throws -> [String]

    /// A consultant accepts a live request.
    func accept(_ request: String, by user: UserID) async throws(MarketplaceRefusal) -> AcceptedRequest

    /// A consultant declines a live request; also one that is over already.
    func decline(_ request: String, by user: UserID, reason: String?) async throws(MarketplaceRefusal)

    /// Something happened in the room of a booked session. Told in order for each session.
    ///
    /// - Throws: where it could not be kept. It is said again later.
    func report(_ happening: SessionHappening, of session: SessionID) async throws
}

/// What an accepted request has become.
public struct AcceptedRequest: Sendable, Equatable {
    /// The session.
    public var session: SessionID
    /// Its room.
    public var room: RoomID
    /// The consultant's token for the room.
    public var token: String

    /// A session.
    public init(session: SessionID, room: RoomID, token: String) {
        self.session = session
        self.room = room
        self.token = token
    }
}

/// Why an answer to a live request is not taken.
public enum MarketplaceRefusal: Error, Sendable, Equatable {
    /// There is no such request of this consultant.
    case notFound
    /// It was answered otherwise, taken back, or its time was over.
    case closed
    /// It cannot be told at the moment.
    case unavailable
}
