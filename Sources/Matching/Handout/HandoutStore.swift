internal import Database
internal import Events
internal import Money

/// A question's hand-out as it is kept: read with the question's lock held, written with what is told about it.
struct HandoutStore {
    let question: Question
    let terms: HandoutTerms
    private(set) var handout: Handout

    /// Reads the requests of a question that is locked.
    ///
    /// - Parameter after: what is done before, in the same round trip.
    init(
        _ question: Question, terms: HandoutTerms, after statements: [SQL] = [], in transaction: Transaction
    ) async throws {
        self.question = question
        self.terms = terms
        let requested: SQL = """
            SELECT id, consultant_id, state, expires_at, reason FROM requests WHERE question_id = \(question.id)
            ORDER BY created_at, id
            """
        let answers = try await transaction.pipeline(statements + [requested])
        let requests = try answers[statements.count].map { row in
            let name = try row.get("state", as: String.self)
            guard let state = RequestState(rawValue: name) else {
                throw DatabaseError(.decoding, "unknown state of a request '\(name)'")
            }
            let reason = try row.get("reason", as: String?.self).flatMap { WithdrawalReason(rawValue: $0) }
            return Handout.Request(
                id: try row.get("id", as: UniqueID.self), consultant: try row.get("consultant_id", as: UniqueID.self),
                state: state, expiresAt: try row.get("expires_at", as: Timestamp.self),
                mayRepeat: state == .withdrawn && reason?.mayRepeat ?? false)
        }
        handout = Handout(state: question.state, requests: requests, expiresAt: question.expiresAt, terms: terms)
    }

    /// Lets something happen to the hand-out.
    mutating func change<Value, Failure: Error>(
        _ body: (inout Handout) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(&handout)
    }

    // MARK: Writing

    /// Writes what was decided when the transaction commits, tells the consultants, and the customer where that is news.
    ///
    /// - Parameters:
    ///   - offers: what is known of those who are asked.
    ///   - session: the session that came of it.
    ///   - again: after which time another look is worth it, where there still is room.
    func perform(
        _ actions: [Handout.Action], offers: [UniqueID: Offer] = [:], session: UniqueID? = nil, again: Duration? = nil,
        at now: Timestamp, in transaction: Transaction
    ) throws {
        var settled: [Settling: [UniqueID]] = [:]
        var asked: [(request: Handout.Request, offer: Offer)] = []
        var expired: [UniqueID] = []
        var events: [Event] = []
        for action in actions {
            switch action {
            case .expire(let id):
                settled[Settling(state: .expired), default: []].append(id)
                if let request = request(id) {
                    expired.append(request.consultant)
                    events.append(try withdrawn(request, .expired))
                }
            case .withdraw(let id, let reason):
                settled[Settling(state: .withdrawn, reason: reason), default: []].append(id)
                if let request = request(id), reason != .notHeld { events.append(try withdrawn(request, reason)) }
            case .ask(let request):
                guard let offer = offers[request.consultant] else { continue }
                asked.append((request, offer))
                events.append(try created(request, offer))
            case .become: break
            }
        }
        let wave = asked.isEmpty ? question.wave : question.wave + 1
        let status = status(session: session)
        if status != question.told { events.append(try told(status)) }
        var statements = settled.map { $0.statement(of: $1, at: now) }
        if !asked.isEmpty { statements.append(try insert(asked, wave: wave, at: now)) }
        statements.append(try update(status, wave: wave, again: again, at: now))
        statements += Self.counted(asked: asked.map(\.request.consultant), expired: expired)
        transaction.postpone(statements + Outbox.statements(appending: events))
    }

