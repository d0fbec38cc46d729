public import Database
public import Events

/// Acts on what the signaling core says about who is there.
public enum PresenceEvents {
    /// What an event came to.
    public enum Outcome: Sendable, Hashable {
        /// It is about something else.
        case notPresence
        /// It is about somebody without a profile, such as a customer.
        case noProfile
        /// What it made of a consultant's availability; perhaps nothing.
        case one(Availabilities.Change)
        /// It says whether a consultant is connected.
        case connection
        /// How many consultants it changed.
        case many(Int)
    }

    /// Handles an event in the transaction of its delivery. The same event again changes nothing.
    ///
    /// - Throws: where its payload is not as it must be.
    @discardableResult
    public static func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Outcome {
        let moment = delivery.createdAt
        guard let presence = try PresenceEvent(delivery.event) else { return .notPresence }
        switch presence {
        case .offline(let user):
            let change = try await Availabilities.connectionsGone(user, at: moment, in: transaction)
            return change.map { .one($0) } ?? .noProfile
        case .set(let user, let available):
            let change = try await Availabilities.wish(available, of: user, at: moment, in: transaction)
            return change.map { .one($0) } ?? .noProfile
        case .connected(let user):
            let isKnown = try await Availabilities.setConnected(user, true, at: moment, in: transaction)
            return isKnown ? .connection : .noProfile
        case .disconnected(let user):
            let isKnown = try await Availabilities.setConnected(user, false, at: moment, in: transaction)
            return isKnown ? .connection : .noProfile
        case .restarted:
            return .many(try await Availabilities.disconnectAll(before: moment, in: transaction))
        case .snapshot(let online):
            return .many(try await Availabilities.reconcile(online: online, at: moment, in: transaction))
        }
    }
}
