internal import Accounts
public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/sessions/{id}/rating`: what customers think of a session.
public struct RatingHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    private struct Body: Decodable {
        var stars: Int
        var comment: String?
    }

    /// `POST /sessions/{id}/rating {stars, comment?}`: 201, once, by its customer, for a session that took place. 409
    /// `already_rated`, `session_not_completed`.
    public func rate(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let id = try call.id(of: "session")
        let body = try call.content(Body.self)
        var fields = Fields()
        let stars = fields.check("/stars", body.stars, "1 to 5") { (1...5).contains($0) ? $0 : nil }
        let comment = fields.check("/comment", body.comment ?? "", "at most 2000 printable characters") { text in
            text.unicodeScalars.count <= 2000 && text.isPrintable(except: ["\n", "\r", "\t"]) ? text.trimmed() : nil
        }
        try fields.finish()
        let words = comment?.isEmpty == true ? nil : comment
        return try await call.transaction(on: pool) { transaction in
            guard let session = try await SessionStore.find(id, on: transaction), session.customer == user else {
                throw Problem.notFound("session")
            }
            guard session.state == .completed else {
                throw Problem(
                    .conflict, code: "session_not_completed", "Only a session that took place can be rated.")
            }
            let added = try await transaction.query(
                """
                INSERT INTO ratings (session_id, customer_id, consultant_id, stars, comment)
                VALUES (\(id), \(user), \(session.consultant), \(stars ?? 0), \(words))
                ON CONFLICT (session_id) DO NOTHING
                """)
            guard added.affected == 1 else {
                throw Problem(.conflict, code: "already_rated", "You have rated this session.")
            }
            return .json(SessionRatingView(stars: stars ?? 0, comment: words), status: .created)
        }
    }
}
