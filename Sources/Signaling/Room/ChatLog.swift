internal import Identifiers

/// A chat message as everybody sees it.
struct ChatMessage: Sendable, Equatable {
    /// Chosen by the sender; unique among the sender's own.
    var id: String
    /// The room's count, from 1.
    var sequence: Int
    var from: UserID
    var name: String
    var text: String
    /// RFC 3339.
    var sentAt: String

    var json: JSONValue {
        [
            "id": .string(id), "sequence": .integer(Int64(sequence)), "from": .string(from.text),
            "name": .string(name), "text": .string(text), "sentAt": .string(sentAt),
        ]
    }
}

/// The newest messages of a room: at most 200, and together small enough to be sent to one reader at once.
struct ChatLog: Sendable, Equatable {
    static let maximumMessages = 200
    static let maximumBytes = 256 << 10
    static let maximumTextLength = 4000
    static let maximumIDBytes = 64

    private(set) var messages: [ChatMessage] = []
    private var lastSequence = 0
    private var bytes = 0

    /// Takes a message; one that is here already is not taken twice.
    ///
    /// - Returns: the message with its number, and whether it is new.
    mutating func append(
        id: String, text: String, from identity: Identity, sentAt: String
    ) -> (message: ChatMessage, isNew: Bool) {
        if let known = messages.last(where: { $0.id == id && $0.from == identity.user }) { return (known, false) }
        lastSequence += 1
        let message = ChatMessage(
            id: id, sequence: lastSequence, from: identity.user, name: identity.name, text: text, sentAt: sentAt)
        messages.append(message)
        bytes += Self.size(of: message)
        while messages.count > Self.maximumMessages || (bytes > Self.maximumBytes && messages.count > 1) {
            bytes -= Self.size(of: messages.removeFirst())
        }
        return (message, true)
    }

    /// The messages after the one with number `sequence`.
    func messages(after sequence: Int) -> [ChatMessage] { messages.filter { $0.sequence > sequence } }

    /// A message's bytes on the wire, about: escaping makes some characters longer.
    private static func size(of message: ChatMessage) -> Int {
        let escapes = message.text.utf8.reduce(0) { $0 + ($1 < 0x20 ? 5 : $1 == 0x22 || $1 == 0x5C ? 1 : 0) }
        return message.text.utf8.count + escapes + message.name.utf8.count + 256
    }
}
