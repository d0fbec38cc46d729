public import Logging

/// Every setting this build reads, once: name, kind, default and meaning.
public struct SettingTable: Sendable {
    // Where it listens, and as whom it is known
    /// The signaling core's port.
    public let signalPort = Setting(
        "CONSULT_SIGNAL_PORT", .port, .text("8081"), "Port of the signaling core: /ws, the web client, /config.json.")
    /// The address the signaling core listens on.
    public let bind = Setting(
        "CONSULT_BIND", .address, .text("0.0.0.0"), "Address that the signaling core listens on.")
    /// The private port of metrics and health.
    public let opsPort = Setting(
        "CONSULT_OPS_PORT", .port, .text("9090"), "Private port: /metrics, /livez, /readyz, /calls.")
    /// The address of the private port.
    public let opsBind = Setting(
        "CONSULT_OPS_BIND", .address, .text("127.0.0.1"),
        "Address of the private port. Whoever reaches it may grant time to a call: keep it private.")
    /// The origin under which browsers reach us.
    public let publicURL = Setting(
        "CONSULT_PUBLIC_URL", .optional(.url(["http", "https"], example: "https://consult.example.org")),
        .absent("from the request's Host header"), "Address under which browsers reach us, behind a proxy.")
    /// The WebSocket's address as browsers reach it.
    public let publicWebSocketURL = Setting(
        "CONSULT_PUBLIC_WEBSOCKET_URL", .optional(.url(["ws", "wss"], example: "wss://consult.example.org/ws")),
        .absent("from the public address"), "Address of the WebSocket as browsers reach it.")
    /// Origins of browsers that may connect besides our own.
    public let allowedOrigins = Setting(
        "CONSULT_ALLOWED_ORIGINS", .list(of: .origin), .absent("none but our own"),
        "Further web origins whose pages may connect.")
    /// The certificate chain, PEM.
    public let tlsCertificate = Setting(
        "CONSULT_TLS_CERT", .optional(.path), .absent("none: plain HTTP"), "Certificate chain (PEM) to serve TLS.")
    /// The certificate's private key, PEM.
    public let tlsKey = Setting(
        "CONSULT_TLS_KEY", .optional(.path), .absent("none"), "File with the certificate's private key (PEM).")
    /// The built web client's folder.
    public let clientFolder = Setting(
        "CONSULT_CLIENT_DIR", .optional(.path),
        .computed("found beside the executable or in web-client/dist") { $0.clientFolder },
        "Folder of the built web client.")

    // What it keeps
    /// The folder of everything that is kept.
    public let dataFolder = Setting(
        "CONSULT_DATA_DIR", .path,
        .computed("$XDG_DATA_HOME/consult or ~/.local/share/consult") {
            ($0.dataHome ?? $0.home + "/.local/share") + "/consult"
        }, "Folder for everything that is kept.")
    /// The Ed25519 key that signs tokens.
    public let jwtKey = Setting(
        "CONSULT_JWT_KEY", .optional(.text), .absent("generated in the data folder"), isSecret: true,
        "Ed25519 key that signs tokens: 32 bytes as base64, or PEM.")

    // The relay
    /// Whether calls go through the SFU.
    public let relay = Setting("CONSULT_RELAY", .onOff, .text("on"), "Whether this server relays media (the SFU).")
    /// Media worker threads.
    public let relayWorkers = Setting(
        "CONSULT_RELAY_WORKERS", .count(1...256), .computed("one per core") { String(min(max($0.cores, 1), 256)) },
        "Media threads; each owns whole calls.")
    /// UDP and TCP ports of the relay.
    public let relayPorts = Setting(
        "CONSULT_RELAY_PORTS", .portRange, .text("40000-49999"), "UDP and TCP ports of the relay's media.")
    /// Local addresses offered to peers.
    public let relayAddresses = Setting(
        "CONSULT_RELAY_ADDRESSES", .list(of: .peerAddress), .absent("those of the machine's interfaces"),
        "Local addresses offered to peers for media.")
    /// STUN servers for browsers and relay.
    public let stunServers = Setting(
        "CONSULT_STUN_URLS", .list(of: .stunServer), .absent("none"), "STUN servers for browsers and for the relay.")
    /// TURN servers for browsers.
    public let turnServers = Setting(
        "CONSULT_TURN_URLS", .list(of: .turnServer), .absent("none"), "TURN servers for browsers.")
    /// The secret shared with the TURN servers.
    public let turnSecret = Setting(
        "CONSULT_TURN_SECRET", .optional(.text), .absent("none"), isSecret: true,
        "Secret shared with the TURN servers, from which each browser gets credentials that expire.")

