public import Database

/// What the signaling core tells the sidecar about who is there.
///
/// ```swift
/// try await Outbox.append(try PresenceEvent.offline(user).event(), in: transaction)
/// ```
public enum PresenceEvent: Sendable, Hashable {
    /// A user's last connection has been gone for a minute. `presence.offline {userId}`
    case offline(UniqueID)
    /// A user wishes to be available, or not. `presence.set {userId, available}`
    case set(UniqueID, available: Bool)
    /// All that are connected: what a signaling core says a minute after its start. `presence.snapshot {online: [userId]}`
    case snapshot(online: Set<UniqueID>)
    /// A consultant has a connection. `presence.connected {userId}`
    case connected(UniqueID)
    /// A consultant's last connection has just gone; they may be back at once. `presence.disconnected {userId}`
    case disconnected(UniqueID)
    /// A signaling core has just started: nobody is connected yet. `presence.restarted {}`
    case restarted

    private struct Person: Codable { var userId: String }
    private struct Nothing: Codable {}
    private struct Wish: Codable {
        var userId: String
        var available: Bool
    }
    private struct Snapshot: Codable { var online: [String] }

    /// Why an event cannot be read.
    public struct Unreadable: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// The event for the sidecar's queue. Those of one user are handled in the order of their commits.
    public func event(id: EventID = EventID()) throws -> Event {
        switch self {
        case .offline(let user):
            try event(id, "presence.offline", of: user, Person(userId: user.description))
        case .set(let user, let available):
            try event(id, "presence.set", of: user, Wish(userId: user.description, available: available))
        case .connected(let user):
            try event(id, "presence.connected", of: user, Person(userId: user.description))
        case .disconnected(let user):
            try event(id, "presence.disconnected", of: user, Person(userId: user.description))
        case .restarted:
            Event(
                id: id, queue: .sidecar, key: "presence", kind: "presence.restarted",
                payload: try JSONText(encoding: Nothing()))
        case .snapshot(let online):
            Event(
                id: id, queue: .sidecar, key: "presence", kind: "presence.snapshot",
                payload: try JSONText(encoding: Snapshot(online: online.sorted().map(\.description))))
        }
    }

    private func event(_ id: EventID, _ kind: String, of user: UniqueID, _ payload: some Encodable) throws -> Event {
        Event(
            id: id, queue: .sidecar, key: "presence \(user)", kind: kind, payload: try JSONText(encoding: payload))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``Unreadable``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        switch event.kind {
        case "presence.offline": self = .offline(try Self.user(event.payload.decode(as: Person.self).userId))
        case "presence.connected":
            self = .connected(try Self.user(event.payload.decode(as: Person.self).userId))
        case "presence.disconnected":
            self = .disconnected(try Self.user(event.payload.decode(as: Person.self).userId))
        case "presence.restarted": self = .restarted
        case "presence.set":
            let wish = try event.payload.decode(as: Wish.self)
            self = .set(try Self.user(wish.userId), available: wish.available)
        case "presence.snapshot":
            let online = try event.payload.decode(as: Snapshot.self).online
            self = .snapshot(online: Set(try online.map { id throws(Unreadable) in try Self.user(id) }))
        default: return nil
        }
    }

    private static func user(_ text: String) throws(Unreadable) -> UniqueID {
        guard let id = UniqueID(text) else { throw Unreadable(description: "a user's id is not a UUID") }
        return id
    }
}
