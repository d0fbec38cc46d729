public import Database
public import Events

extension SessionStore {
    /// What became of an event from the signaling core.
    public enum Outcome: Sendable {
        /// It is about something else; what flowed and how well, too, which changes nothing about the session.
        case notAReport
        /// It is about no session of ours, or about somebody who has nothing to do with it.
        case unknown
        /// It happened to this session.
        case applied(Change)
    }

    /// Handles what the signaling core says about a session's room, in the transaction of its delivery.
    ///
    /// - Throws: `DatabaseError`; where the event's payload is not as it must be.
    public func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Outcome {
        guard let report = try SessionReport(delivery.event) else { return .notAReport }
        var quality: SessionQuality?
        let event: SessionLifecycle.Event
        switch report.happening {
        case .joined(let user):
            guard let side = try await side(of: user, in: report.session, transaction) else { return .unknown }
            event = .joined(side)
        case .left(let user, let reason):
            guard let side = try await side(of: user, in: report.session, transaction) else { return .unknown }
            event = .left(side, isLost: reason != "left")
        case .progress(let seconds, let running): event = .progress(mediaSeconds: seconds, running: running)
        case .record, .quality: return .notAReport
        case .ended(let reason, let seconds, let seen):
            event = .roomEnded(reason: reason, mediaSeconds: seconds)
            quality = seen
        }
        let change = try await apply(event, to: report.session, quality: quality, at: .now(), in: transaction)
        return change.map { .applied($0) } ?? .unknown
    }

    private func side(
        of user: UniqueID, in session: UniqueID, _ transaction: Transaction
    ) async throws(DatabaseError) -> SessionSide? {
        try await Self.find(session, on: transaction)?.side(of: user)
    }
}
