public import Database

/// How the signaling core reaches whoever hands out questions: in the database, at once, because an answer that came through
/// the queue could not be an answer.
public struct LiveRequests: Sendable {
    /// A session that an accept has made.
    public struct Accepted: Sendable {
        /// The session.
        public var session: UniqueID
        /// Its room.
        public var room: String
        /// How its media travels: `relay` or `p2p`.
        public var mode: String
        /// Its free media seconds.
        public var thresholdSeconds: Int
        /// The consultant's name.
        public var consultantName: String

        /// A session.
        public init(
            session: UniqueID, room: String, mode: String, thresholdSeconds: Int, consultantName: String
        ) {
            self.session = session
            self.room = room
            self.mode = mode
            self.thresholdSeconds = thresholdSeconds
            self.consultantName = consultantName
        }
    }

    /// Why an answer is not taken.
    public enum Refusal: Error, Sendable {
        /// There is no such request of this consultant.
        case notFound
        /// It is over already.
        case closed
    }

    /// A consultant accepts a request; throws ``Refusal`` where that is not taken.
    public var accept: @Sendable (_ request: UniqueID, _ consultant: UniqueID) async throws -> Accepted
    /// A consultant declines a request; throws ``Refusal`` where that is not taken.
    public var decline: @Sendable (_ request: UniqueID, _ consultant: UniqueID, _ reason: String?) async throws -> Void
    /// The parameters of `request.created` for what a consultant is being asked now.
    public var pending: @Sendable (_ consultant: UniqueID) async throws -> [JSONText]

    /// The functions of whoever hands out questions.
    public init(
        accept: @escaping @Sendable (_ request: UniqueID, _ consultant: UniqueID) async throws -> Accepted,
        decline:
            @escaping @Sendable (_ request: UniqueID, _ consultant: UniqueID, _ reason: String?) async throws ->
            Void, pending: @escaping @Sendable (_ consultant: UniqueID) async throws -> [JSONText]
    ) {
        self.accept = accept
        self.decline = decline
        self.pending = pending
    }
}
