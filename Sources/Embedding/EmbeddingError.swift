/// Why a text cannot be embedded, or a model not be loaded.
public struct EmbeddingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// A file is missing, or cannot be read.
        case unreadable
        /// A file is not what it should be.
        case malformed
        /// Too much waits already.
        case busy
    }

    /// Which kind it is.
    public let code: Code
    /// What is wrong.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
