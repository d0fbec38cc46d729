public import Database

/// A customer has a card that can be charged now, or another one than before. `payment.method_added {userId}`
public struct PaymentMethodAdded: Sendable, Hashable {
    /// The customer.
    public let user: UniqueID

    /// A customer with a card.
    public init(user: UniqueID) { self.user = user }

    static let kind = "payment.method_added"

    private struct Payload: Codable {
        var userId: String
    }

    /// The event for the sidecar's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        Event(
            id: id, queue: .sidecar, key: "payer \(user)", kind: Self.kind,
            payload: try JSONText(encoding: Payload(userId: user.description)))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        self.init(user: try eventID(try event.payload.decode(as: Payload.self).userId, of: "user"))
    }
}
