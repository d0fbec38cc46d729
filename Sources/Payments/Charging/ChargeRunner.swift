internal import Billing
public import Database
internal import Events
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Sends what waits in `payment_requests` to Stripe, hands the answers to the charge machines, and tells these of the time.
///
/// Which request is sent, and how often, is the machines' to decide; this brings each once. What a process leaves behind that
/// was killed in the middle is in the rows: at its next start every unanswered step is sent again under its own key.
public final class ChargeRunner: Service, CustomStringConvertible {
    /// What it has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Requests sent, inquiries included.
        public var sent = 0
        /// Of these, without a word on whether they were done.
        public var unanswered = 0
        /// Times at which something could not be read or written.
        public var failures = 0
    }

    /// What it is called in the log.
    public let description = "charges"
    private let pool: DatabasePool
    private let store: ChargeStore
    private let courier: ChargeCourier
    private let lanes: Int
    private let logger: Logger
    private let bell = Wakeup()
    private let counters = Mutex(Metrics())

    /// How often machines are told of the time.
    private static let beat = Duration.milliseconds(250)
    /// Machines told before it sleeps again.
    private static let batch = 100

    /// A service that does not run yet.
    ///
    /// - Parameter lanes: requests under way at the same time. Stripe answers in some 300 ms and takes a hundred a second;
    ///   as many calls may reach a window's end together, and each is to hear within two seconds.
    public init(
        pool: DatabasePool, store: ChargeStore, processor: PaymentProcessor, lanes: Int = 32, logger: Logger
    ) {
        self.pool = pool
        self.store = store
        courier = ChargeCourier(processor.gateway)
        self.lanes = lanes
        self.logger = logger
    }

    /// What it has done.
    public var metrics: Metrics { counters.withLock { $0 } }

    /// Works until it is told to stop. A request under way then is left to the next start.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await self.resume()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.listen() }
                group.addTask { await self.keepTime() }
                for _ in 0..<self.lanes { group.addTask { await self.work() } }
            }
        }
    }

    private func listen() async {
        let channels = [ChargeStore.channel]
        for await event in NotificationStream(pool.configuration, channels: channels, logger: logger) {
            switch event {
            case .listening, .notification: bell.ring()
            case .disconnected: break
            }
        }
    }

    // MARK: Sending

    private func work() async {
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            let rings = bell.rings
            do {
                if try await step() { continue }
                pause = .milliseconds(50)
                await bell.sleep(since: rings, atMost: .seconds(1))
            } catch {
                if Task.isCancelled { return }
                note(error, "payments cannot be worked on")
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Sends one request and takes its answer in.
    ///
    /// - Returns: false where none waits.
    @discardableResult
    func step() async throws -> Bool {
        guard let request = try await ChargeRequest.claim(on: pool) else { return false }
        let word = await courier.bring(request)
        counters.withLock {
            $0.sent += 1
            if word.leavesDoubt { $0.unanswered += 1 }
        }
        if let code = word.code {
            logger.info(
                "a payment request was not done",
                metadata: ["request": "\(request.key)", "status": "\(word.status ?? 0)", "code": "\(code)"])
        }
        try await take(word, of: request)
        return true
    }

    /// Takes an answer in. Where the database is away the answer is lost, and the step sent again under its key.
    private func take(_ word: ChargeCourier.Word, of request: ChargeRequest) async throws {
        try await pool.withTransaction { transaction in
            guard var charged = try await ChargedSession.lock(request.session, in: transaction) else { return }
            _ = try await transaction.pipeline([
                """
                UPDATE payments SET processor_id = coalesce(processor_id, \(word.processor)) WHERE id = \(request.payment)
                """,
                """
                UPDATE payment_requests SET answer_status = \(word.status), answer_code = \(word.code)
                WHERE id = \(request.id)
                """,
            ])
            try await store.apply(word.event, to: &charged, in: transaction)
        }
    }

    // MARK: Time

    private func keepTime() async {
        while !Task.isCancelled {
            do {
                try await tick()
            } catch {
                if Task.isCancelled { return }
                note(error, "charges cannot be looked at")
            }
            try? await Task.sleep(for: Self.beat)
        }
    }

    /// Tells every machine whose time has come, and ends those whose rooms say nothing more.
    func tick() async throws {
        let now = store.clock()
        let due = try await pool.query(
            """
            SELECT session_id, last_word_at <= \(now) IS TRUE AS is_over FROM charges
            WHERE due_at <= \(now) OR last_word_at <= \(now) ORDER BY least(due_at, last_word_at) LIMIT \(Self.batch)
            """)
        for row in due {
            let session = try row.get("session_id", as: UniqueID.self)
            let isOver = try row.get("is_over", as: Bool.self)
            await each(session) { transaction in
                if isOver { try await self.store.end(session, in: transaction) }
                try await self.store.apply(.tick, to: session, in: transaction)
            }
        }
    }

    /// Sends again what an earlier life of this process has left unanswered.
    func resume() async {
        while !Task.isCancelled {
            do {
                let open = try await pool.query(
                    "SELECT session_id FROM charges WHERE state IN ('running', 'closing') ORDER BY session_id")
                for row in open {
                    let session = try row.get("session_id", as: UniqueID.self)
                    await each(session) { try await self.store.apply(.resumed, to: session, in: $0) }
                }
                return
            } catch {
                if Task.isCancelled { return }
                note(error, "charges cannot be taken up")
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    /// Does something to one session in a transaction of its own, so that one that cannot be handled stops no other.
    private func each(
        _ session: UniqueID, _ body: @escaping @Sendable (Transaction) async throws -> Void
    ) async {
        do {
            try await pool.withTransaction { try await body($0) }
        } catch {
            if Task.isCancelled { return }
            note(error, "a session's charge cannot be handled", ["session": "\(session)"])
        }
    }

    private func note(_ error: any Error, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]) {
        counters.withLock { $0.failures += 1 }
        logger.warning(message, metadata: metadata.merging(["error": "\(error)"]) { $1 })
    }
}

extension ChargeCourier.Word {
    fileprivate var leavesDoubt: Bool {
        switch event {
        case .answered(_, .unknown), .answered(_, .unclear), .found(_, .unknown): true
        default: false
        }
    }
}
