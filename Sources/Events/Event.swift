public import Database

/// Something that happened in one half and that the other half acts on.
public struct Event: Sendable, Hashable {
    /// Names it for ever.
    public let id: EventID
    /// Who acts on it.
    public let queue: EventQueue
    /// What it is about: events of the same key are handled in the order in which they were committed, one at a time.
    /// 1 to 200 characters, such as a session's id.
    public let key: String
    /// What happened, such as `session.ended`; 1 to 100 characters.
    public let kind: String
    /// What there is to know about it.
    public let payload: JSONText

    /// An event.
    public init(id: EventID = EventID(), queue: EventQueue, key: String, kind: String, payload: JSONText) {
        self.id = id
        self.queue = queue
        self.key = key
        self.kind = kind
        self.payload = payload
    }
}

/// An event in a consumer's hands.
public struct Delivery: Sendable, Hashable {
    /// The event.
    public let event: Event
    /// How often it was tried before, and failed.
    public let failures: Int
    /// When it was appended.
    public let createdAt: Timestamp
    /// Its place among the events of its key.
    let sequence: Int64
}

/// An event that failed too often and waits for somebody to look at it.
public struct ParkedEvent: Sendable, Hashable {
    /// The event.
    public let event: Event
    /// How often it failed.
    public let failures: Int
    /// Why it failed last.
    public let lastError: String
    /// When it was appended.
    public let createdAt: Timestamp
    /// When it was parked.
    public let parkedAt: Timestamp
}

/// A queue's numbers.
public struct QueueMetrics: Sendable, Hashable {
    /// Events that wait, or wait for another attempt.
    public let pending: Int
    /// Events that were parked.
    public let parked: Int
    /// Events that were delivered and are still kept.
    public let delivered: Int
    /// How long the oldest pending event has waited; nil where none waits.
    public let oldestAge: Duration?
}

extension Event {
    /// The columns of an event, for `init(_:)`.
    static let columns: SQL = "id, queue, key, kind, payload"

    /// The event of a row.
    init(_ row: Row) throws(DatabaseError) {
        self.init(
            id: try row.get("id", as: EventID.self), queue: try row.get("queue", as: EventQueue.self),
            key: try row.get("key", as: String.self), kind: try row.get("kind", as: String.self),
            payload: try row.get("payload", as: JSONText.self))
    }
}
