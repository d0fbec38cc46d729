/// Why a mail could not be written or sent. Fit for a log: it has no address and nothing of a mail in it.
public struct MailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// What was given is not an address, a subject or a body.
        case invalid
        /// The address of the mail server or the folder is not usable.
        case configuration
        /// It was not to be sent now, and may be later.
        case unavailable
        /// The mail server refuses this mail for good.
        case refused
    }

    /// Which kind it is.
    public let code: Code
    /// What happened.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
