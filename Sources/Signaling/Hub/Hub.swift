internal import FoundationEssentials
internal import Identifiers
internal import Logging
internal import RTP
internal import Relay
internal import Tokens
internal import Web

/// Who is connected and what they say: connections, rooms, and the calls behind the rooms.
///
/// The hub's executor is the thread that serves the WebSockets, so a message is read, understood and answered without
/// a change of thread. What rooms decide is theirs (``Room``); the hub looks up, checks, and carries out.
actor Hub {
    nonisolated let thread: ServiceThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    let configuration: SignalingConfiguration
    let plane: (any CallPlane)?
    let verifier: TokenVerifier
    let marketplace: (any Marketplace)?
    let logger: Logger
    let pages: Pages
    var files: StaticFiles?
    var sockets: WebSocketServer?

    var connections: [SocketID: Connection] = [:]
    var rooms: [RoomID: Room] = [:]
    var lanes: [RoomID: CallLane] = [:]
    /// What a lost connection's client shows, and what it continues.
    var resumptions: [String: Resumption] = [:]
    /// The newest `resume` of each participation; only this one counts.
    var resumeTexts: [Resumption: String] = [:]
    var attendance: Attendance
    var revocations: Revocations
    var sightings = Sightings()
    var errands = Errands()
    var reports = ReportQueue()
    var journal: SessionJournal?
    /// What the journal was told of each room last.
    var journaled: [RoomID: SessionJournal.Room] = [:]
    /// What was said of the money of rooms that nobody has entered yet, where there is no journal to keep it.
    var unenteredMoney: [RoomID: SessionJournal.Room] = [:]
    var counters = SignalingMetrics()

    /// Lanes being worked off, and errands being run.
    var workers = 0
    var isDraining = false
    var drainDeadline: MonotonicInstant?
    var drained: CheckedContinuation<Void, Never>?
    /// Whether the loop is to end.
    var isFinished = false
    private var nextTick = MonotonicInstant(nanoseconds: 0)

    init(
        configuration: SignalingConfiguration, plane: (any CallPlane)?, verifier: TokenVerifier,
        marketplace: (any Marketplace)?, thread: ServiceThread, logger: Logger
    ) {
        self.configuration = configuration
        self.plane = configuration.relayEnabled ? plane : nil
        self.verifier = verifier
        self.marketplace = marketplace
        attendance = Attendance(patience: configuration.limits.absenceWindow)
        revocations = Revocations(lifetime: configuration.limits.revocationMemory)
        self.thread = thread
        self.logger = logger
        pages = Pages(
            origins: OriginPolicy(publicURL: configuration.publicURL, allowed: configuration.allowedOrigins),
            client: ClientConfiguration(
                websocket: configuration.publicWebSocketURL.map { .url($0) } ?? .here, api: configuration.api,
                version: configuration.version, sendsCards: configuration.sendsCards,
                freeSeconds: configuration.billing.thresholdSeconds), version: configuration.version)
    }

    var limits: SignalingLimits { configuration.limits }

    // MARK: The loop

    /// Starts listening.
    ///
    /// - Returns: the port.
    func open() throws(SignalingError) -> UInt16 {
        if let folder = configuration.clientFolder {
            files = StaticFiles(folder: folder)
            if files == nil { throw SignalingError(.noClient, "\(folder) doesn't exist") }
        }
        let server = try WebSocketServer(
            options: .init(
                bind: configuration.bind, port: configuration.port, certificate: configuration.tls?.certificate,
                key: configuration.tls?.key, connectionsPerAddress: configuration.connectionsPerAddress,
                maximumConnections: configuration.maximumConnections, limits: limits),
            pages: pages, hub: self, thread: thread, logger: logger)
        sockets = server
        openJournal()
        logger.info("signaling started", metadata: ["port": "\(server.port)", "relay": "\(plane != nil)"])
        return server.port
    }

    /// Waits for events and handles them, and what time has brought.
    func serve() {
        sockets?.waitAndServe()
        let now = MonotonicInstant.now()
        guard now >= nextTick else { return }
        tick(now)
        nextTick = now.advanced(by: limits.tick)
    }

    /// The loop's end: whatever is still connected is cut.
    func closeSockets() {
        let server = sockets
        sockets = nil
        server?.destroy()
        journal?.close()
        logger.info("signaling stopped")
    }

    func page(_ request: PageRequest) -> Response { pages.response(to: request, files: &files) }

    // MARK: Sending

    func reply(_ result: JSONValue, to address: ReplyAddress) {
        guard let id = address.id else { return }
        sockets?.send(OutgoingMessage.result(result, id: id), to: address.socket)
    }

    func reply(_ error: RPCError, to address: ReplyAddress) {
        counters.errors += 1
        guard let id = address.id else { return }
        sockets?.send(OutgoingMessage.error(error, id: id), to: address.socket)
    }

    /// Carries out what a room decided.
    func run(_ actions: [RoomAction], in room: RoomID) {
        for action in actions {
            switch action {
            case .notify(let socket, let notification):
                sockets?.send(notification.bytes, to: socket, kind: notification.kind)
            case .close(let socket, let reason):
                if reason == .done, connections[socket]?.account != nil {
                    // An account's connection is there for more than this room.
                    connections[socket]?.room = nil
                } else {
                    forget(socket)
                    sockets?.close(socket, reason)
                }
            case .departed(let user):
                logger.debug("participant gone", metadata: ["room": "\(room)", "user": "\(user)"])
                forgetResumption(Resumption(user: user, room: room))
            case .leaveCall(let user): enqueue(.leave(user), in: room)
            case .closeCall:
                noteEnd(of: room)
                enqueue(.close, in: room)
            case .report(let happening): report(happening, in: room)
            case .billing(let event): counters.billingEvents[event, default: 0] += 1
            case .observed(let report): counters.quality.observe(report)
            }
        }
    }

    func close(_ socket: SocketID, _ reason: CloseReason) {
        lost(socket)
        sockets?.close(socket, reason)
    }

    // MARK: Connections

    func opened(_ socket: SocketID) {
        let now = MonotonicInstant.now()
        counters.connectionsTotal += 1
        let name = "c-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        guard let id = ConnectionID(name) else { return }
        connections[socket] = Connection(
            id: id, socket: socket, helloDeadline: now.advanced(by: limits.helloTimeout),
            messages: MessageBudget(
                perSecond: limits.messagesPerSecond, burst: limits.messageBurst, patience: limits.messagePatience,
                now: now),
            errors: ErrorBudget(limit: limits.protocolErrors, window: limits.protocolErrorWindow))
    }

    func closed(_ socket: SocketID) { lost(socket) }

    /// A connection is gone, or as good as: its participation waits to be resumed.
    private func lost(_ socket: SocketID) {
        if let room = forget(socket)?.room { rooms[room]?.disconnected(socket, now: .now()) }
    }

    @discardableResult
    private func forget(_ socket: SocketID) -> Connection? {
        guard let connection = connections.removeValue(forKey: socket) else { return nil }
        if let user = connection.user, let account = connection.account {
            accountDisconnected(user, account, now: .now())
        }
        return connection
    }

    // MARK: Time

    private func tick(_ now: MonotonicInstant) {
        for connection in connections.values where connection.user == nil && now >= connection.helloDeadline {
            close(connection.socket, .helloTimeout)
        }
        for id in Array(rooms.keys) {
            guard let room = rooms[id] else { continue }
            if room.isOccupied {
                run(rooms[id]?.tick(now) ?? [], in: id)
            } else if lanes[id] == nil, !room.hasMemory || now >= room.rememberedUntil {
                rooms[id] = nil
            }
        }
        revocations.forget(at: now)
        tellAbsences(now)
        tellConnections(now)
        keepJournal()
        runReports(now)
        sockets?.sweep(at: now)
        finishDraining(now)
    }
}

extension Date {
    /// RFC 3339 in UTC with milliseconds.
    var text: String { formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }
}
