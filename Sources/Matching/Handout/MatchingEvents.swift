public import Database
public import Events

/// Acts on what concerns the hand-out of questions: a request that reached nobody, a session that is over.
public struct MatchingEvents: Sendable {
    private let desk: RequestDesk
    private let outcomes: SessionOutcomes

    /// Handling with these terms.
    public init(desk: RequestDesk, terms: HandoutTerms) {
        self.desk = desk
        outcomes = SessionOutcomes(terms: terms)
    }

    /// Handles an event in the transaction of its delivery.
    ///
    /// - Returns: false where it is about something else.
    /// - Throws: `DatabaseError`; where the event's payload is not as it must be.
    public func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        if let undelivered = try UndeliveredRequest(delivery.event) {
            try await desk.undelivered(undelivered, at: delivery.createdAt, in: transaction)
        } else if let closed = try SessionClosed(delivery.event) {
            try await outcomes.handle(closed, at: .now(), in: transaction)
        } else {
            return false
        }
        return true
    }
}
