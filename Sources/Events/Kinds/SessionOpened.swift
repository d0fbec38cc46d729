public import Database

/// A session was made: a request was accepted. `session.opened {sessionId}`
public struct SessionOpened: Sendable, Hashable {
    /// The session.
    public let session: UniqueID

    /// The beginning of a session.
    public init(session: UniqueID) { self.session = session }

    static let kind = "session.opened"

    private struct Payload: Codable { var sessionId: String }

    /// The event for the sidecar's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        Event(
            id: id, queue: .sidecar, key: "session \(session)", kind: Self.kind,
            payload: try JSONText(encoding: Payload(sessionId: session.description)))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        self.init(session: try eventID(event.payload.decode(as: Payload.self).sessionId, of: "session"))
    }
}
