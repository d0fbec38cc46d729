public import Database

/// What the sidecar tells the signaling core about sign-ins.
public enum SignInEvent: Sendable, Hashable {
    /// Sign-ins of a user were ended: their access tokens no longer count. `sign_in.revoked {userId, families: […]}`
    case revoked(user: UniqueID, families: [UniqueID])

    private struct Revoked: Codable {
        var userId: String
        var families: [String]
    }

    /// Why an event cannot be read.
    public struct Unreadable: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    /// The event for the signaling core's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        switch self {
        case .revoked(let user, let families):
            let payload = Revoked(userId: user.description, families: families.map(\.description))
            return Event(
                id: id, queue: .signaling, key: "sign-ins \(user)", kind: "sign_in.revoked",
                payload: try JSONText(encoding: payload))
        }
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``Unreadable``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == "sign_in.revoked" else { return nil }
        let revoked = try event.payload.decode(as: Revoked.self)
        let families = revoked.families.compactMap { UniqueID($0) }
        guard let user = UniqueID(revoked.userId), families.count == revoked.families.count else {
            throw Unreadable(description: "an id is not a UUID")
        }
        self = .revoked(user: user, families: families)
    }
}
