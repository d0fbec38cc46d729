public import Database

/// What the sidecar tells the signaling core about a session's room.
public enum RoomEvent: Sendable, Hashable {
    /// A person of a session.
    public struct Person: Sendable, Hashable, Codable {
        /// The account.
        public var userId: String
        /// The name the other side sees.
        public var name: String
        /// `customer` or `consultant`.
        public var role: String
        /// The other side's name.
        public var otherName: String

        /// A person of a session.
        public init(userId: String, name: String, role: String, otherName: String) {
            self.userId = userId
            self.name = name
            self.role = role
            self.otherName = otherName
        }
    }

    /// A session's room is there: each person is told, with a token for it.
    /// `session.ready {sessionId, room, mode, thresholdSeconds, people}`
    case ready(session: UniqueID, room: String, mode: String, thresholdSeconds: Int, people: [Person])
    /// A session is over: whoever is still in its room is told why, and nobody comes in again.
    /// `room.end {sessionId, room, reason}`
    case end(session: UniqueID, room: String, reason: String)
    /// What a session has cost so far, in minor units, and up to which media second it may go on.
    /// `session.billed {sessionId, room, horizonSeconds, charged, currency}`
    case billed(session: UniqueID, room: String, horizonSeconds: Int, charged: Int64, currency: String)

    private struct Ready: Codable {
        var sessionId: String
        var room: String
        var mode: String
        var thresholdSeconds: Int
        var people: [Person]
    }
    private struct Billed: Codable {
        var sessionId: String
        var room: String
        var horizonSeconds: Int
        var charged: Int64
        var currency: String
    }
    private struct End: Codable {
        var sessionId: String
        var room: String
        var reason: String
    }

    /// The event for the signaling core's queue. Those of one session are handled in the order of their commits.
    public func event(id: EventID = EventID()) throws -> Event {
        switch self {
        case .ready(let session, let room, let mode, let threshold, let people):
            let payload = Ready(
                sessionId: session.description, room: room, mode: mode, thresholdSeconds: threshold, people: people)
            return Event(
                id: id, queue: .signaling, key: "session \(session)", kind: "session.ready",
                payload: try JSONText(encoding: payload))
        case .end(let session, let room, let reason):
            return Event(
                id: id, queue: .signaling, key: "session \(session)", kind: "room.end",
                payload: try JSONText(encoding: End(sessionId: session.description, room: room, reason: reason)))
        case .billed(let session, let room, let horizon, let charged, let currency):
            let payload = Billed(
                sessionId: session.description, room: room, horizonSeconds: horizon, charged: charged,
                currency: currency)
            return Event(
                id: id, queue: .signaling, key: "session \(session)", kind: "session.billed",
                payload: try JSONText(encoding: payload))
        }
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        switch event.kind {
        case "session.ready":
            let ready = try event.payload.decode(as: Ready.self)
            self = .ready(
                session: try eventID(ready.sessionId, of: "session"), room: ready.room, mode: ready.mode,
                thresholdSeconds: ready.thresholdSeconds, people: ready.people)
        case "room.end":
            let end = try event.payload.decode(as: End.self)
            self = .end(session: try eventID(end.sessionId, of: "session"), room: end.room, reason: end.reason)
        case "session.billed":
            let billed = try event.payload.decode(as: Billed.self)
            self = .billed(
                session: try eventID(billed.sessionId, of: "session"), room: billed.room,
                horizonSeconds: billed.horizonSeconds, charged: billed.charged, currency: billed.currency)
        default: return nil
        }
    }
}
