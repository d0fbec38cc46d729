public import Accounts
public import Money
public import REST

/// What a customer asks, checked. All of it is plain text; whoever shows it escapes it.
public struct QuestionContent: Sendable, Hashable {
    /// One line; 3 to 200 characters.
    public let title: String
    /// 1 to 10,000 characters, lines allowed.
    public let body: String
    /// What it is about, where the customer has said so.
    public let tags: ExpertiseTags?
    /// What an hour may cost; nil: anything.
    public let budget: Money?

    /// The content of `POST /questions`.
    public struct Body: Sendable, Decodable {
        var title: String
        var body: String
        var tags: [String]?
        var budget: Money?
    }

    /// The most tags of a question.
    public static let mostTags = 12

    /// Checks a request's content.
    ///
    /// - Throws: ``Problem`` of status 422 with every field that is not as it must be.
    public init(_ content: Body) throws(Problem) {
        var fields = Fields()
        let title = fields.check("/title", content.title, "3 to 200 printable characters", Self.title)
        let body = fields.check("/body", content.body, "1 to 10000 printable characters", Self.body)
        var tags: ExpertiseTags?
        if let texts = content.tags {
            let list = fields.check("/tags", texts, "at most \(Self.mostTags) tags of 1 to 50 characters") { texts in
                let tags = texts.prefix(Self.mostTags + 1).compactMap { ExpertiseTag($0) }
                return tags.count == texts.count && tags.count <= Self.mostTags ? ExpertiseTags(tags) : nil
            }
            // No tags at all leave the choice to us.
            tags = list.flatMap { $0.all.isEmpty ? nil : $0 }
        }
        if let budget = content.budget, !(1...100_000_000).contains(budget.amount) {
            fields.refuse("/budget/amount", "expected 1 to 100000000 minor units per hour")
        }
        try fields.finish()
        self.title = title ?? ""
        self.body = body ?? ""
        self.tags = tags
        budget = content.budget
    }

    static func title(_ text: String) -> String? {
        let text = text.trimmed()
        return (3...200).contains(text.unicodeScalars.count) && text.isPrintable() ? text : nil
    }

    static func body(_ text: String) -> String? {
        let text = text.trimmed()
        return (1...10_000).contains(text.unicodeScalars.count) && text.isPrintable(except: ["\n", "\r", "\t"])
            ? text : nil
    }
}
