/// The prepared statements of one connection, the least recently used one making room.
struct StatementCache {
    private struct Entry {
        let name: String
        var lastUse: UInt64
    }

    private var entries: [String: Entry] = [:]
    private var counter: UInt64 = 0
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var isFull: Bool { entries.count >= limit }

    /// The name under which a statement is prepared.
    mutating func name(of text: String) -> String? {
        counter += 1
        entries[text]?.lastUse = counter
        return entries[text]?.name
    }

    /// Notes a statement that is being prepared, and names it.
    mutating func add(_ text: String) -> String {
        counter += 1
        let name = "s\(counter)"
        entries[text] = Entry(name: name, lastUse: counter)
        return name
    }

    /// Forgets a statement that could not be prepared.
    mutating func remove(_ text: String) { entries[text] = nil }

    mutating func removeAll() { entries = [:] }

    /// Forgets the least recently used half.
    ///
    /// - Returns: the names, to be deallocated.
    mutating func evict() -> [String] {
        let oldest = entries.sorted { $0.value.lastUse < $1.value.lastUse }.prefix((entries.count + 1) / 2)
        for (text, _) in oldest { entries[text] = nil }
        return oldest.map(\.value.name)
    }
}