    /// What is counted of consultants: in one order for everybody, so that two questions do not wait for each other.
    private static func counted(asked: [UniqueID], expired: [UniqueID]) -> [SQL] {
        if expired.isEmpty { return asked.isEmpty ? [] : [ConsultantStats.asked(asked.sorted())] }
        let all =
            asked.map { ($0, ConsultantStats.asked([$0])) }
            + expired.map { ($0, ConsultantStats.answered($0, .expired)) }
        return all.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// What the customer is told now.
    func status(session: UniqueID?) -> QuestionStatus {
        QuestionStatus(
            state: handout.state, pending: handout.pending.count, tried: handout.requests.count, session: session)
    }

    private func request(_ id: UniqueID) -> Handout.Request? { handout.requests.first { $0.id == id } }

    /// How requests end without an answer.
    private struct Settling: Hashable {
        let state: RequestState
        var reason: WithdrawalReason?

        func statement(of requests: [UniqueID], at now: Timestamp) -> SQL {
            let outcome = state == .expired ? "expired" : nil
            return """
                UPDATE requests SET state = \(state.rawValue), reason = coalesce(\(reason?.rawValue), reason),
                    settled_at = \(now), outcome = coalesce(\(outcome), outcome),
                    outcome_at = CASE WHEN \(outcome)::text IS NULL THEN outcome_at ELSE \(now) END
                WHERE id = ANY(\(requests)::uuid[])
                """
        }
    }

    private func insert(
        _ asked: [(request: Handout.Request, offer: Offer)], wave: Int, at now: Timestamp
    ) throws -> SQL {
        let reasons = try asked.map { try JSONText(encoding: $0.offer.reasons).text }
        let features = try asked.map { try JSONText(encoding: $0.offer.features).text }
        return """
            INSERT INTO requests (id, question_id, consultant_id, wave, score, reasons, features, rate_amount,
                rate_currency, created_at, expires_at)
            SELECT id, \(question.id)::uuid, consultant, \(wave)::int, score, reasons::jsonb, features::jsonb, amount,
                currency, \(now)::timestamptz, expires_at
            FROM unnest(\(asked.map(\.request.id))::uuid[], \(asked.map(\.request.consultant))::uuid[],
                \(asked.map(\.offer.score))::float8[], \(reasons)::text[], \(features)::text[],
                \(asked.map(\.offer.rate.amount))::int8[], \(asked.map(\.offer.rate.currency.code))::text[],
                \(asked.map(\.request.expiresAt))::timestamptz[]
            ) AS asked (id, consultant, score, reasons, features, amount, currency, expires_at)
            """
    }

    private func update(_ status: QuestionStatus, wave: Int, again: Duration?, at now: Timestamp) throws -> SQL {
        let isOver = !handout.state.isLooking
        var due = handout.due(after: now)
        if let again, handout.room > 0 { due = min(due ?? now, now.advanced(by: again)) }
        return """
            UPDATE questions SET state = \(handout.state.rawValue), wave = \(wave), due_at = \(due),
                told = \(try JSONText(encoding: status)),
                closed_at = CASE WHEN \(isOver) THEN coalesce(closed_at, \(now)::timestamptz) END
            WHERE id = \(question.id)
            """
    }

    // MARK: Telling

    private func created(_ request: Handout.Request, _ offer: Offer) throws -> Event {
        let notice = RequestNotice(question, request: request.id, offer: offer, expiresAt: request.expiresAt)
        return try Push(
            to: request.consultant, method: "request.created", params: JSONText(encoding: notice),
            expiresAt: request.expiresAt
        ).event()
    }

    private func withdrawn(_ request: Handout.Request, _ reason: WithdrawalReason) throws -> Event {
        struct Notice: Encodable {
            let requestId: String
            let reason: String
        }
        // To the consultant, having no connection is not being available.
        let shown = reason == .unreachable ? WithdrawalReason.unavailable : reason
        let notice = Notice(requestId: request.id.description, reason: shown.rawValue)
        return try Push(to: request.consultant, method: "request.withdrawn", params: JSONText(encoding: notice)).event()
    }

    private func told(_ status: QuestionStatus) throws -> Event {
        try Push(
            to: question.customer, method: "question.status",
            params: JSONText(encoding: StatusNotice(question.id, status))
        ).event()
    }
}

/// What `question.status` says.
private struct StatusNotice: Encodable {
    let questionId: String
    let state: String
    let asked: Int
    let waiting: Bool
    let message: String
    let sessionId: String?

    init(_ question: UniqueID, _ status: QuestionStatus) {
        questionId = question.description
        state = status.state.rawValue
        asked = status.asked
        waiting = status.waiting
        message = status.message
        sessionId = status.sessionId
    }

    private enum Key: String, CodingKey { case questionId, state, asked, waiting, message, sessionId }

    /// With `sessionId` also where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(questionId, forKey: .questionId)
        try container.encode(state, forKey: .state)
        try container.encode(asked, forKey: .asked)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(message, forKey: .message)
        try container.encode(sessionId, forKey: .sessionId)
    }
}
