/// What waits to be written to one WebSocket: bounded, in order, with the newest of each coalescing kind only.
struct Outbox {
    /// Messages of which only the newest is of interest.
    enum Kind: Hashable, Sendable {
        case billing
        case quality(String)
    }

    private struct Message {
        var bytes: [UInt8]
        var kind: Kind?
    }

    let maximumMessages: Int
    let maximumBytes: Int
    private var messages: [Message] = []
    private var first = 0
    private(set) var bytes = 0

    init(maximumMessages: Int, maximumBytes: Int) {
        self.maximumMessages = maximumMessages
        self.maximumBytes = maximumBytes
    }

    var count: Int { messages.count - first }
    var isEmpty: Bool { count == 0 }

    /// Queues a message; takes the place of one of the same kind that still waits.
    ///
    /// - Returns: false where the bounds leave no room. The message isn't queued then, and the reader is too slow.
    mutating func append(_ message: [UInt8], kind: Kind? = nil) -> Bool {
        if let kind, let index = messages[first...].firstIndex(where: { $0.kind == kind }) {
            let total = bytes - messages[index].bytes.count + message.count
            guard total <= maximumBytes else { return false }
            bytes = total
            messages[index].bytes = message
            return true
        }
        guard count < maximumMessages, bytes + message.count <= maximumBytes else { return false }
        messages.append(Message(bytes: message, kind: kind))
        bytes += message.count
        return true
    }

    /// The oldest message, which leaves the queue.
    mutating func next() -> [UInt8]? {
        guard first < messages.count else { return nil }
        let message = messages[first].bytes
        messages[first].bytes = []
        first += 1
        bytes -= message.count
        if first == messages.count {
            messages.removeAll(keepingCapacity: false)
            first = 0
        } else if first >= 64 {
            messages.removeFirst(first)
            first = 0
        }
        return message
    }

    /// Drops everything and frees its memory.
    mutating func removeAll() {
        messages = []
        first = 0
        bytes = 0
    }
}
