/// Where the API listens, and how it treats who comes.
public struct APIConfiguration: Sendable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0: any free one.
    public var port: UInt16
    /// The origin under which browsers reach this port, where a proxy stands in front of it.
    public var publicURL: String?
    /// The WebSocket as browsers reach it; nil: the host of the request, at `signalPort`.
    public var publicWebSocketURL: String?
    /// The signaling core's port. It serves the web client too, so pages from there may use the API.
    public var signalPort: UInt16
    /// Whether the signaling core serves TLS.
    public var isSignalSecure: Bool
    /// Further origins (`https://example.org`) or hosts whose pages may use the API.
    public var allowedOrigins: [String]
    /// Addresses and networks (`10.0.0.0/8`) of the proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    public var trustedProxies: [String]
    /// The built web client; nil: no page is served.
    public var clientFolder: String?
    /// What `/config.json` gives as version.
    public var version: String
    /// Whether the client's browsers send cards to Stripe.
    public var sendsCards = false
    /// For how many seconds of media time a call is free, as `/config.json` tells it; nil where calls are not charged.
    public var freeSeconds: Int?
    /// Requests of all kinds that one address may make in a minute; 0: any number.
    public var requestsPerMinute = 600
    /// Whether the routes' own limits hold; without them only load tests run.
    public var limitsRoutes = true
    /// Connections at once; beyond that new ones wait to be accepted.
    public var maximumConnections = 4096
    /// How long a handler may take.
    public var handlerDeadline = Duration.seconds(30)
    /// How long a request's content may take to arrive.
    public var contentDeadline = Duration.seconds(30)
    /// How long running requests may take to finish once the server is to stop.
    public var drain = Duration.seconds(10)

    /// A configuration; what is not given here can be changed afterwards.
    public init(
        host: String, port: UInt16, publicURL: String? = nil, publicWebSocketURL: String? = nil, signalPort: UInt16,
        isSignalSecure: Bool = false, allowedOrigins: [String] = [], trustedProxies: [String] = [],
        clientFolder: String? = nil, version: String
    ) {
        self.host = host
        self.port = port
        self.publicURL = publicURL
        self.publicWebSocketURL = publicWebSocketURL
        self.signalPort = signalPort
        self.isSignalSecure = isSignalSecure
        self.allowedOrigins = allowedOrigins
        self.trustedProxies = trustedProxies
        self.clientFolder = clientFolder
        self.version = version
    }
}

/// A setting that the API cannot work with.
public struct APIConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}
