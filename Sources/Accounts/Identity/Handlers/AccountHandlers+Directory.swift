internal import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/admin/users`: every account, for administrators.
extension AccountHandlers {
    private struct View: Encodable {
        var id: String
        var email: String
        var name: String
        var role: String
        var state: String
        var createdAt: String

        init(_ entry: UserSearch.Entry) {
            id = entry.user.id.description
            email = entry.user.email
            name = entry.user.name
            role = entry.user.role.rawValue
            state = entry.state.rawValue
            createdAt = entry.user.createdAt.description
        }
    }

    /// `GET /admin/users?q=&role=&state=&limit=&cursor=`: 200 with a page of accounts, the newest first; `q` is part of an
    /// e-mail address or a name, or an id.
    public func directory(_ call: Call) async throws -> Reply {
        let page = try call.page(after: UniqueID.self)
        var fields = Fields()
        var search = UserSearch()
        if let text = call.query["q"]?.trimmed(), !text.isEmpty {
            search.text = fields.check("q", text, "at most 200 printable characters") { text in
                text.unicodeScalars.count <= 200 && text.isPrintable() ? text : nil
            }
        }
        if let text = call.query["role"] {
            search.role = fields.check("role", text, "customer, consultant or admin") { text in
                Role(rawValue: text).flatMap { $0 == .observer ? nil : $0 }
            }
        }
        if let text = call.query["state"] {
            search.state = fields.check("state", text, "verified, unverified or erased") {
                UserSearch.State(rawValue: $0)
            }
        }
        try fields.finish()
        let found = try await search.page(before: page.after, limit: page.fetched, on: identity.pool)
        return .json(page.listing(of: found, key: \.user.id) { View($0) })
    }
}
