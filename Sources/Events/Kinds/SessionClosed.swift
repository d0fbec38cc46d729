public import Database

/// A session is over: what the hand-out of questions and the learner have to hear.
/// `session.closed {sessionId, questionId, result, cause?}`
public struct SessionClosed: Sendable, Hashable {
    /// How it ended.
    public enum Result: Sendable, Hashable {
        /// It took place.
        case completed
        /// It broke.
        case failed
        /// It never began.
        case cancelled(Cause)
    }

    /// Why a session never began.
    public enum Cause: String, Sendable, Codable {
        /// The consultant did not come, or thought better of it.
        case consultant
        /// The customer did not come.
        case customer
        /// The customer no longer wished to.
        case customerCancelled = "customer_cancelled"
        /// Neither came.
        case nobody
    }

    /// The session.
    public let session: UniqueID
    /// The question it was about.
    public let question: UniqueID
    /// How it ended.
    public let result: Result

    /// The end of a session.
    public init(session: UniqueID, question: UniqueID, result: Result) {
        self.session = session
        self.question = question
        self.result = result
    }

    static let kind = "session.closed"

    private struct Payload: Codable {
        var sessionId: String
        var questionId: String
        var result: String
        var cause: Cause?
    }

    /// The event for the sidecar's queue.
    public func event(id: EventID = EventID()) throws -> Event {
        var payload = Payload(
            sessionId: session.description, questionId: question.description, result: "completed", cause: nil)
        switch result {
        case .completed: break
        case .failed: payload.result = "failed"
        case .cancelled(let cause):
            payload.result = "cancelled"
            payload.cause = cause
        }
        return Event(
            id: id, queue: .sidecar, key: "question \(question)", kind: Self.kind,
            payload: try JSONText(encoding: payload))
    }

    /// What an event says; nil where it is about something else.
    ///
    /// - Throws: ``UnreadableEvent``, or a `DecodingError`, where its payload is not as it must be.
    public init?(_ event: Event) throws {
        guard event.kind == Self.kind else { return nil }
        let payload = try event.payload.decode(as: Payload.self)
        let result: Result
        switch (payload.result, payload.cause) {
        case ("completed", _): result = .completed
        case ("failed", _): result = .failed
        case ("cancelled", .some(let cause)): result = .cancelled(cause)
        default: throw UnreadableEvent(description: "a session's end says neither how nor why")
        }
        self.init(
            session: try eventID(payload.sessionId, of: "session"),
            question: try eventID(payload.questionId, of: "question"), result: result)
    }
}
