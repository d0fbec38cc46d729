internal import Accounts
public import Database
internal import Events
internal import Money
public import Sessions

/// Takes consultants' answers to live requests, from REST and from the WebSocket alike.
///
/// An accept is one transaction under the question's lock: the request, the question, the session, the consultant's
/// availability, and what everybody is told. The first one wins; whoever comes second finds the request withdrawn.
public struct RequestDesk: Sendable {
    let pool: DatabasePool
    private let terms: HandoutTerms
    private let sessions: SessionStore

    /// A desk on a database.
    public init(pool: DatabasePool, terms: HandoutTerms, sessions: SessionStore) {
        self.pool = pool
        self.terms = terms
        self.sessions = sessions
    }

    // MARK: Answers

    /// A consultant accepts a request.
    ///
    /// - Returns: the session, the same one where they had accepted before, and the consultant's name.
    /// - Throws: ``Handout/Refusal``; `DatabaseError`.
    public func accept(
        _ request: UniqueID, by consultant: UniqueID
    ) async throws -> (session: Session, consultantName: String) {
        try await pool.withTransaction { transaction in
            let session = try await accept(request, by: consultant, in: transaction)
            let rows = try await transaction.query("SELECT name FROM users WHERE id = \(consultant)")
            return (session, try rows.first?.get("name", as: String.self) ?? "Consultant")
        }
    }

    func accept(_ request: UniqueID, by consultant: UniqueID, in transaction: Transaction) async throws -> Session {
        guard let question = try await Questions.lock(ofRequest: request, to: consultant, in: transaction) else {
            throw Handout.Refusal.notFound
        }
        let now = Timestamp.now()
        var store = try await HandoutStore(question, terms: terms, in: transaction)
        let actions = try store.change { handout throws(Handout.Refusal) in
            try handout.accept(request, by: consultant, at: now)
        }
        if actions.isEmpty {
            guard let session = try await SessionStore.find(ofRequest: request, on: transaction) else {
                throw Handout.Refusal.closed(.accepted)
            }
            return session
        }
        let change = try await Availabilities.setBusy(consultant, in: transaction)
        if case .busy? = change?.before { throw Handout.Refusal.closed(.withdrawn) }
        // Their profile is held now: whoever suspends them waits for this session, or was here before.
        if try await Suspensions.contains(consultant, on: transaction) { throw Handout.Refusal.closed(.withdrawn) }
        let offered = try await Self.offered(request, in: transaction)
        // Of the moment in which the consultant is ours.
        let begun = Timestamp.now()
        let session = try await sessions.create(
            question: question.id, request: request, customer: question.customer, consultant: consultant,
            rate: offered.rate, at: begun, in: transaction)
        let seconds = Self.seconds(from: offered.createdAt, to: now)
        _ = try await transaction.pipeline([
            "UPDATE requests SET state = 'accepted', settled_at = \(now) WHERE id = \(request)",
            ConsultantStats.answered(consultant, .accepted(after: seconds)),
        ])
        try store.perform(actions, session: session.id, at: now, in: transaction)
        let told = [try Self.answered(request, by: consultant), try await Self.ready(session, in: transaction).event()]
        try await Outbox.append(told, in: transaction)
        return session
    }

    /// A consultant declines a request. What is over already stays as it is.
    ///
    /// - Throws: ``Handout/Refusal``; `DatabaseError`.
    public func decline(_ request: UniqueID, by consultant: UniqueID, reason: String?) async throws {
        try await pool.withTransaction { transaction in
            guard let question = try await Questions.lock(ofRequest: request, to: consultant, in: transaction) else {
                throw Handout.Refusal.notFound
            }
            let now = Timestamp.now()
            var store = try await HandoutStore(question, terms: terms, in: transaction)
            let isAnswer = try store.change { handout throws(Handout.Refusal) in
                try handout.decline(request, by: consultant)
            }
            guard isAnswer else { return }
            let seconds = Self.seconds(from: try await Self.offered(request, in: transaction).createdAt, to: now)
            _ = try await transaction.pipeline([
                """
                UPDATE requests SET state = 'declined', settled_at = \(now), reason = \(reason),
                    outcome = 'declined', outcome_at = \(now)
                WHERE id = \(request)
                """,
                ConsultantStats.answered(consultant, .declined(after: seconds)),
            ])
            // The consultant's other tabs.
            try await Outbox.append(try Self.answered(request, by: consultant), in: transaction)
            // The next one is asked by whoever looks at the question.
            try await Questions.wake(question.id, in: transaction)
        }
    }

