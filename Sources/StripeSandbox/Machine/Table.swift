/// Objects by their ids, in the order in which they were made.
struct Table<Row: Codable & Sendable>: Codable, Sendable {
    private(set) var rows: [String: Row] = [:]
    private var order: [String] = []

    subscript(id: String) -> Row? { rows[id] }

    /// Newest first, as Stripe lists.
    var newestFirst: ReversedCollection<[String]> { order.reversed() }

    var count: Int { order.count }

    mutating func insert(_ row: Row, id: String) {
        if rows.updateValue(row, forKey: id) == nil { order.append(id) }
    }

    mutating func update(_ id: String, _ change: (inout Row) -> Void) {
        guard let index = rows.index(forKey: id) else { return }
        change(&rows.values[index])
    }

    mutating func remove(_ id: String) {
        guard rows.removeValue(forKey: id) != nil else { return }
        order.removeAll { $0 == id }
    }

    /// Takes away the oldest beyond `limit`.
    mutating func keep(_ limit: Int) {
        guard order.count > limit + limit / 8 else { return }
        for id in order.prefix(order.count - limit) { rows[id] = nil }
        order.removeFirst(order.count - limit)
    }
}
