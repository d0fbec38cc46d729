public import Database
public import REST

/// `/me/security-events` and `/admin/audit`: what happened to accounts.
public struct AuditHandlers: Sendable {
    let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    private struct View: Encodable {
        var id: String
        var userId: String?
        var kind: String
        var occurredAt: String
        var address: String?

        init(_ entry: SecurityEvents.Entry) {
            id = entry.id.description
            userId = entry.user?.description
            kind = entry.kind
            occurredAt = entry.occurredAt.description
            address = entry.address
        }
    }

    /// `GET /me/security-events`: 200 with what happened to the caller's account, the newest first.
    public func own(_ call: Call) async throws -> Reply {
        try await list(of: try call.signedIn().user, call)
    }

    /// `GET /admin/audit?user=`: 200 with what happened to all accounts, or to one, the newest first.
    public func all(_ call: Call) async throws -> Reply {
        guard let text = call.query["user"] else { return try await list(of: nil, call) }
        guard let user = UniqueID(text) else { throw Problem.invalid("user", "expected an account's id") }
        return try await list(of: user, call)
    }

    private func list(of user: UniqueID?, _ call: Call) async throws -> Reply {
        let page = try call.page(after: UniqueID.self)
        let entries = try await SecurityEvents.list(of: user, before: page.after, limit: page.fetched, on: pool)
        return .json(page.listing(of: entries, key: \.id) { View($0) })
    }
}
