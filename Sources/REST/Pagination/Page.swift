internal import HTTPTypes

/// The part of a list that a request asks for: `?limit=20&cursor=…`.
///
/// ```swift
/// let page = try call.page(after: UniqueID.self)
/// let rows = try await search.page(after: page.after, limit: page.fetched, on: pool)
/// return .json(page.listing(of: rows, key: \.id) { View($0) })
/// ```
public struct Page<Key: CursorKey>: Sendable {
    /// At most so many items.
    public let limit: Int
    /// Behind this one; nil: from the start.
    public let after: Key?

    /// A part of a list.
    public init(limit: Int = 20, after: Key? = nil) {
        self.limit = limit
        self.after = after
    }

    /// How many rows to ask for: one more than are shown tells whether there is a next page.
    public var fetched: Int { limit + 1 }

    /// The answer, of rows that begin behind `after` and are at most `fetched`.
    public func listing<Row, Item: Encodable>(
        of rows: [Row], key: (Row) -> Key, _ item: (Row) -> Item
    ) -> Listing<Item> {
        let shown = rows.prefix(limit)
        let next = rows.count > limit ? shown.last.map { Cursor.encode(key($0).cursorParts) } : nil
        return Listing(items: shown.map(item), next: next)
    }
}

/// Items and the cursor of the next page: `{"items": […], "next": cursor|null}`.
public struct Listing<Item: Encodable>: Encodable {
    /// The items.
    public let items: [Item]
    /// Where it goes on; nil: nowhere.
    public let next: String?

    /// Items and the cursor of the next page.
    public init(items: [Item], next: String? = nil) {
        self.items = items
        self.next = next
    }

    private enum Key: String, CodingKey { case items, next }

    /// Writes both, without a next page as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(items, forKey: .items)
        try container.encode(next, forKey: .next)
    }
}

extension Listing: Sendable where Item: Sendable {}

extension Call {
    /// The part of a list that the request asks for: `limit` from 1 to 100 (20), and `cursor` as an earlier answer had it.
    ///
    /// - Throws: ``Problem`` of status 400 where either makes no sense.
    public func page<Key: CursorKey>(after _: Key.Type) throws(Problem) -> Page<Key> {
        var limit = 20
        if let text = query["limit"] {
            guard let number = Int(text), (1...100).contains(number), text.utf8.first != UInt8(ascii: "+") else {
                throw Problem(
                    .badRequest, code: "invalid_limit", "The limit is a whole number from 1 to 100.",
                    errors: [.init(pointer: "limit", detail: "expected a whole number from 1 to 100")])
            }
            limit = number
        }
        guard let text = query["cursor"] else { return Page(limit: limit) }
        guard let after = Cursor.decode(text).flatMap({ Key(cursorParts: $0) }) else {
            throw Problem(
                .badRequest, code: "invalid_cursor", "The cursor is not one that this list gave.",
                errors: [.init(pointer: "cursor", detail: "expected the `next` of an earlier answer")])
        }
        return Page(limit: limit, after: after)
    }
}
