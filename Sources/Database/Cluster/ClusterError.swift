/// Why a private cluster did not start or stop.
public struct ClusterError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of failure it is.
    public enum Code: String, Sendable {
        /// PostgreSQL's server programs are not there, or not of the version that made the data.
        case noServer
        /// The folder cannot be used: its path, its owner, or who may enter it.
        case folder
        /// Another process runs a cluster in the folder.
        case inUse
        /// The server did not start; its own words are in the message.
        case notStarted
        /// The server did not stop.
        case notStopped
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, and what can be done about it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
