internal import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/admin/users`: every account, for administrators.
extension AccountHandlers {
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
            search.state = fields.check("state", text, "verified, unverified, suspended or erased") {
                UserSearch.State(rawValue: $0)
            }
        }
        try fields.finish()
        let found = try await search.page(before: page.after, limit: page.fetched, on: identity.pool)
        return .json(page.listing(of: found, key: \.user.id) { DirectoryEntryView($0) })
    }
}

/// An account as an administrator reads it.
private struct DirectoryEntryView: Encodable {
    private let entry: UserSearch.Entry

    init(_ entry: UserSearch.Entry) { self.entry = entry }

    private enum Key: String, CodingKey { case id, email, name, role, state, createdAt, suspendedAt }

    /// With `suspendedAt` also where it is not.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(entry.user.id.description, forKey: .id)
        try container.encode(entry.user.email, forKey: .email)
        try container.encode(entry.user.name, forKey: .name)
        try container.encode(entry.user.role.rawValue, forKey: .role)
        try container.encode(entry.state.rawValue, forKey: .state)
        try container.encode(entry.user.createdAt.description, forKey: .createdAt)
        try container.encode(entry.suspendedAt?.description, forKey: .suspendedAt)
    }
}
