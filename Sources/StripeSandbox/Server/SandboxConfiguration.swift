/// Where the stand-in listens, whom it tells of events, and where it keeps its state.
public struct SandboxConfiguration: Sendable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0: any free one.
    public var port: UInt16
    /// The address under which browsers reach its pages; nil: the one the request was sent to.
    public var publicURL: String?
    /// Where events are sent; nil: nowhere.
    public var webhookURL: String?
    /// What they are signed with.
    public var webhookSecret: String
    /// Keeps the state over a restart; nil: it is forgotten.
    public var stateFile: String?
    /// How a new state behaves.
    public var options: SandboxOptions
    /// The wait after the first failed delivery of an event; each further one is twice as long, up to a minute.
    public var firstRetry = Duration.seconds(1)

    /// A configuration.
    public init(
        host: String = "127.0.0.1", port: UInt16 = 0, publicURL: String? = nil, webhookURL: String? = nil,
        webhookSecret: String = "", stateFile: String? = nil, options: SandboxOptions = SandboxOptions()
    ) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.webhookURL = webhookURL
        self.webhookSecret = webhookSecret
        self.stateFile = stateFile
        self.options = options
    }
}

/// Why the stand-in does not start or cannot go on.
public struct SandboxError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}

/// A request as it was received and answered.
public struct ReceivedRequest: Sendable, Codable, Equatable {
    /// The request; its secret key is left out.
    public let request: SandboxRequest
    /// The status it was answered with; 0 where the connection was cut.
    public let status: Int
    /// Whether the answer was the key's first one again.
    public let isReplay: Bool
}
