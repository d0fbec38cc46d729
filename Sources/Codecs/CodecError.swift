/// A codec's library refused something.
public struct CodecError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The library's function.
    public let call: String
    /// The library's own words.
    public let message: String

    init(_ call: String, _ message: String) {
        self.call = call
        self.message = message
    }

    /// The function and the library's words.
    public var description: String { "\(call): \(message)" }
}
