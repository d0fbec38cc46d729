internal import Database
internal import Money

/// What a consultant is asked with, and why them.
struct Offer: Sendable {
    /// Who.
    let consultant: UniqueID
    /// From 0 to 1.
    let score: Double
    /// Why, in a few words each; both sides see them.
    let reasons: [String]
    /// What the score was made from; nil where it is only shown.
    var features: MatchFeatures?
    /// What an hour costs.
    let rate: Money
}

/// A live request as the consultant gets it: in `request.created`, and in the list of their requests.
struct RequestNotice: Encodable {
    struct Asked: Encodable {
        let id: String
        let title: String
        let body: String
        let tags: [String]
        let budget: Money?

        init(_ question: Question) {
            id = question.id.description
            title = question.title
            body = question.body
            tags = question.tags
            budget = question.budget
        }

        private enum Key: String, CodingKey { case id, title, body, tags, budget }

        /// With `budget` also where there is none.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(id, forKey: .id)
            try container.encode(title, forKey: .title)
            try container.encode(body, forKey: .body)
            try container.encode(tags, forKey: .tags)
            try container.encode(budget, forKey: .budget)
        }
    }

    let requestId: String
    let question: Asked
    let score: Double
    let reasons: [String]
    let rate: Money
    let expiresAt: String

    init(_ question: Question, request: UniqueID, offer: Offer, expiresAt: Timestamp) {
        requestId = request.description
        self.question = Asked(question)
        score = offer.score
        reasons = offer.reasons
        rate = offer.rate
        self.expiresAt = expiresAt.description
    }
}
