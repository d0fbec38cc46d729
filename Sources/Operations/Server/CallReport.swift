/// A call as `GET /calls` lists it.
public struct CallReport: Sendable, Equatable, Encodable {
    /// Somebody in the room.
    public struct Participant: Sendable, Equatable, Encodable {
        /// Who.
        public var userId: String
        /// As what.
        public var role: String
        /// Whether the WebSocket is open; where not, the participation waits to be resumed.
        public var connected: Bool

        /// Somebody in the room.
        public init(userId: String, role: String, connected: Bool) {
            self.userId = userId
            self.role = role
            self.connected = connected
        }
    }

    /// The room.
    public var room: String
    /// The booked session behind it; nil for a room of a token minted by hand.
    public var session: String?
    /// `relay` or `p2p`.
    public var mode: String
    /// When it was first entered.
    public var openedAt: WallTime
    /// Who is in it.
    public var participants: [Participant]
    /// Its media clock.
    public var clock: ClockReport

    /// A call's report.
    public init(
        room: String, session: String?, mode: String, openedAt: WallTime, participants: [Participant],
        clock: ClockReport
    ) {
        self.room = room
        self.session = session
        self.mode = mode
        self.openedAt = openedAt
        self.participants = participants
        self.clock = clock
    }

    private enum Key: String, CodingKey {
        case room, session, mode, openedAt, participants
    }

    /// Writes the clock's fields beside the others.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(room, forKey: .room)
        try container.encode(session, forKey: .session)
        try container.encode(mode, forKey: .mode)
        try container.encode(openedAt.rfc3339, forKey: .openedAt)
        try container.encode(participants, forKey: .participants)
        try clock.encode(to: encoder)
    }
}

/// A call's media clock.
public struct ClockReport: Sendable, Equatable, Encodable {
    /// `unmetered`, `free`, `paid`, `grace` or `closed`.
    public var state: String
    /// Seconds in which media flowed in both directions.
    public var mediaSeconds: Int
    /// Free media seconds; nil where the room is unmetered.
    public var thresholdSeconds: Int?
    /// The media second up to which the call is free or paid for; nil where the room is unmetered.
    public var horizonSeconds: Int?
    /// Whether media flows in both directions at this moment.
    public var running: Bool

    /// A clock's report.
    public init(state: String, mediaSeconds: Int, thresholdSeconds: Int?, horizonSeconds: Int?, running: Bool) {
        self.state = state
        self.mediaSeconds = mediaSeconds
        self.thresholdSeconds = thresholdSeconds
        self.horizonSeconds = horizonSeconds
        self.running = running
    }

    private enum Key: String, CodingKey {
        case state, mediaSeconds, thresholdSeconds, horizonSeconds, running
    }

    /// Writes every field, an absent one as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(state, forKey: .state)
        try container.encode(mediaSeconds, forKey: .mediaSeconds)
        try container.encode(thresholdSeconds, forKey: .thresholdSeconds)
        try container.encode(horizonSeconds, forKey: .horizonSeconds)
        try container.encode(running, forKey: .running)
    }
}
