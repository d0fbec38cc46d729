internal import Accounts
internal import Database
internal import Money

/// The questions in `questions`.
enum Questions {
    /// Questions for which one customer may have somebody looked for at the same time.
    static let mostLooking = 5

    /// What is found out about a question before it is posted.
    struct Reading: Sendable {
        var keywords: [Keyword]
        var embedding: (bytes: [UInt8], model: String)?
    }

    /// Posts a question, to be looked at at once.
    ///
    /// - Returns: nil where the customer has ``mostLooking`` already.
    static func insert(
        _ content: QuestionContent, read reading: Reading, of customer: UniqueID, lifetime: Duration,
        in transaction: Transaction
    ) async throws -> Question? {
        let now = Timestamp.now()
        // The customer's row is held, so that two posts at once do not both see room for one.
        let posted = try await transaction.pipeline([
            "SELECT FROM users WHERE id = \(customer) FOR NO KEY UPDATE",
            """
            INSERT INTO questions (id, customer_id, title, body, tags, keywords, budget_amount, budget_currency,
                created_at, expires_at, due_at, embedding, embedding_model)
            SELECT \(UniqueID(at: now))::uuid, \(customer)::uuid, \(content.title)::text, \(content.body)::text,
                to_jsonb(\(content.tags?.texts ?? reading.keywords.map(\.tag))::text[]),
                \(try JSONText(encoding: reading.keywords))::jsonb, \(content.budget?.amount)::bigint,
                \(content.budget?.currency.code)::text, \(now)::timestamptz, \(now.advanced(by: lifetime))::timestamptz,
                \(now)::timestamptz, \(reading.embedding?.bytes)::bytea, \(reading.embedding?.model)::text
            WHERE (SELECT count(*) FROM questions WHERE customer_id = \(customer) AND state IN ('open', 'matching'))
                < \(mostLooking)
                -- Suspended while the request was on its way: the next one is refused.
                AND EXISTS (SELECT FROM users WHERE id = \(customer) AND suspended_at IS NULL)
            RETURNING \(Question.columns)
            """, wakeUp,
        ])
        return try posted[1].first.map { try Question($0) }
    }

    /// Rings for whoever looks at questions, when the transaction commits.
    private static let wakeUp: SQL = "SELECT pg_notify('matching', '')"

    /// Has a question looked at when the transaction commits; nil: whatever is due.
    static func wake(_ question: UniqueID?, in transaction: Transaction) async throws(DatabaseError) {
        var statements: [SQL] = []
        if let question { statements.append("INSERT INTO question_wakes (question_id) VALUES (\(question))") }
        statements.append(wakeUp)
        _ = try await transaction.pipeline(statements)
    }

    /// A question, locked until the end of the transaction. Whoever touches its requests holds this lock.
    static func lock(_ id: UniqueID, in transaction: Transaction) async throws -> Question? {
        try await transaction.query("SELECT \(Question.columns) FROM questions WHERE id = \(id) FOR UPDATE").first
            .map { try Question($0) }
    }

    /// Every question of a customer for which somebody is looked for, locked in the order in which all are.
    static func lockLooking(of customer: UniqueID, in transaction: Transaction) async throws -> [Question] {
        try await transaction.query(
            """
            SELECT \(Question.columns) FROM questions WHERE customer_id = \(customer) AND state IN ('open', 'matching')
            ORDER BY id FOR UPDATE
            """
        ).map { try Question($0) }
    }

    /// The question of a request of this consultant, locked.
    static func lock(
        ofRequest request: UniqueID, to consultant: UniqueID, in transaction: Transaction
    ) async throws -> Question? {
        try await transaction.query(
            """
            SELECT \(Question.columns) FROM questions WHERE id =
                (SELECT question_id FROM requests WHERE id = \(request) AND consultant_id = \(consultant))
            FOR UPDATE
            """
        ).first.map { try Question($0) }
    }

    /// A question as its customer sees it, with the session that came of it.
    static func find(_ id: UniqueID, on database: some Queryable) async throws -> ListedQuestion? {
        try await database.query(
            "SELECT \(ListedQuestion.columns) FROM questions WHERE questions.id = \(id)"
        ).first.map { try ListedQuestion($0) }
    }

    /// A customer's next questions, the newest first.
    static func page(
        of customer: UniqueID, state: QuestionState?, after: UniqueID?, limit: Int, on database: some Queryable
    ) async throws -> [ListedQuestion] {
        var condition: SQL = "questions.customer_id = \(customer)"
        if let state { condition = "\(condition) AND questions.state = \(state.rawValue)" }
        if let after { condition = "\(condition) AND questions.id < \(after)" }
        return try await database.query(
            """
            SELECT \(ListedQuestion.columns) FROM questions WHERE \(condition)
            ORDER BY questions.id DESC LIMIT \(limit)
            """
        ).map { try ListedQuestion($0) }
    }
}

/// A question with what is shown beside it.
struct ListedQuestion: Sendable {
    let question: Question
    /// How many are being asked now.
    let pending: Int
    /// How many were asked so far.
    let tried: Int
    /// The session that came of it; the last one where there were several.
    let session: UniqueID?

    static let columns: SQL = """
        \(Question.columns),
        (SELECT count(*) FROM requests WHERE question_id = questions.id AND state = 'pending') AS pending,
        (SELECT count(*) FROM requests WHERE question_id = questions.id) AS tried,
        (SELECT sessions.id FROM sessions WHERE question_id = questions.id ORDER BY sessions.id DESC LIMIT 1) AS session
        """

    /// A question that was posted just now.
    init(new question: Question) {
        self.question = question
        (pending, tried, session) = (0, 0, nil)
    }

    init(_ row: Row) throws {
        question = try Question(row)
        pending = try row.get("pending", as: Int.self)
        tried = try row.get("tried", as: Int.self)
        session = try row.get("session", as: UniqueID?.self)
    }

    var status: QuestionStatus {
        QuestionStatus(
            state: question.state, pending: pending, tried: tried,
            session: question.state == .accepted ? session : nil)
    }
}
