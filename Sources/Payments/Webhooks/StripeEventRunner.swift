public import Database
internal import Events
public import Logging
public import ServiceLifecycle
public import Stripe

/// Acts on what Stripe has told, once each and in any order: the object is read again, and only what leads forward is taken.
///
/// An event is claimed by moving its time, acted on outside of any transaction, and settled; what a crash leaves unsettled is
/// claimed again when that time has come. What fails too often is parked, until an operator lets it be tried again
/// (``StripeEventHandlers``).
///
/// What a crash leaves, line by line:
/// - before the claim is committed: a waiting event, as if nobody had come;
/// - after it, before or amid the handler: a waiting event whose time is the end of the lease. It is handled from its
///   beginning then; the handler reads the object anew, and every write of its is keyed by what it is about;
/// - after the handler, before the event is settled: the same, and the second time the handler finds its work done;
/// - after that: nothing to do.
public final class StripeEventRunner: Service, CustomStringConvertible {
    /// Acts on an event: reads what it is about, and writes what follows.
    ///
    /// - Returns: false where it is about something else.
    public typealias Handler = @Sendable (StripeEvent) async throws -> Bool

    /// What it is called in the log.
    public let description = "stripe events"
    private let pool: DatabasePool
    private let handlers: [Handler]
    private let lanes: Int
    private let logger: Logger
    private let bell = Wakeup()

    /// After so many failures an event is left to an operator.
    static let attempts = 12
    /// How long a claimed event is left alone.
    static let lease = Duration.seconds(90)
    /// How long events that were acted on are kept: within that time an id is taken once.
    static let retention = "60 days"

    /// A service that does not run yet.
    ///
    /// - Parameter handlers: asked one after the other, up to the first that acts.
    public init(pool: DatabasePool, handlers: [Handler], lanes: Int = 4, logger: Logger) {
        self.pool = pool
        self.handlers = handlers
        self.lanes = lanes
        self.logger = logger
    }

    /// Works until it is told to stop.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.listen() }
                group.addTask { await self.tidy() }
                for _ in 0..<self.lanes { group.addTask { await self.work() } }
            }
        }
    }

    private func listen() async {
        let channels = [WebhookHandlers.channel]
        for await event in NotificationStream(pool.configuration, channels: channels, logger: logger) {
            switch event {
            case .listening, .notification: bell.ring()
            case .disconnected: break
            }
        }
    }

    private func work() async {
        while !Task.isCancelled {
            let rings = bell.rings
            do {
                if try await step() { continue }
                await bell.sleep(since: rings, atMost: .seconds(1))
            } catch {
                if Task.isCancelled { return }
                logger.warning("events of Stripe cannot be acted on", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func tidy() async {
        while !Task.isCancelled {
            _ = try? await pool.query(
                "DELETE FROM stripe_events WHERE handled_at < now() - \(Self.retention)::interval")
            try? await Task.sleep(for: .seconds(3600))
        }
    }

    /// Acts on one event.
    ///
    /// - Returns: false where none waits.
    @discardableResult
    func step(now: Timestamp = .now()) async throws -> Bool {
        let rows = try await pool.query(
            """
            UPDATE stripe_events SET attempts = attempts + 1, due_at = \(now.advanced(by: Self.lease))
            WHERE id = (
                SELECT id FROM stripe_events WHERE state = 'waiting' AND due_at <= \(now)
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, attempts, type, object_kind, object_id, account, is_live, created_at
            """)
        guard let row = rows.first else { return false }
        let id = try row.get("id", as: String.self)
        let attempts = try row.get("attempts", as: Int.self)
        do {
            let isOurs = try await handle(try StripeEvent(row))
            try await pool.query(
                """
                UPDATE stripe_events SET state = \(isOurs ? "handled" : "ignored"), handled_at = clock_timestamp(),
                    last_error = NULL
                WHERE id = \(id)
                """)
        } catch {
            if Task.isCancelled { throw error }
            try await putOff(id, attempts, error, now)
        }
        return true
    }

    private func handle(_ event: StripeEvent) async throws -> Bool {
        for handler in handlers where try await handler(event) { return true }
        return false
    }

    /// Tries it again later, or parks it. Where the lease ran out and somebody else has it now, or it was settled, it is theirs
    /// to say.
    private func putOff(_ id: String, _ attempts: Int, _ error: any Error, _ now: Timestamp) async throws {
        let isOver = attempts >= Self.attempts
        let metadata: Logger.Metadata = ["event": "\(id)", "error": "\(error)"]
        if isOver {
            logger.error("an event of Stripe failed too often and is parked", metadata: metadata)
        } else {
            logger.warning("an event of Stripe failed and is tried again", metadata: metadata)
        }
        try await pool.query(
            """
            UPDATE stripe_events SET state = \(isOver ? "parked" : "waiting"), last_error = \(String("\(error)".prefix(500))),
                due_at = \(now.advanced(by: .seconds(min(1 << min(attempts, 12), 3600))))
            WHERE id = \(id) AND state = 'waiting' AND attempts = \(attempts)
            """)
    }
}

extension StripeEvent {
    fileprivate init(_ row: Row) throws(DatabaseError) {
        let id = try row.get("id", as: String.self)
        guard let name = StripeID<StripeEvent>(id) else { throw DatabaseError(.decoding, "no id of an event: \(id)") }
        self.init(
            id: name, type: try row.get("type", as: String.self),
            created: try row.get("created_at", as: Timestamp.self).microseconds / 1_000_000,
            livemode: try row.get("is_live", as: Bool.self),
            account: try row.get("account", as: String?.self).flatMap { StripeID($0) },
            subject: .init(
                kind: try row.get("object_kind", as: String.self), id: try row.get("object_id", as: String.self)))
    }
}
