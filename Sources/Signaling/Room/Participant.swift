internal import Identifiers
internal import RTP
internal import Relay
internal import Tokens

/// Who somebody is in a room.
struct Identity: Sendable, Equatable {
    var user: UserID
    var name: String
    var role: Role

    init(user: UserID, name: String, role: Role) {
        self.user = user
        self.name = name
        self.role = role
    }

    init(_ token: RoomToken) { self.init(user: token.user, name: token.name, role: token.role) }

    /// Observers sit on neither side.
    var isObserver: Bool { role == .observer }

    var json: JSONValue {
        ["userId": .string(user.text), "name": .string(name), "role": .string(role.rawValue)]
    }
}

/// Which sources a participant says to send.
struct MediaState: Sendable, Equatable {
    var mic = false
    var camera = false
    var screen = false

    var members: [(String, JSONValue)] {
        [("mic", .bool(mic)), ("camera", .bool(camera)), ("screen", .bool(screen))]
    }
}

/// Somebody in a room, connected or expected back.
struct Participant: Sendable, Equatable {
    var identity: Identity
    /// The connection; nil while it is lost.
    var socket: SocketID?
    /// When a lost participation ends; nil while connected.
    var expiresAt: MonotonicInstant?
    var media = MediaState()
    /// The side of the call; nil for observers.
    var seat: Seat?
    /// The relay's candidates since the latest offer, for who missed them while the connection was lost.
    var candidates: [CandidateMessage] = []

    static let maximumCandidates = 48

    var user: UserID { identity.user }

    var json: JSONValue {
        var media = JSONObject()
        for (name, value) in self.media.members { media.append(name, value) }
        return [
            "userId": .string(user.text), "name": .string(identity.name), "role": .string(identity.role.rawValue),
            "media": .object(media), "connected": .bool(socket != nil),
        ]
    }
}
