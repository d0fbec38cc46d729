public import Database
internal import HTTPTypes
public import REST

/// `/consultants`: who can be asked, for everybody to read. Each answer is one query.
public struct ConsultantHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// `GET /consultants/{id}`: 200 with the consultant.
    public func show(_ call: Call) async throws -> Reply {
        let id = try call.id(of: "consultant")
        guard let consultant = try await ConsultantSearch.consultant(id, on: pool) else {
            throw Problem.notFound("consultant")
        }
        return .json(ConsultantView(consultant))
    }
}
