public import Database
public import Events
public import Money

/// A session, as it is kept.
public struct Session: Sendable, Hashable {
    /// The session.
    public let id: UniqueID
    /// What it is about.
    public let question: UniqueID
    /// Who asked.
    public let customer: UniqueID
    /// Who answers.
    public let consultant: UniqueID
    /// Its room at the signaling core.
    public let room: String
    /// How its media travels: `relay` or `p2p`.
    public let mode: String
    /// Where it stands.
    public let state: SessionState
    /// What an hour costs.
    public let rate: Money
    /// Free media seconds.
    public let thresholdSeconds: Int
    /// Media seconds paid for at once.
    public let windowSeconds: Int
    /// The platform's share in basis points.
    public let commissionBasisPoints: Int
    /// What the media clock said last.
    public let mediaSeconds: Int
    /// When it was accepted.
    public let createdAt: Timestamp
    /// When media first flowed both ways.
    public let startedAt: Timestamp?
    /// When it ended.
    public let endedAt: Timestamp?
    /// Why it ended.
    public let endReason: String?
    /// What was seen of its quality.
    public let quality: SessionQuality?
    let customerJoinedAt: Timestamp?
    let consultantJoinedAt: Timestamp?
    let dueAt: Timestamp?

    /// The columns that ``init(_:)`` reads.
    static let columns: SQL = """
        sessions.id, sessions.question_id, sessions.customer_id, sessions.consultant_id, sessions.room, sessions.mode,
        sessions.state, sessions.rate_amount, sessions.rate_currency, sessions.threshold_seconds,
        sessions.window_seconds, sessions.commission_basis_points, sessions.media_seconds, sessions.created_at,
        sessions.started_at, sessions.ended_at, sessions.end_reason, sessions.quality, sessions.customer_joined_at,
        sessions.consultant_joined_at, sessions.due_at
        """

    init(_ row: Row) throws(DatabaseError) {
        id = try row.get("id", as: UniqueID.self)
        question = try row.get("question_id", as: UniqueID.self)
        customer = try row.get("customer_id", as: UniqueID.self)
        consultant = try row.get("consultant_id", as: UniqueID.self)
        room = try row.get("room", as: String.self)
        mode = try row.get("mode", as: String.self)
        guard let state = SessionState(rawValue: try row.get("state", as: String.self)),
            let currency = Currency(try row.get("rate_currency", as: String.self))
        else { throw DatabaseError(.decoding, "a session in an unknown state or currency") }
        self.state = state
        rate = Money(amount: try row.get("rate_amount", as: Int64.self), currency: currency)
        thresholdSeconds = try row.get("threshold_seconds", as: Int.self)
        windowSeconds = try row.get("window_seconds", as: Int.self)
        commissionBasisPoints = try row.get("commission_basis_points", as: Int.self)
        mediaSeconds = try row.get("media_seconds", as: Int.self)
        createdAt = try row.get("created_at", as: Timestamp.self)
        startedAt = try row.get("started_at", as: Timestamp?.self)
        endedAt = try row.get("ended_at", as: Timestamp?.self)
        endReason = try row.get("end_reason", as: String?.self)
        quality = try row.get("quality", as: JSONText?.self).flatMap { try? $0.decode(as: SessionQuality.self) }
        customerJoinedAt = try row.get("customer_joined_at", as: Timestamp?.self)
        consultantJoinedAt = try row.get("consultant_joined_at", as: Timestamp?.self)
        dueAt = try row.get("due_at", as: Timestamp?.self)
    }

    /// The side of this person; nil where they have nothing to do with it.
    public func side(of user: UniqueID) -> SessionSide? {
        user == customer ? .customer : user == consultant ? .consultant : nil
    }

    /// Whether it is over.
    public var isOver: Bool { endedAt != nil }

    func lifecycle(_ patience: SessionLifecycle.Patience) -> SessionLifecycle {
        var joined: Set<SessionSide> = []
        if customerJoinedAt != nil { joined.insert(.customer) }
        if consultantJoinedAt != nil { joined.insert(.consultant) }
        return SessionLifecycle(
            state: state, joined: joined, mediaSeconds: mediaSeconds, due: dueAt, patience: patience)
    }
}
