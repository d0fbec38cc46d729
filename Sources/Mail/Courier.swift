public import Database
public import Events
internal import Synchronization

public import Logging

/// Sends the mails of the outbox, together with the other couriers in this and in other processes.
///
/// A mail's row is locked while it is handed to the transport, and marked when that is done. A crash in between sends
/// the mail once more, with the same Message-ID, by which mail systems recognise it; no crash loses one. A mail that fails
/// for a passing reason is tried again for some hours; one that the mail server refuses for good is parked at once.
public final class Courier: Sendable {
    /// How a courier works.
    public struct Configuration: Sendable {
        /// Who sends the mails.
        public var sender: MailAddress
        /// When failed mails are tried again: for about five hours, which outlasts greylisting and most outages.
        public var retry = RetryPolicy(first: .seconds(5), longest: .seconds(1800), attempts: 20)
        /// Mails sent at the same time, each on a connection of the pool.
        public var lanes = 1
        /// How often the outbox is looked at without being woken.
        public var interval = Duration.seconds(5)
        /// How long the rows of sent and of parked mails are kept.
        public var retention = Duration.seconds(30 * 86400)

        /// A configuration that suits one server.
        public init(sender: MailAddress) { self.sender = sender }
    }

    /// Makes what a mail encloses, by its name (``Email/enclosure``), within half a minute or so. A failure is a failed
    /// attempt to send the mail.
    public typealias Enclosures = @Sendable (_ name: String) async throws(MailError) -> [MailAttachment]

    /// What a courier has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Mails that were sent.
        public var sent = 0
        /// Attempts that failed.
        public var failed = 0
        /// Mails that were parked.
        public var parked = 0
    }

    private let pool: DatabasePool
    private let transport: any MailTransport
    private let configuration: Configuration
    private let enclosures: Enclosures
    private let logger: Logger
    private let wakeup = Wakeup()
    private let counters = Mutex(Metrics())

    /// How long what mails enclose may take, waiting included.
    private static let enclosurePatience = Duration.seconds(90)

    /// A courier that does not run yet.
    ///
    /// - Parameter enclosures: makes what mails enclose; without it, those that do are parked.
    public init(
        on pool: DatabasePool, transport: any MailTransport, configuration: Configuration, logger: Logger,
        enclosures: @escaping Enclosures = { _ throws(MailError) in
            throw MailError(.invalid, "nobody makes what this mail encloses")
        }
    ) {
        self.pool = pool
        self.transport = transport
        self.configuration = configuration
        self.logger = logger
        self.enclosures = enclosures
    }

    /// What this courier has done since it was made.
    public var metrics: Metrics { counters.withLock { $0 } }

    /// Sends mails until the task is cancelled. An attempt that runs then is brought to its end, so that no mail is sent
    /// twice because of it.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.tidy() }
            for _ in 0..<max(1, configuration.lanes) { group.addTask { await self.work() } }
        }
    }

    /// Tries to send the mail that has been due for the longest time.
    ///
    /// - Returns: false where none was due.
    /// - Throws: where the database failed. The mail may have been sent then, and is sent again.
    @discardableResult
    public func deliverNext() async throws -> Bool {
        // In a task of its own, which the caller's cancellation does not reach: a mail that was handed over is marked.
        try await Task { try await self.attemptNext() }.value
    }

    // MARK: One mail

    private func attemptNext() async throws -> Bool {
        let attempt = try await pool.withTransaction { transaction -> (id: MailID, outcome: MailClaim.Outcome)? in
            // Twice what a transport may take.
            let patience = transport.patience * 2 + Self.enclosurePatience
            guard let claim = try await MailClaim.take(in: transaction, patience: patience) else { return nil }
            let outcome = await send(claim)
            try await claim.settle(outcome, in: transaction)
            return (claim.id, outcome)
        }
        guard let attempt else { return false }
        count(attempt.outcome)
        log(attempt.id, attempt.outcome)
        return true
    }

    private func send(_ claim: MailClaim) async -> MailClaim.Outcome {
        guard let email = claim.email else {
            return .failed(MailError(.invalid, "the row does not hold a mail that can be sent"), .park)
        }
        do throws(MailError) {
            let mail = OutgoingMail(
                id: claim.id, sender: configuration.sender, email: email, createdAt: claim.createdAt,
                attachments: try await attachments(of: email))
            try await transport.deliver(mail)
            return .sent
        } catch {
            switch error.code {
            case .invalid, .refused: return .failed(error, .park)
            case .configuration, .unavailable:
                return .failed(
                    error, configuration.retry.verdict(failures: claim.failures + 1, jitter: .random(in: 0...1)))
            }
        }
    }

    private func attachments(of email: Email) async throws(MailError) -> [MailAttachment] {
        guard let name = email.enclosure else { return [] }
        return try await enclosures(name)
    }

    private func count(_ outcome: MailClaim.Outcome) {
        counters.withLock { metrics in
            switch outcome {
            case .sent: metrics.sent += 1
            case .failed(_, .retry): metrics.failed += 1
            case .failed(_, .park):
                metrics.failed += 1
                metrics.parked += 1
            }
        }
    }

    private func log(_ id: MailID, _ outcome: MailClaim.Outcome) {
        switch outcome {
        case .sent: logger.info("a mail was sent", metadata: ["mail": "\(id)"])
        case .failed(let error, .retry(let pause)):
            logger.warning(
                "a mail could not be sent and is tried again",
                metadata: ["mail": "\(id)", "error": "\(error)", "seconds": "\(pause.components.seconds)"])
        case .failed(let error, .park):
            logger.error("a mail cannot be sent and is parked", metadata: ["mail": "\(id)", "error": "\(error)"])
        }
    }

    // MARK: Running

    private func work() async {
        var troubles = 0
        while !Task.isCancelled {
            let rings = wakeup.rings
            do {
                if try await deliverNext() { continue }
                let due = try await MailClaim.nextDue(on: pool)
                troubles = 0
                await wakeup.sleep(since: rings, atMost: min(due ?? configuration.interval, configuration.interval))
            } catch {
                if Task.isCancelled { return }
                troubles = min(troubles + 1, 6)
                logger.warning("the mail outbox cannot be read", metadata: ["error": "\(error)"])
                let pause = Duration.milliseconds(50) * (1 << troubles)
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            }
        }
    }

    /// Every notification wakes the lanes; so does a connection that listens again, for what was missed.
    private func listen() async {
        for await event in NotificationStream(pool.configuration, channels: [MailOutbox.channel], logger: logger) {
            switch event {
            case .listening, .notification: wakeup.ring()
            case .disconnected: break
            }
        }
    }

    private func tidy() async {
        while !Task.isCancelled {
            do {
                if try await MailOutbox.removeSettled(olderThan: configuration.retention, on: pool) > 0 { continue }
            } catch {
                logger.debug("old mails cannot be removed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(600))
        }
    }
}