    // The media clock
    /// Free media seconds of a call.
    public let billingThreshold = Setting(
        "CONSULT_BILLING_THRESHOLD", .seconds(1...86400), .text("600"),
        "Free media time at the start of a call, in seconds (or like 10m).")
    /// How long before the horizon both sides are warned.
    public let billingWarning = Setting(
        "CONSULT_BILLING_WARNING", .seconds(0...86400), .text("60"),
        "How many seconds before the end of their time both sides are warned.")
    /// How long media still passes at the horizon.
    public let billingGrace = Setting(
        "CONSULT_BILLING_GRACE", .seconds(0...86400), .text("30"),
        "How many seconds media still passes when the time is used up and no more is granted.")

    // Limits
    /// WebSocket connections that one address may hold.
    public let connectionsPerAddress = Setting(
        "CONSULT_CONNECTIONS_PER_ADDRESS", .count(0...1_000_000), .text("64"),
        "WebSocket connections that one address may hold at once; 0: no limit.")
    /// Rooms that may be open at once.
    public let maximumRooms = Setting(
        "CONSULT_MAX_ROOMS", .count(1...1_000_000), .text("1000"), "Rooms that may be open at once.")

    // The marketplace
    /// The sidecar's port.
    public let httpPort = Setting(
        "CONSULT_HTTP_PORT", .port, .text("8080"), "Port of the sidecar: the web client, /api, /config.json.")
    /// The database.
    public let databaseURL = Setting(
        "CONSULT_DATABASE_URL", .optional(.text), .absent("none; a private one when embedded"), isSecret: true,
        "PostgreSQL, as libpq's connection URI: postgresql://user:password@host/name?sslmode=verify-full.")
    /// The folder of the migrations.
    public let migrationsFolder = Setting(
        "CONSULT_MIGRATIONS_DIR", .optional(.path),
        .computed("found beside the executable or in migrations") { $0.migrationsFolder },
        "Folder of the database's migrations.")
    /// The mail server.
    public let smtpURL = Setting(
        "CONSULT_SMTP_URL", .optional(.text), .absent("none: mail is put into the data folder"), isSecret: true,
        "Mail server: smtp://user:password@host:587, or smtps://….")
    /// The sender of mails.
    public let mailFrom = Setting(
        "CONSULT_MAIL_FROM", .text, .text("Consultant Connect <no-reply@localhost.localdomain>"),
        "Sender of the mails.")
    /// Who issues invoices.
    public let invoiceIssuer = Setting(
        "CONSULT_INVOICE_ISSUER", .text, .text("Consultant Connect"),
        "Whose invoices they are: name, address and tax number, on as many lines as it takes.")
    /// Media time that is held and charged at once.
    public let billingWindow = Setting(
        "CONSULT_BILLING_WINDOW", .seconds(1...86400), .text("600"),
        "Media time that is paid for at once, in seconds (or like 10m).")
    /// The folder of the model that tells what texts mean.
    public let modelFolder = Setting(
        "CONSULT_MODEL_DIR", .optional(.path),
        .computed("found beside the executable or in models/all-MiniLM-L6-v2") { $0.modelFolder },
        "Folder of the sentence-embedding model; without one, questions are matched by their words alone.")
    /// The platform's share of what is charged.
    public let commissionBasisPoints = Setting(
        "CONSULT_COMMISSION_BASIS_POINTS", .count(0...10_000), .text("1500"),
        "The platform's share of what is charged, in hundredths of a percent.")
    /// The secret key of Stripe.
    public let stripeSecretKey = Setting(
        "CONSULT_STRIPE_SECRET_KEY", .optional(.text), .absent("none; embedded, a stand-in that moves no money"),
        isSecret: true, "Secret key of Stripe; without one nothing is charged, and calls end with their free time.")
    /// The address of Stripe's API.
    public let stripeBase = Setting(
        "CONSULT_STRIPE_API_BASE", .url(["http", "https"], example: "https://api.stripe.com"),
        .text("https://api.stripe.com"), "Address of Stripe's API.")
    /// The secrets of Stripe's webhooks.
    public let stripeWebhookSecret = Setting(
        "CONSULT_STRIPE_WEBHOOK_SECRET", .optional(.text), .absent("none: webhooks are refused"), isSecret: true,
        "Secret that Stripe signs webhooks with; while it is replaced, the new and the old one, separated by a comma.")
    /// The key that browsers give Stripe's own script.
    public let stripePublishableKey = Setting(
        "CONSULT_STRIPE_PUBLISHABLE_KEY", .optional(.text), .absent("none: no cards can be added in the browser"),
        "Publishable key of Stripe, with which browsers send cards to Stripe.")
    /// How long a question is looked for somebody.
    public let questionLifetime = Setting(
        "CONSULT_QUESTION_LIFETIME", .seconds(1...86400), .text("900"),
        "How long a consultant is looked for before a question expires, in seconds (or like 15m).")
    /// How long a consultant has to answer a live request.
    public let requestDeadline = Setting(
        "CONSULT_REQUEST_DEADLINE", .seconds(1...3600), .text("20"),
        "How many seconds a consultant has to answer a live request.")
    /// How many consultants are asked at once.
    public let requestWidth = Setting(
        "CONSULT_REQUEST_WIDTH", .count(1...20), .text("3"), "How many consultants are asked about a question at once.")
    /// How long the two people of a session have to come.
    public let joinDeadline = Setting(
        "CONSULT_JOIN_DEADLINE", .seconds(1...3600), .text("90"),
        "How many seconds both sides have to join a session before it is cancelled.")
    /// Requests of one address to the API in a minute.
    public let requestsPerMinute = Setting(
        "CONSULT_REQUESTS_PER_MINUTE", .count(0...1_000_000), .text("600"),
        "API requests that one address may make in a minute; 0: no limits, the routes' own included.")
    /// Proxies in front of the API.
    public let trustedProxies = Setting(
        "CONSULT_TRUSTED_PROXIES", .list(of: .network), .absent("none"),
        "Addresses or networks (10.0.0.0/8) of proxies whose X-Forwarded-For is believed.")

    // What it tells
    /// The least severe level that is logged.
    public let logLevel = Setting("CONSULT_LOG_LEVEL", .logLevel, .text("info"), "Least severe level that is logged.")
    /// How a log line looks.
    public let logFormat = Setting(
        "CONSULT_LOG_FORMAT", .logFormat, .text("text"), "Log lines for people (text) or for machines (json).")

    /// The one table.
    public static let standard = SettingTable()

    /// Every setting, in the order above.
    public var all: [any AnySetting] {
        Mirror(reflecting: self).children.compactMap { $0.value as? any AnySetting }
    }

    /// Names that the published contract gives to parts of the platform that this build does not have: understood, so
    /// that one environment serves every build, and reported once as unused.
    public static let reserved: Set<String> = [
        "CONSULT_REDIS_URL", "CONSULT_REDIS_URL_FILE",
    ]
}
