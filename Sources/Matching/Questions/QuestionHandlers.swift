internal import Accounts
public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/questions`: what customers ask, and who is asked about it.
public struct QuestionHandlers: Sendable {
    let pool: DatabasePool
    let engine: MatchEngine
    let desk: RequestDesk
    let terms: HandoutTerms

    /// Handlers on a database.
    public init(pool: DatabasePool, engine: MatchEngine, desk: RequestDesk, terms: HandoutTerms) {
        self.pool = pool
        self.engine = engine
        self.desk = desk
        self.terms = terms
    }

    private struct Draft: Decodable {
        var title: String?
        var body: String
    }
    private struct Suggestion: Encodable {
        let keywords: [Keyword]
        let engine: String
    }

    /// `POST /questions/keywords {title?, body}`: 200 with the tags that a question would get, for its customer to correct.
    public func keywords(_ call: Call) async throws -> Reply {
        _ = try Self.customer(call)
        let draft = try call.content(Draft.self)
        var fields = Fields()
        let title = fields.check("/title", draft.title ?? "", "at most 200 printable characters") { text in
            text.unicodeScalars.count <= 200 && text.isPrintable() ? text.trimmed() : nil
        }
        let body = fields.check("/body", draft.body, "1 to 10000 printable characters", QuestionContent.body)
        try fields.finish()
        let keywords = engine.keywords(title: title ?? "", body: body ?? "")
        return .json(Suggestion(keywords: keywords, engine: engine.kind))
    }

    /// `POST /questions {title, body, tags?, budget?}`: 201 with the question, for which consultants are asked at once.
    /// 429 `too_many_questions` where the customer has five of them running.
    public func post(_ call: Call) async throws -> Reply {
        let customer = try Self.customer(call)
        let content = try QuestionContent(try call.content(QuestionContent.Body.self))
        let reading = await engine.read(title: content.title, body: content.body, tags: content.tags)
        return try await call.transaction(on: pool) { transaction in
            let question = try await Questions.insert(
                content, read: reading, of: customer, lifetime: terms.lifetime, in: transaction)
            guard let question else {
                throw Problem(
                    .tooManyRequests, code: "too_many_questions",
                    "Consultants are being looked for for \(Questions.mostLooking) of your questions already."
                ).retry(after: 30)
            }
            return .json(QuestionView(ListedQuestion(new: question)), status: .created)
        }
    }

    /// `GET /questions?state=&limit=&cursor=`: 200 with a page of the customer's own, the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let customer = try Self.customer(call)
        let page = try call.page(after: UniqueID.self)
        var state: QuestionState?
        if let text = call.query["state"] {
            var fields = Fields()
            let states = QuestionState.allCases.map(\.rawValue).joined(separator: ", ")
            state = fields.check("state", text, states) { QuestionState(rawValue: $0) }
            try fields.finish()
        }
        let found = try await Questions.page(
            of: customer, state: state, after: page.after, limit: page.fetched, on: pool)
        return .json(page.listing(of: found, key: \.question.id) { QuestionView($0) })
    }

    /// `GET /questions/{id}`: 200 with one's own question.
    public func show(_ call: Call) async throws -> Reply {
        .json(QuestionView(try await own(call)))
    }

    /// `DELETE /questions/{id}`: 204, the consultants who are being asked are told. 409 `question_closed` where one has
    /// accepted, or nobody was found in time.
    public func cancel(_ call: Call) async throws -> Reply {
        let customer = try Self.customer(call)
        switch try await desk.cancel(try call.id(of: "question"), of: customer) {
        case nil: throw Problem.notFound("question")
        case true?: return .noContent
        case false?:
            throw Problem(.conflict, code: "question_closed", "It is too late to cancel this question.")
        }
    }

    /// `GET /questions/{id}/matches`: 200 with whoever was asked, the best match first.
    public func matches(_ call: Call) async throws -> Reply {
        let question = try await own(call).question
        let rows = try await pool.query(
            """
            SELECT \(MatchView.columns) WHERE requests.question_id = \(question.id)
            ORDER BY score DESC, requests.id LIMIT 200
            """)
        return .json(Listing(items: try rows.map { try MatchView($0) }))
    }

    private func own(_ call: Call) async throws -> ListedQuestion {
        let customer = try Self.customer(call)
        let found = try await Questions.find(try call.id(of: "question"), on: pool)
        guard let found, found.question.customer == customer else { throw Problem.notFound("question") }
        return found
    }

    private static func customer(_ call: Call) throws(Problem) -> UniqueID {
        let caller = try call.signedIn()
        guard caller.role == .customer else { throw .forbidden("Only customers ask questions.") }
        return caller.user
    }
}
