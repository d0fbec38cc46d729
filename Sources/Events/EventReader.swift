public import Database
internal import Synchronization

public import Logging

/// Handles the events of one queue, together with the queue's other readers in this and in other processes.
///
/// Events are handled inside the transaction that holds them: what the handler writes through it and the
/// event's delivery are committed together, so such an effect happens exactly once. Any other effect happens at least
/// once: after a crash, or where a later event of the batch takes the transaction down, the handler meets the event again.
/// A handler that throws undoes its own writes only; its event is tried again later, and the later events of the
/// key wait for it.
public final class EventReader: Sendable {
    /// Acts on an event, with the transaction that its delivery is part of.
    public typealias Handler = @Sendable (Delivery, Transaction) async throws -> Void

    /// How a reader reads.
    public struct Configuration: Sendable {
        /// Events handled in one transaction. A crash repeats at most this many.
        public var batch = 50
        /// Batches handled at the same time, each on a connection of the pool.
        public var lanes = 1
        /// When failed events are tried again.
        public var retry = RetryPolicy()
        /// How often a queue is looked at without being woken.
        public var interval = Duration.seconds(2)
        /// How long delivered events are kept; within that time an id is taken once.
        public var retention = Duration.seconds(7 * 86400)

        /// A configuration that suits handlers which only write to the database.
        public init() {}
    }

    private let queue: EventQueue
    private let pool: DatabasePool
    private let configuration: Configuration
    private let logger: Logger
    private let listening: @Sendable () -> Void
    private let handler: Handler
    private let wakeup = Wakeup()
    private let counters = Counters()

    /// A reader of `queue` that does not run yet.
    ///
    /// - Parameter listening: called whenever the reader has begun to listen for wake-ups: once it runs, and again after
    ///   the connection for it was lost.
    public init(
        of queue: EventQueue, on pool: DatabasePool, configuration: Configuration = Configuration(), logger: Logger,
        listening: @escaping @Sendable () -> Void = {}, handler: @escaping Handler
    ) {
        self.queue = queue
        self.pool = pool
        self.configuration = configuration
        self.logger = logger
        self.listening = listening
        self.handler = handler
    }

    /// What this reader has done since it was made.
    public var metrics: ReaderMetrics { counters.snapshot }

    /// Reads until the task is cancelled. A batch that is being handled then is rolled back.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.listen() }
            group.addTask { await self.tidy() }
            for _ in 0..<max(1, configuration.lanes) { group.addTask { await self.readLane() } }
        }
    }

    /// Handles one batch.
    ///
    /// - Returns: how many events were handled, with or without success.
    /// - Throws: where the batch as a whole came to nothing.
    @discardableResult
    public func handleBatch() async throws -> Int {
        let outcome = try await pool.withTransaction { transaction in
            let claimed = try await Claim.take(from: queue, limit: max(1, configuration.batch), in: transaction)
            var outcome = Outcome()
            for delivery in claimed where !outcome.failedKeys.contains(delivery.event.key) {
                try Task.checkCancellation()
                try await handle(delivery, in: transaction, &outcome)
            }
            Claim.settle(delivered: outcome.delivered, failed: outcome.failed, in: transaction)
            return outcome
        }
        counters.add(outcome)
        for failure in outcome.failed { log(failure) }
        return outcome.delivered.count + outcome.failed.count
    }

    // MARK: One event

    private func handle(_ delivery: Delivery, in transaction: Transaction, _ outcome: inout Outcome) async throws {
        do {
            try await transaction.withSavepoint { try await handler(delivery, transaction) }
            outcome.delivered.append(delivery.event.id)
        } catch {
            // Not the event's fault: the whole batch starts over, or the reader ends.
            if Task.isCancelled { throw error }
            if let error = error as? DatabaseError, error.isUnavailable || error.isTransactionConflict { throw error }
            let verdict = configuration.retry.verdict(failures: delivery.failures + 1, jitter: .random(in: 0...1))
            outcome.failed.append(Claim.Failure(id: delivery.event.id, error: Self.words(error), verdict: verdict))
            if verdict != .park { outcome.failedKeys.insert(delivery.event.key) }
        }
    }

    /// What is kept of an error: short, and storable.
    private static func words(_ error: any Error) -> String {
        String(String(describing: error).unicodeScalars.filter { $0.value != 0 }.prefix(500))
    }

    private func log(_ failure: Claim.Failure) {
        let metadata: Logger.Metadata = ["event": "\(failure.id)", "queue": "\(queue)", "error": "\(failure.error)"]
        switch failure.verdict {
        case .retry: logger.warning("an event failed and is tried again", metadata: metadata)
        case .park: logger.error("an event failed too often and is parked", metadata: metadata)
        }
    }

    // MARK: Running

    private func readLane() async {
        var troubles = 0
        while !Task.isCancelled {
            let rings = wakeup.rings
            do {
                let handled = try await handleBatch()
                let due = try await Claim.nextDue(in: queue, orNow: handled > 0, on: pool)
                troubles = 0
                if due == .zero { continue }
                await wakeup.sleep(since: rings, atMost: min(due ?? configuration.interval, configuration.interval))
            } catch {
                if Task.isCancelled { return }
                troubles = min(troubles + 1, 6)
                logger.warning("events cannot be read", metadata: ["queue": "\(queue)", "error": "\(error)"])
                let pause = Duration.milliseconds(50) * (1 << troubles)
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            }
        }
    }

    /// A notification wakes one lane; a connection that listens again wakes all, for what was missed.
    private func listen() async {
        for await event in NotificationStream(pool.configuration, channels: [queue.channel], logger: logger) {
            switch event {
            case .listening:
                wakeup.ring()
                listening()
            case .notification: wakeup.ringForOne()
            case .disconnected: break
            }
        }
    }

    private func tidy() async {
        while !Task.isCancelled {
            do {
                let removed = try await Outbox.removeDelivered(
                    from: queue, olderThan: configuration.retention, on: pool)
                if removed > 0 { continue }
            } catch {
                logger.debug("delivered events cannot be removed", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(600))
        }
    }
}
