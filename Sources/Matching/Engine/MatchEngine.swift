internal import Accounts
internal import Database
public final class MatchEngine: Sendable {
    public var kind: String { "words" }
    func read(title: String, body: String, tags: ExpertiseTags?) async -> Questions.Reading { .init(keywords: [], embedding: nil) }
    func offers(for question: Question, excluding: Set<UniqueID>, limit: Int, on database: some Queryable) async throws -> [Offer] { [] }
}
