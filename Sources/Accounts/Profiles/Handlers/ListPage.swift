internal import REST

/// Which part of a list is asked for: `?limit=&cursor=`.
struct ListPage<Place: Sendable>: Sendable {
    /// How many items; 1 to 100, 20 where it is not said.
    let limit: Int
    /// What the page starts after; nil for the first one.
    let after: Place?

    /// Reads the query's `limit` and `cursor`; what is wrong is noted.
    init(_ call: Call, _ fields: inout Fields, place: (String) -> Place?) {
        limit =
            call.query["limit"].flatMap { text in
                fields.check("limit", text, "a whole number from 1 to 100") { text in
                    Int(text).flatMap { (1...100).contains($0) ? $0 : nil }
                }
            } ?? 20
        after = call.query["cursor"].flatMap { fields.check("cursor", $0, "a cursor from `next`", place) }
    }
}

/// A page of a list as its reader gets it: `{"items": […], "next": cursor|null}`.
struct ListView<Item: Encodable>: Encodable {
    let items: [Item]
    let next: String?

    /// - Parameter found: What was found for one item more than `limit`: whether there is a next page.
    init<Found>(_ found: [Found], limit: Int, cursor: (Found) -> String, item: (Found) -> Item) {
        items = found.prefix(limit).map(item)
        next = found.count > limit ? found.prefix(limit).last.map(cursor) : nil
    }

    private enum Key: String, CodingKey { case items, next }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }
}
