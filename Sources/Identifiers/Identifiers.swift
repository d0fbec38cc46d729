/// A call room: where the two sides of one conversation meet.
public struct RoomID: Identifier {
    /// The id as it travels in tokens, messages and paths.
    public let text: String

    /// - Returns: nil where `text` is not a well-formed id.
    public init?(_ text: String) {
        guard isWellFormedIdentifier(text) else { return nil }
        self.text = text
    }
}

/// A person, or for a token minted by hand the name it was minted for.
public struct UserID: Identifier {
    /// The id as it travels in tokens, messages and paths.
    public let text: String

    /// - Returns: nil where `text` is not a well-formed id.
    public init?(_ text: String) {
        guard isWellFormedIdentifier(text) else { return nil }
        self.text = text
    }
}

/// A booked session of the marketplace; a room minted by hand has none.
public struct SessionID: Identifier {
    /// The id as it travels in tokens, messages and paths.
    public let text: String

    /// - Returns: nil where `text` is not a well-formed id.
    public init?(_ text: String) {
        guard isWellFormedIdentifier(text) else { return nil }
        self.text = text
    }
}

/// One WebSocket connection, from its upgrade to its close.
public struct ConnectionID: Identifier {
    /// The id as it travels in tokens, messages and paths.
    public let text: String

    /// - Returns: nil where `text` is not a well-formed id.
    public init?(_ text: String) {
        guard isWellFormedIdentifier(text) else { return nil }
        self.text = text
    }
}

/// What a person is in a room or an account.
public enum Role: String, Sendable, Codable, CaseIterable {
    /// Asks, and pays.
    case customer
    /// Answers, and is paid.
    case consultant
    /// Watches a room's state (clock, quality, presence), without media, chat or influence.
    case observer
    /// Runs the platform; never a side of a call.
    case admin
}

/// How a room's media travels.
public enum RoomMode: String, Sendable, Codable, CaseIterable {
    /// Through the SFU, which meters and gates it.
    case relay
    /// Straight between the two browsers; the server only signals.
    case p2p
}
