internal import RTP
public import Relay
public import Web

/// Where the signaling server listens, and what it serves to whom.
public struct SignalingConfiguration: Sendable {
    /// Address to listen on; nil: all.
    public var bind: String?
    /// Port to listen on; 0: any free one.
    public var port: UInt16
    /// TLS certificate chain and private key, as PEM files; nil: plain.
    public var tls: TLSFiles?
    /// The built web client; nil: the port says what it is, and nothing else.
    public var clientFolder: String?
    /// Where the client is served from outside; its host may open WebSockets.
    public var publicURL: String?
    /// The WebSocket's URL as `/config.json` gives it; nil: derived from the request's `Host`.
    public var publicWebSocketURL: String?
    /// Where `/config.json` says that the API is; nil: there is none.
    public var api: ClientConfiguration.Place?
    /// Whether the client's browsers send cards to Stripe.
    public var sendsCards: Bool
    /// Further origins (`https://example.com`) or hosts whose pages may open WebSockets.
    public var allowedOrigins: [String]
    /// WebSockets at once from one address (IPv6: from one /64); 0: any number.
    public var connectionsPerAddress: Int
    /// WebSockets at once; more are closed with 1013.
    public var maximumConnections: Int
    /// Occupied rooms at once.
    public var maximumRooms: Int
    /// STUN and TURN servers for the clients.
    public var ice: ICEConfiguration
    /// The terms of rooms that are not unmetered.
    public var billing: BillingPolicy
    /// Whether rooms of mode relay go through the relay; otherwise they run peer to peer.
    public var relayEnabled: Bool
    /// What `/config.json` gives as version.
    public var version: String
    /// The file in which the rooms of booked sessions are remembered over the process's end; nil: they are not.
    public var journal: String?

    var limits = SignalingLimits()

    /// A certificate chain and its private key.
    public struct TLSFiles: Sendable {
        /// PEM file of the chain, the server's certificate first.
        public var certificate: String
        /// PEM file of the private key.
        public var key: String

        /// A certificate chain and its private key.
        public init(certificate: String, key: String) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// A configuration; the defaults are the product's.
    public init(
        bind: String? = nil, port: UInt16 = 8081, tls: TLSFiles? = nil, clientFolder: String? = nil,
        publicURL: String? = nil, publicWebSocketURL: String? = nil, api: ClientConfiguration.Place? = nil,
        sendsCards: Bool = false, allowedOrigins: [String] = [], connectionsPerAddress: Int = 64,
        maximumConnections: Int = 8192, maximumRooms: Int = 1000,
        ice: ICEConfiguration = ICEConfiguration(), billing: BillingPolicy = BillingPolicy(),
        relayEnabled: Bool = true, version: String, journal: String? = nil
    ) {
        self.bind = bind
        self.port = port
        self.tls = tls
        self.clientFolder = clientFolder
        self.publicURL = publicURL
        self.publicWebSocketURL = publicWebSocketURL
        self.api = api
        self.sendsCards = sendsCards
        self.allowedOrigins = allowedOrigins
        self.connectionsPerAddress = connectionsPerAddress
        self.maximumConnections = maximumConnections
        self.maximumRooms = maximumRooms
        self.ice = ice
        self.billing = billing
        self.relayEnabled = relayEnabled
        self.version = version
        self.journal = journal
    }
}

/// The protocol's own bounds (docs/protocol.md, "Limits"). Tests shorten them.
struct SignalingLimits: Sendable {
    var messageBytes = 64 << 10
    var messagesPerSecond = 50
    var messageBurst = 100
    /// Refused messages in a row before the connection is closed.
    var messagePatience = 100
    var protocolErrors = 10
    var protocolErrorWindow: NanosecondCount = .seconds(10)
    /// The error before hello that closes.
    var earlyErrors = 3
    var helloTimeout: NanosecondCount = .seconds(10)
    var resumeWindow: NanosecondCount = .seconds(60)
    /// How long after a consultant's last connection the marketplace is told.
    var absenceWindow: NanosecondCount = .seconds(60)
    /// How long the tokens of an ended sign-in are refused: longer than they live.
    var revocationMemory: NanosecondCount = .seconds(1200)
    var outboxMessages = 512
    var outboxBytes = 1 << 20
    /// A queue that hasn't moved for this long belongs to a reader who is gone.
    var writeDeadline: NanosecondCount = .seconds(30)
    /// How long a close frame may take to get out.
    var closeDeadline: NanosecondCount = .seconds(5)
    var pingSeconds: UInt16 = 20
    var hangupSeconds: UInt16 = 45
    var heartbeatSeconds = 20
    /// How often the hub looks at its deadlines.
    var tick: NanosecondCount = .milliseconds(200)
    /// How long a shutdown waits for clients to take their last messages.
    var drainTime: NanosecondCount = .seconds(3)
    /// Empty rooms kept for their clock, per occupied room allowed.
    var rememberedRoomsFactor = 16
}
