internal import Database

/// Why an event's payload cannot be read.
public struct UnreadableEvent: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String

    /// A payload that cannot be read.
    public init(description: String) { self.description = description }
}

/// The id of a text in an event's payload.
func eventID(_ text: String, of what: String) throws(UnreadableEvent) -> UniqueID {
    guard let id = UniqueID(text) else { throw UnreadableEvent(description: "the id of a \(what) is not a UUID") }
    return id
}
