internal import Database
internal import HTTPTypes
public import REST

/// `/me`, `/me/security-events`, `/admin/audit` and the published keys.
public struct AccountHandlers: Sendable {
    let identity: Identity

    /// Handlers for these accounts.
    public init(_ identity: Identity) { self.identity = identity }

    /// `GET /me`: 200 with the account.
    public func show(_ call: Call) async throws -> Reply {
        guard let user = try await Users.find(try call.signedIn().user, on: identity.pool) else {
            throw Problem.notFound("account")
        }
        return .json(UserView(user))
    }

    private struct Body: Decodable { var name: String? }

    /// `PATCH /me {name?}`: 200 with the account.
    public func update(_ call: Call) async throws -> Reply {
        let id = try call.signedIn().user
        let body = try call.content(Body.self)
        guard let text = body.name else { return try await show(call) }
        guard let name = PersonName(text) else {
            throw Problem.invalid("/name", "expected 1 to \(PersonName.maximumLength) characters on one line")
        }
        let user = try await identity.pool.withTransaction { try await Users.rename(id, to: name, in: $0) }
        guard let user else { throw Problem.notFound("account") }
        return .json(UserView(user))
    }

    /// `GET /.well-known/jwks.json`: the keys that check our tokens (RFC 7517 §5).
    public func keys(_ call: Call) async throws -> Reply {
        var reply = Reply.json(identity.keys)
        reply.headers[.contentType] = "application/jwk-set+json"
        reply.headers[.cacheControl] = "public, max-age=3600"
        return reply
    }
}
