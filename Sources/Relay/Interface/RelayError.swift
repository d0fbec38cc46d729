/// A request to the relay that it refuses, with words a client's author can act on.
public struct RelayError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// The session description or candidate is malformed or cannot be honoured.
        case invalidDescription = "invalid_description"
        /// No codec in common with what the relay carries.
        case noCommonCodec = "no_common_codec"
        /// The call, or the participant in it, does not exist (any more).
        case notFound = "not_found"
        /// Both seats are taken.
        case full = "room_full"
        /// The relay cannot take this now (shutting down, out of ports or memory).
        case unavailable = "unavailable"
    }

    /// Which kind it is.
    public let code: Code
    /// What is wrong, and where: "line 12: …" for a session description.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
