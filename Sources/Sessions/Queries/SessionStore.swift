internal import Accounts
public import Database
public import Events
public import Money

/// The sessions in `sessions`: whatever happens to one goes through its lifecycle, under its row's lock.
public struct SessionStore: Sendable {
    /// What a session begins with.
    public struct Terms: Sendable {
        /// Free media seconds.
        public var thresholdSeconds: Int
        /// Media seconds paid for at once.
        public var windowSeconds: Int
        /// The platform's share in basis points.
        public var commissionBasisPoints: Int
        /// How its media travels: `relay` or `p2p`.
        public var mode: String
        /// How long is waited for what.
        public var patience: SessionLifecycle.Patience

        /// Terms.
        public init(
            thresholdSeconds: Int = 600, windowSeconds: Int = 600, commissionBasisPoints: Int = 1500,
            mode: String = "relay", patience: SessionLifecycle.Patience = .init()
        ) {
            self.thresholdSeconds = thresholdSeconds
            self.windowSeconds = windowSeconds
            self.commissionBasisPoints = commissionBasisPoints
            self.mode = mode
            self.patience = patience
        }
    }

    /// What every session begins with.
    public let terms: Terms

    /// A store whose sessions begin with these terms.
    public init(terms: Terms) { self.terms = terms }

    // MARK: Making and finding

    /// Makes the session of an accepted request, and tells of it. Its terms are fixed here, whatever the settings become later.
    public func create(
        question: UniqueID, request: UniqueID, customer: UniqueID, consultant: UniqueID, rate: Money,
        at now: Timestamp, in transaction: Transaction
    ) async throws -> Session {
        let id = UniqueID(at: now)
        let rows = try await transaction.query(
            """
            INSERT INTO sessions (id, question_id, request_id, customer_id, consultant_id, room, mode, rate_amount,
                rate_currency, threshold_seconds, window_seconds, commission_basis_points, created_at, due_at)
            VALUES (\(id), \(question), \(request), \(customer), \(consultant), \("s-\(id)"), \(terms.mode),
                \(rate.amount), \(rate.currency.code), \(terms.thresholdSeconds), \(terms.windowSeconds),
                \(terms.commissionBasisPoints), \(now), \(now.advanced(by: terms.patience.join)))
            RETURNING \(Session.columns)
            """)
        try await Outbox.append(try SessionOpened(session: id).event(), in: transaction)
        return try Session(rows[0])
    }

    /// A session.
    public static func find(_ id: UniqueID, on database: some Queryable) async throws(DatabaseError) -> Session? {
        try await database.query("SELECT \(Session.columns) FROM sessions WHERE id = \(id)").first
            .map { row throws(DatabaseError) in try Session(row) }
    }

    /// The session of an accepted request.
    public static func find(
        ofRequest request: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> Session? {
        try await database.query(
            "SELECT \(Session.columns) FROM sessions WHERE request_id = \(request) ORDER BY id DESC LIMIT 1"
        ).first.map { row throws(DatabaseError) in try Session(row) }
    }

    // MARK: What happens

    /// What an event made of a session.
    public struct Change: Sendable {
        /// The session as it is now.
        public let session: Session
        /// What was done.
        public let actions: [SessionLifecycle.Action]
        /// From the question until media flowed both ways, where that has just begun.
        public let questionToCall: Duration?
    }

    /// Lets something happen to a session, and does what follows: the consultant can be asked again, the room is closed, both
    /// people and the hand-out of questions are told.
    ///
    /// - Parameter quality: what was seen of the call, where the room is over.
    /// - Returns: nil where there is no such session.
    @discardableResult
    public func apply(
        _ event: SessionLifecycle.Event, to id: UniqueID, quality: SessionQuality? = nil, at now: Timestamp,
        in transaction: Transaction
    ) async throws -> Change? {
        let locked = try await transaction.query(
            "SELECT \(Session.columns) FROM sessions WHERE id = \(id) FOR UPDATE")
        guard let row = locked.first else { return nil }
        let before = try Session(row)
        var lifecycle = before.lifecycle(terms.patience)
        let actions = lifecycle.handle(event, at: now)
        var end: SessionEnd?
        if case .end(_, let reason)? = actions.last { end = reason }
        let hasStarted = actions.contains(.start)
        let rows = try await transaction.query(
            """
            UPDATE sessions SET state = \(lifecycle.state.rawValue), media_seconds = \(lifecycle.mediaSeconds),
                due_at = \(lifecycle.due),
                customer_joined_at = CASE WHEN \(lifecycle.joined.contains(.customer))
                    THEN coalesce(customer_joined_at, \(now)::timestamptz) END,
                consultant_joined_at = CASE WHEN \(lifecycle.joined.contains(.consultant))
                    THEN coalesce(consultant_joined_at, \(now)::timestamptz) END,
                started_at = CASE WHEN \(hasStarted) THEN \(now)::timestamptz ELSE started_at END,
                ended_at = CASE WHEN \(end != nil) THEN greatest(\(now)::timestamptz, started_at) ELSE ended_at END,
                end_reason = coalesce(\(end?.rawValue), end_reason),
                quality = coalesce(\(try quality.map { try JSONText(encoding: $0) })::jsonb, quality)
            WHERE id = \(id) RETURNING \(Session.columns)
            """)
        let session = try Session(rows[0])
        if let end { try await finish(session, end, in: transaction) }
        var waited: Duration?
        if hasStarted {
            let asked = try await transaction.query("SELECT created_at FROM questions WHERE id = \(session.question)")
            waited = try asked.first.map { now.since(try $0.get(0, as: Timestamp.self)) }
        }
        return Change(session: session, actions: actions, questionToCall: waited)
    }

    private func finish(_ session: Session, _ end: SessionEnd, in transaction: Transaction) async throws {
        _ = try await Availabilities.callEnded(session.consultant, in: transaction)
        struct Notice: Encodable {
            let sessionId: String
            let state: String
            let endReason: String
            let endReasonText: String
        }
        func push(_ side: SessionSide, _ user: UniqueID) throws -> Event {
            let notice = Notice(
                sessionId: session.id.description, state: session.state.rawValue, endReason: end.rawValue,
                endReasonText: end.words(for: side))
            return try Push(to: user, method: "session.ended", params: JSONText(encoding: notice)).event()
        }
        try await Outbox.append(
            [
                RoomEvent.end(session: session.id, room: session.room, reason: end.rawValue).event(),
                push(.customer, session.customer), push(.consultant, session.consultant),
                SessionClosed(session: session.id, question: session.question, result: Self.result(session.state, end))
                    .event(),
            ], in: transaction)
    }

    private static func result(_ state: SessionState, _ end: SessionEnd) -> SessionClosed.Result {
        guard state == .cancelled else { return state == .completed ? .completed : .failed }
        return switch end {
        case .customerCancelled: .cancelled(.customerCancelled)
        case .customerNoShow: .cancelled(.customer)
        case .consultantNoShow, .consultantCancelled: .cancelled(.consultant)
        case .nobodyCame: .cancelled(.nobody)
        case .customerLeft, .consultantLeft, .unpaid, .closed, .connectionLost, .noMedia: .failed
        }
    }
}
