internal import Events

public import Database
public import Identifiers
public import Signaling

/// The marketplace as the signaling core reaches it: through the durable queue to the sidecar.
///
/// Whatever it takes is an event that is committed.
public struct MarketplaceQueue: Marketplace {
    private let pool: DatabasePool

    /// The queue in this database.
    public init(_ pool: DatabasePool) { self.pool = pool }

    /// Appends `presence.set`.
    ///
    /// - Throws: `DatabaseError`; ``NotAnAccount`` where the id is none that the database has made.
    public func setAvailable(_ user: UserID, _ available: Bool) async throws {
        guard let id = UniqueID(user.text) else { throw NotAnAccount() }
        try await append(.set(id, available: available))
    }

    /// Appends `presence.offline`. Of somebody who is no account there is nothing to say.
    ///
    /// - Throws: `DatabaseError`
    public func wentOffline(_ user: UserID) async throws {
        guard let id = UniqueID(user.text) else { return }
        try await append(.offline(id))
    }

    /// Appends `presence.snapshot`.
    ///
    /// - Throws: `DatabaseError`
    func report(online users: Set<UserID>) async throws {
        try await append(.snapshot(online: Set(users.compactMap { UniqueID($0.text) })))
    }

    private func append(_ presence: PresenceEvent) async throws {
        let event = try presence.event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
    }

    /// A token of ours names somebody who is no account.
    public struct NotAnAccount: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description = "the user's id is not a UUID"
    }
}
