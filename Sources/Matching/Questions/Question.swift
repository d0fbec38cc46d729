public import Database
public import Money

/// A question, as it is kept.
public struct Question: Sendable, Hashable {
    /// The question.
    public let id: UniqueID
    /// Who asks.
    public let customer: UniqueID
    /// One line.
    public let title: String
    /// The whole of it.
    public let body: String
    /// What it is about: the customer's tags, or those that were found.
    public let tags: [String]
    /// The tags with their weights.
    public let keywords: [Keyword]
    /// What an hour may cost; nil: anything.
    public let budget: Money?
    /// Where it stands.
    public let state: QuestionState
    /// When it was posted.
    public let createdAt: Timestamp
    /// Until when somebody is looked for.
    public let expiresAt: Timestamp
    /// The last wave of requests.
    public let wave: Int
    /// What it means, as the bytes of a vector, and of which model.
    let embedding: (bytes: [UInt8], model: String)?
    /// What the customer was told last.
    let told: QuestionStatus?

    /// The columns that ``init(_:)`` reads.
    static let columns: SQL = """
        questions.id, questions.customer_id, questions.title, questions.body, questions.tags, questions.keywords,
        questions.budget_amount, questions.budget_currency, questions.state, questions.created_at, questions.expires_at,
        questions.wave, questions.embedding, questions.embedding_model, questions.told
        """

    init(_ row: Row) throws {
        id = try row.get("id", as: UniqueID.self)
        customer = try row.get("customer_id", as: UniqueID.self)
        title = try row.get("title", as: String.self)
        body = try row.get("body", as: String.self)
        tags = try row.get("tags", as: JSONText.self).decode(as: [String].self)
        keywords = try row.get("keywords", as: JSONText.self).decode(as: [Keyword].self)
        budget = try row.money("budget_amount", "budget_currency")
        let name = try row.get("state", as: String.self)
        guard let state = QuestionState(rawValue: name) else {
            throw DatabaseError(.decoding, "unknown state of a question '\(name)'")
        }
        self.state = state
        createdAt = try row.get("created_at", as: Timestamp.self)
        expiresAt = try row.get("expires_at", as: Timestamp.self)
        wave = try row.get("wave", as: Int.self)
        if let bytes = try row.get("embedding", as: [UInt8]?.self) {
            embedding = (bytes, try row.get("embedding_model", as: String.self))
        } else {
            embedding = nil
        }
        told = try? row.get("told", as: JSONText.self).decode(as: QuestionStatus.self)
    }

    /// Whether two are the same question in the same state.
    public static func == (left: Question, right: Question) -> Bool {
        left.id == right.id && left.state == right.state && left.wave == right.wave
    }

    /// Of what names it.
    public func hash(into hasher: inout Hasher) { hasher.combine(id) }
}

extension Row {
    /// An amount and its currency; nil where there is none.
    func money(_ amount: String, _ currency: String) throws(DatabaseError) -> Money? {
        guard let amount = try get(amount, as: Int64?.self) else { return nil }
        let code = try get(currency, as: String.self)
        guard let currency = Currency(code) else { throw DatabaseError(.decoding, "unknown currency '\(code)'") }
        return Money(amount: amount, currency: currency)
    }
}
