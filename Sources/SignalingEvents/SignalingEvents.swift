internal import Identifiers

public import Database
public import Events
public import Logging
public import ServiceLifecycle
public import Signaling

/// What the database has to say to the signaling core, and the core's word on who is there.
///
/// ```swift
/// let server = SignalingServer(…, marketplace: MarketplaceQueue(pool, …), logger: logger)
/// let events = SignalingEvents(pool: pool, server: server, tokens: tokens, logger: logger)
/// ```
///
/// While it runs, sign-ins that are ended lose their connections: it hands on the events of queue `signaling`. Whenever
/// it begins to listen, at the start and after the connection was lost, it also reads which sign-ins were ended lately,
/// because a core that was just started remembers none. A minute after its start it tells the sidecar who is connected,
/// so that nobody stays available who did not come back; until then consultants have time to.
///
/// The server may be started after it and has to be stopped after it. A queue has one group of readers, so this is for
/// one core per database.
public final class SignalingEvents: Service, CustomStringConvertible {
    /// When it does what.
    struct Timing: Sendable {
        /// From the start until the snapshot: as long as the core waits for lost connections.
        var snapshot = Duration.seconds(60)
        /// How far back ended sign-ins are read: longer than access tokens live.
        var memory = Duration.seconds(1200)
        /// The first pause after a failure, and the longest.
        var pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(5))
    }

    /// An event that this core does not know.
    struct UnknownEvent: Error, CustomStringConvertible {
        let kind: String
        var description: String { "nothing here handles \(kind)" }
    }

    /// What it is called in the log.
    public let description = "signaling events"
    private let pool: DatabasePool
    private let server: SignalingServer
    private let timing: Timing
    private let logger: Logger
    private let reader: EventReader
    /// An element for each time that listening began and nobody has looked yet.
    private let beginnings: AsyncStream<Void>

    /// A service that does not run yet.
    ///
    /// - Parameter tokens: mints what opens a session's room.
    public convenience init(pool: DatabasePool, server: SignalingServer, tokens: RoomTokens, logger: Logger) {
        self.init(pool: pool, server: server, tokens: tokens, timing: Timing(), logger: logger)
    }

    init(
        pool: DatabasePool, server: SignalingServer, tokens: RoomTokens, timing: Timing,
        reading: EventReader.Configuration = EventReader.Configuration(), logger: Logger
    ) {
        self.pool = pool
        self.server = server
        self.timing = timing
        self.logger = logger
        let (beginnings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.beginnings = beginnings
        reader = EventReader(
            of: .signaling, on: pool, configuration: reading, logger: logger, listening: { continuation.yield() }
        ) { delivery, transaction in
            try await EventHandling(server: server, tokens: tokens).handle(delivery, in: transaction)
        }
    }

    /// What its reader has done.
    public var readerMetrics: ReaderMetrics { reader.metrics }

    /// The numbers of the queue that it reads.
    public func queueMetrics() async throws(DatabaseError) -> QueueMetrics {
        try await Outbox.metrics(of: .signaling, on: pool)
    }

    /// Says that nobody is connected yet: to be called before the server listens, so that whoever was seen connected by its
    /// predecessor is not asked in vain.
    ///
    /// A database that is away keeps nobody from a call: then the list of those who are connected, which follows when it is
    /// back, says the same.
    public func announceStart() async {
        do {
            let event = try PresenceEvent.restarted.event()
            try await pool.withTransaction { try await Outbox.append(event, in: $0) }
        } catch {
            logger.warning("the start cannot be announced yet", metadata: ["error": "\(error)"])
        }
    }

    /// Runs until a graceful shutdown, or until the task is cancelled. To be called once.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.reader.run() }
                group.addTask {
                    for await _ in self.beginnings { await self.insist("revocations") { try await $0.load() } }
                }
                group.addTask {
                    // Cancelled: then nothing is said, for the core is about to stop.
                    guard (try? await Task.sleep(for: self.timing.snapshot)) != nil else { return }
                    await self.insist("presence") { try await $0.report() }
                }
            }
        }
    }

    // MARK: Sign-ins that were ended

    static func revoke(_ families: [UniqueID], of user: UniqueID, at server: SignalingServer) async throws {
        guard let id = UserID(user.description) else { return }
        try await server.revoke(families: Set(families.map(\.description)), of: id)
    }

    /// Reads the sign-ins that were ended lately.
    private func load() async throws {
        let rows = try await pool.query(
            """
            SELECT user_id, array_agg(id) AS families FROM refresh_families
            WHERE revoked_at > \(Timestamp.now().advanced(by: .zero - timing.memory)) GROUP BY user_id
            """)
        for row in rows {
            try await Self.revoke(
                try row.get("families", as: [UniqueID].self), of: try row.get("user_id", as: UniqueID.self), at: server)
        }
    }

    // MARK: Who is there

    private func report() async throws {
        let users = try await server.connectedUsers()
        let event = try PresenceEvent.snapshot(online: Set(users.compactMap { UniqueID($0.text) })).event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
        logger.debug("told who is connected", metadata: ["accounts": "\(users.count)"])
    }

    /// Tries until it succeeds or the task is cancelled.
    private func insist(_ what: String, _ body: (SignalingEvents) async throws -> Void) async {
        var pause = timing.pauses.first
        while !Task.isCancelled {
            do {
                return try await body(self)
            } catch {
                if Task.isCancelled { return }
                logger.warning("failed, and is tried again", metadata: ["what": "\(what)", "error": "\(error)"])
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, timing.pauses.longest)
            }
        }
    }
}
