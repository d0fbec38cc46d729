/// Why a password was neither hashed nor compared.
public struct PasswordError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// Too many passwords wait already: try again in a moment (HTTP's 429).
        case busy
        /// The task was cancelled before its turn came.
        case cancelled
        /// The system refuses a thread, memory or randomness, or its libcrypt has no bcrypt.
        case unavailable
    }

    /// Which kind it is.
    public let code: Code
    /// What happened. It never has anything of a password.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
