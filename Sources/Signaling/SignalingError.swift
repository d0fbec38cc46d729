/// Why the signaling server can't do what was asked.
public struct SignalingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Code: String, Sendable {
        /// The port can't be listened on, or the certificate can't be used.
        case cannotListen = "cannot_listen"
        /// The client's folder doesn't exist.
        case noClient = "no_client"
        /// The journal of sessions can't be read or written.
        case journal
        /// There is no such room, or it has ended.
        case notFound = "not_found"
        /// The server has not been started, or was shut down.
        case notRunning = "not_running"
    }

    /// Which kind it is.
    public let code: Code
    /// What is wrong, with the library's own words where it has any.
    public let message: String

    /// An error of kind `code`, explained by `message`.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Code and message.
    public var description: String { "\(code.rawValue): \(message)" }
}
