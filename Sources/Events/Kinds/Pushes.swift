public import Database

/// A notification that the sidecar wants a person to get on every connection of their account.
///
/// ```swift
/// try await Outbox.append(try Push(to: user, method: "request.created", params: params).event(), in: transaction)
/// ```
///
/// `user.push {userId, method, params, expiresAt?}`; those to one person arrive in the order of their commits.
public struct Push: Sendable, Hashable {
    /// Whose connections.
    public let user: UniqueID
    /// The notification's method (docs/protocol.md).
    public let method: String
    /// Its parameters, a JSON object.
    public let params: JSONText
    /// When it stops to matter; nil: it always does.
    public let expiresAt: Timestamp?

    /// A notification.
    public init(to user: UniqueID, method: String, params: JSONText, expiresAt: Timestamp? = nil) {
        self.user = user
        self.method = method
        self.params = params
        self.expiresAt = expiresAt
    }

    static let kind = "user.push"

    private struct Payload: Codable {
        var userId: String
        var method: String
        /// The parameters as text: handed on as they are.
        var params: String
        var expiresAt: Int64?
    }

    /// The event for the signaling core's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        Event(
            id: id, queue: .signaling, key: "user \(user)", kind: Self.kind,
            payload: try JSONText(
                encoding: Payload(
                    userId: user.description, method: method, params: params.text, expiresAt: expiresAt?.microseconds)))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        let payload = try event.payload.decode(as: Payload.self)
        self.init(
            to: try eventID(payload.userId, of: "user"), method: payload.method, params: JSONText(payload.params),
            expiresAt: payload.expiresAt.map { Timestamp(microseconds: $0) })
    }
}

/// A live request that reached nobody: the consultant had no connection. `request.undelivered {userId, requestId}`
public struct UndeliveredRequest: Sendable, Hashable {
    /// The consultant.
    public let user: UniqueID
    /// The request.
    public let request: UniqueID

    /// A request that reached nobody.
    public init(to user: UniqueID, request: UniqueID) {
        self.user = user
        self.request = request
    }

    static let kind = "request.undelivered"

    private struct Payload: Codable {
        var userId: String
        var requestId: String
    }

    /// The event for the sidecar's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        Event(
            id: id, queue: .sidecar, key: "user \(user)", kind: Self.kind,
            payload: try JSONText(encoding: Payload(userId: user.description, requestId: request.description)))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        let payload = try event.payload.decode(as: Payload.self)
        self.init(
            to: try eventID(payload.userId, of: "user"), request: try eventID(payload.requestId, of: "request"))
    }
}
