internal import Database
internal import Money

/// A question as its customer reads it.
struct QuestionView: Encodable {
    let id: String
    let title: String
    let body: String
    let tags: [String]
    let budget: Money?
    let state: String
    let keywords: [Keyword]
    let createdAt: String
    let expiresAt: String
    let waiting: Bool
    let asked: Int
    let sessionId: String?
    let message: String

    init(_ listed: ListedQuestion) {
        let (question, status) = (listed.question, listed.status)
        id = question.id.description
        title = question.title
        body = question.body
        tags = question.tags
        budget = question.budget
        state = question.state.rawValue
        keywords = question.keywords
        createdAt = question.createdAt.description
        expiresAt = question.expiresAt.description
        waiting = status.waiting
        asked = status.asked
        sessionId = status.sessionId
        message = status.message
    }

    private enum Key: String, CodingKey {
        case id, title, body, tags, budget, state, keywords, createdAt, expiresAt, waiting, asked, sessionId, message
    }

    /// With `budget` and `sessionId` also where there is none.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: .id)
        try container.encode(title, forKey: .title)
        try container.encode(body, forKey: .body)
        try container.encode(tags, forKey: .tags)
        try container.encode(budget, forKey: .budget)
        try container.encode(state, forKey: .state)
        try container.encode(keywords, forKey: .keywords)
        try container.encode(createdAt, forKey: .createdAt)
        try container.encode(expiresAt, forKey: .expiresAt)
        try container.encode(waiting, forKey: .waiting)
        try container.encode(asked, forKey: .asked)
        try container.encode(sessionId, forKey: .sessionId)
        try container.encode(message, forKey: .message)
    }
}

/// A consultant who was asked, as the customer reads it.
struct MatchView: Encodable {
    let requestId: String
    let consultantId: String
    let name: String
    let headline: String
    let score: Double
    let reasons: [String]
    let rate: Money
    let state: String
    let expiresAt: String

    static let columns: SQL = """
        requests.id, requests.consultant_id, users.name, headline, score, reasons, rate_amount, rate_currency,
        requests.state, requests.expires_at
        FROM requests JOIN users ON users.id = requests.consultant_id
            JOIN consultant_profiles ON consultant_profiles.user_id = requests.consultant_id
        """

    init(_ row: Row) throws {
        requestId = try row.get("id", as: UniqueID.self).description
        consultantId = try row.get("consultant_id", as: UniqueID.self).description
        name = try row.get("name", as: String.self)
        headline = try row.get("headline", as: String.self)
        score = try row.get("score", as: Double.self)
        reasons = try row.get("reasons", as: JSONText.self).decode(as: [String].self)
        guard let rate = try row.money("rate_amount", "rate_currency") else {
            throw DatabaseError(.decoding, "a request without a rate")
        }
        self.rate = rate
        state = try row.get("state", as: String.self)
        expiresAt = try row.get("expires_at", as: Timestamp.self).description
    }
}
