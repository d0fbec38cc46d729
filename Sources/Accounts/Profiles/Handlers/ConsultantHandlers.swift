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

    /// `GET /consultants?tag=&available=true&q=&limit=&cursor=`: 200 with a page of who fits. Several tags are separated by
    /// commas, and all are wanted; `q` are words in the name, the headline, the tags or the bio.
    public func list(_ call: Call) async throws -> Reply {
        let page = try call.page(after: UniqueID.self)
        var fields = Fields()
        var search = ConsultantSearch()
        for text in call.query["tag", default: ""].split(separator: ",").prefix(ExpertiseTags.most + 1) {
            let tag = fields.check("tag", String(text), "tags of 1 to \(ExpertiseTag.longest) characters") {
                ExpertiseTag($0)
            }
            if let tag { search.tags.append(tag) }
        }
        if search.tags.count > ExpertiseTags.most {
            fields.refuse("tag", "expected at most \(ExpertiseTags.most) tags")
        }
        if let text = call.query["available"] {
            search.availableOnly = fields.check("available", text, "true or false") { Bool($0) } ?? false
        }
        if let text = call.query["q"]?.trimmed(), !text.isEmpty {
            search.text = fields.check("q", text, "at most 200 printable characters") { text in
                text.unicodeScalars.count <= 200 && text.isPrintable() ? text : nil
            }
        }
        try fields.finish()
        let found = try await search.page(after: page.after, limit: page.fetched, on: pool)
        return .json(page.listing(of: found, key: \.id) { ConsultantView($0) })
    }

    /// `GET /consultants/{id}/ratings?limit=&cursor=`: 200 with a page of ratings, the newest first.
    public func ratings(_ call: Call) async throws -> Reply {
        let id = try call.id(of: "consultant")
        let page = try call.page(after: ListedRating.Place.self)
        let found = try await ConsultantSearch.ratings(of: id, after: page.after, limit: page.fetched, on: pool)
        guard let found else { throw Problem.notFound("consultant") }
        return .json(page.listing(of: found, key: \.place) { ListedRatingView($0) })
    }
}

extension ListedRating.Place: CursorKey {
    /// The microseconds and the session.
    public var cursorParts: [String] { [String(createdAt.microseconds), session.description] }

    /// The place of two texts.
    public init?(cursorParts: [String]) {
        // Within the years that a timestamp can be written with.
        guard cursorParts.count == 2, let microseconds = Int64(cursorParts[0]),
            (0...253_402_300_799_000_000).contains(microseconds), let session = UniqueID(cursorParts[1])
        else { return nil }
        self.init(createdAt: Timestamp(microseconds: microseconds), session: session)
    }
}