    /// A request reached nobody.
    func undelivered(_ event: UndeliveredRequest, at moment: Timestamp, in transaction: Transaction) async throws {
        let question = try await Questions.lock(ofRequest: event.request, to: event.user, in: transaction)
        guard let question else { return }
        var store = try await HandoutStore(question, terms: terms, in: transaction)
        let actions = store.change { $0.undelivered(event.request, to: event.user) }
        guard !actions.isEmpty else { return }
        try await Availabilities.setConnected(event.user, false, at: moment, in: transaction)
        try store.perform(actions, at: .now(), in: transaction)
        try await Questions.wake(question.id, in: transaction)
    }

    /// The customer no longer asks.
    ///
    /// - Returns: false where it is too late for that; nil where they have no such question.
    func cancel(_ id: UniqueID, of customer: UniqueID) async throws -> Bool? {
        try await pool.withTransaction { transaction in
            guard let question = try await Questions.lock(id, in: transaction), question.customer == customer else {
                return nil
            }
            var store = try await HandoutStore(question, terms: terms, in: transaction)
            guard let actions = store.change({ $0.cancel() }) else { return question.state == .cancelled }
            try store.perform(actions, at: .now(), in: transaction)
            return true
        }
    }

    /// A customer no longer asks anything: every question for which somebody is looked for is cancelled.
    ///
    /// Questions are locked before people, so this comes before the customer's row is held.
    public func cancelAll(of customer: UniqueID, in transaction: Transaction) async throws {
        for question in try await Questions.lockLooking(of: customer, in: transaction) {
            var store = try await HandoutStore(question, terms: terms, in: transaction)
            guard let actions = store.change({ $0.cancel() }) else { continue }
            try store.perform(actions, at: .now(), in: transaction)
        }
    }

    /// Whether somebody is looked for for a customer.
    public func isLooking(for customer: UniqueID, in transaction: Transaction) async throws -> Bool {
        let rows = try await transaction.query(
            "SELECT FROM questions WHERE customer_id = \(customer) AND state IN ('open', 'matching') LIMIT 1")
        return !rows.isEmpty
    }

    // MARK: What is told

    /// Both people's invitation to the session's room.
    private static func ready(_ session: Session, in transaction: Transaction) async throws -> RoomEvent {
        let rows = try await transaction.query(
            "SELECT id, name FROM users WHERE id = ANY(\([session.customer, session.consultant])::uuid[])")
        var names: [UniqueID: String] = [:]
        for row in rows { names[try row.get("id", as: UniqueID.self)] = try row.get("name", as: String.self) }
        let customer = names[session.customer] ?? "Customer"
        let consultant = names[session.consultant] ?? "Consultant"
        return .ready(
            session: session.id, room: session.room, mode: session.mode, thresholdSeconds: session.thresholdSeconds,
            people: [
                .init(
                    userId: session.customer.description, name: customer, role: "customer", otherName: consultant),
                .init(
                    userId: session.consultant.description, name: consultant, role: "consultant", otherName: customer),
            ])
    }

    private static func answered(_ request: UniqueID, by consultant: UniqueID) throws -> Event {
        struct Notice: Encodable {
            let requestId: String
            let reason: String
        }
        let notice = Notice(requestId: request.description, reason: "answered")
        return try Push(to: consultant, method: "request.withdrawn", params: JSONText(encoding: notice)).event()
    }

    private static func offered(
        _ request: UniqueID, in transaction: Transaction
    ) async throws -> (rate: Money, createdAt: Timestamp) {
        let rows = try await transaction.query(
            "SELECT rate_amount, rate_currency, created_at FROM requests WHERE id = \(request)")
        guard let row = rows.first, let rate = try row.money("rate_amount", "rate_currency") else {
            throw Handout.Refusal.notFound
        }
        return (rate, try row.get("created_at", as: Timestamp.self))
    }

    private static func seconds(from start: Timestamp, to end: Timestamp) -> Double {
        max(0, Double(end.microseconds - start.microseconds) / 1e6)
    }
}
