public import Database
internal import HTTPTypes
public import REST

/// `POST /me/network-check`: a room to try the way of a call in, before there is one.
///
/// Whoever asks gets both of its seats, so that what one page sends comes back to it through the relay. Nothing of it is kept:
/// there is no session, no price, and no row anywhere.
public struct NetworkCheckHandlers: Sendable {
    /// A room of its own with a token for each of its two seats.
    public struct Room: Sendable {
        /// Its name.
        public var room: String
        /// The token of the seat that sends.
        public var token: String
        /// The token of the seat at which it comes back.
        public var returnToken: String
        /// How long both are good for, in seconds.
        public var seconds: Int

        /// A room.
        public init(room: String, token: String, returnToken: String, seconds: Int) {
            self.room = room
            self.token = token
            self.returnToken = returnToken
            self.seconds = seconds
        }
    }

    /// What only the assembly knows about rooms.
    public struct Door: Sendable {
        /// A room for this person alone.
        public var room: @Sendable (UniqueID) async throws -> Room
        /// The servers for a person's browser.
        public var iceServers: @Sendable (UniqueID) -> [SessionHandlers.ICEServer]

        /// A door.
        public init(
            room: @escaping @Sendable (UniqueID) async throws -> Room,
            iceServers: @escaping @Sendable (UniqueID) -> [SessionHandlers.ICEServer]
        ) {
            self.room = room
            self.iceServers = iceServers
        }
    }

    private let door: Door

    /// Handlers behind a door.
    public init(door: Door) { self.door = door }

    private struct Invitation: Encodable {
        let room: String
        let url: String
        let iceServers: [SessionHandlers.ICEServer]
        let token: String
        let returnToken: String
        let expiresIn: Int
    }

    /// 200 with a room that nobody else can enter, and where to go with its tokens.
    public func begin(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        guard let url = call.webSocketURL else {
            throw Problem(.badRequest, code: "invalid_host", "The Host is missing, or is none.")
        }
        let room = try await door.room(user)
        return .json(
            Invitation(
                room: room.room, url: url, iceServers: door.iceServers(user), token: room.token,
                returnToken: room.returnToken, expiresIn: room.seconds))
    }
}
