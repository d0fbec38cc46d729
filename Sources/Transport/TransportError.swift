/// A C library refused something that the transport cannot do without.
public struct TransportError: Error, Sendable, CustomStringConvertible {
    /// The library's own words.
    public let message: String

    init(_ message: String) { self.message = message }

    /// The message.
    public var description: String { message }
}
