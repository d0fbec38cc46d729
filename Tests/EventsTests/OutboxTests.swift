import Database
import DatabaseTesting
@testable import Events
import Logging
import Synchronization
import Testing

/// A queue in a database of its own.
struct TestQueue {
    let pool: DatabasePool
    let queue = EventQueue.sidecar

    init(connections: Int = 10) async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("outbox"), limits: PoolLimits(connections: connections),
            logger: .quiet)
    }

    func event(_ key: String, _ kind: String) -> Event {
        Event(queue: queue, key: key, kind: kind, payload: JSONText("{}"))
    }

    func append(_ events: [Event]) async throws {
        try await pool.withTransaction { transaction in try await Outbox.append(events, in: transaction) }
    }

    func metrics() async throws -> QueueMetrics { try await Outbox.metrics(of: queue, on: pool) }

    func reader(
        _ change: (inout EventReader.Configuration) -> Void = { _ in }, handler: @escaping EventReader.Handler
    ) -> EventReader {
        var configuration = EventReader.Configuration()
        configuration.retry = RetryPolicy(first: .milliseconds(1), longest: .milliseconds(2), attempts: 3)
        change(&configuration)
        return EventReader(of: queue, on: pool, configuration: configuration, logger: .quiet, handler: handler)
    }
}

/// What a handler saw, in order.
final class Record: Sendable {
    private let entries = Mutex<[String]>([])
    let gate = Gate()

    var all: [String] { entries.withLock { $0 } }

    func add(_ entry: String) {
        entries.withLock { $0.append(entry) }
        gate.pass()
    }
}

struct Refusal: Error, CustomStringConvertible { let description: String }

@Suite("The outbox", .timeLimit(.minutes(2))) struct OutboxTests {
    let test: TestQueue

    init() async throws { test = try await TestQueue() }

    @Test("has an event when its transaction commits, and not before")
    func transactional() async throws {
        try await test.pool.withTransaction { transaction in
            let isNew = try await Outbox.append(test.event("k", "one"), in: transaction)
            #expect(isNew)
            #expect(try await test.metrics().pending == 0)
        }
        #expect(try await test.metrics().pending == 1)
        await #expect(throws: Refusal.self) {
            try await test.pool.withTransaction { transaction in
                try await Outbox.append(test.event("k", "two"), in: transaction)
                throw Refusal(description: "no")
            }
        }
        #expect(try await test.metrics().pending == 1)
    }

    @Test("takes an event's id once")
    func idempotent() async throws {
        let event = test.event("k", "one")
        let first = try await test.pool.withTransaction { try await Outbox.append(event, in: $0) }
        let second = try await test.pool.withTransaction { try await Outbox.append([event, event], in: $0) }
        #expect(first && second == 0)
        let record = Record()
        let reader = test.reader { delivery, _ in record.add("\(delivery.event.id)") }
        #expect(try await reader.handleBatch() == 1)
        try await test.append([event])
        #expect(try await reader.handleBatch() == 0)
        #expect(record.all == ["\(event.id)"])
    }

    @Test("delivers what was appended, with its payload")
    func contents() async throws {
        let event = Event(queue: test.queue, key: "ü", kind: "session.ended", payload: JSONText(#"{"n": [1, "ü"]}"#))
        try await test.append([event])
        let seen = Mutex<Delivery?>(nil)
        try await test.reader { delivery, _ in seen.withLock { $0 = delivery } }.handleBatch()
        let delivery = try #require(seen.withLock { $0 })
        #expect(delivery.event == event && delivery.failures == 0)
        #expect(try await test.metrics() == QueueMetrics(pending: 0, parked: 0, delivered: 1, oldestAge: nil))
    }

    @Test("hands a queue's events to that queue's readers alone")
    func queues() async throws {
        let other = Event(queue: .signaling, key: "k", kind: "x", payload: JSONText("1"))
        try await test.append([other])
        #expect(try await test.reader { _, _ in }.handleBatch() == 0)
        #expect(try await Outbox.metrics(of: .signaling, on: test.pool).pending == 1)
        #expect(EventQueue("two words") == nil && EventQueue("") == nil && EventQueue("later_1")?.name == "later_1")
    }

    @Test("numbers events of one key in the order of their commits")
    func numbering() async throws {
        let first = Gate()
        let appended = Gate()
        // The first to append commits last of all that can: the second has to wait for it.
        async let early: Void = test.pool.withTransaction { transaction in
            try await Outbox.append(test.event("k", "early"), in: transaction)
            first.pass()
            let waiting: SQL = """
                SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
                WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
                """
            while try await test.pool.query(waiting).isEmpty {
                await Task.yield()
            }
            #expect(appended.count == 0)
        }
        await first.wait()
        try await test.append([test.event("k", "late")])
        appended.pass()
        try await early
        let record = Record()
        try await test.reader { delivery, _ in record.add(delivery.event.kind) }.handleBatch()
        #expect(record.all == ["early", "late"])
    }

    @Test("forgets delivered events after their time, and pending and parked ones never")
    func retention() async throws {
        try await test.append((0..<5).map { test.event("k\($0)", "x") })
        let reader = test.reader({ $0.batch = 3 }) { _, _ in }
        try await reader.handleBatch()
        #expect(try await Outbox.removeDelivered(from: test.queue, olderThan: .seconds(3600), on: test.pool) == 0)
        #expect(
            try await Outbox.removeDelivered(from: test.queue, olderThan: .seconds(-60), limit: 2, on: test.pool) == 2)
        #expect(try await Outbox.removeDelivered(from: test.queue, olderThan: .seconds(-60), on: test.pool) == 1)
        let metrics = try await test.metrics()
        #expect(metrics.pending == 2 && metrics.delivered == 0)
        #expect(metrics.oldestAge.map { $0 > .zero && $0 < .seconds(60) } == true)
    }
}

@Suite("A retry policy") struct RetryPolicyTests {
    @Test("doubles its pauses up to the longest, scattered, and then parks")
    func pauses() {
        let policy = RetryPolicy(first: .seconds(1), longest: .seconds(10), attempts: 6)
        for (failures, full) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10)] {
            #expect(policy.verdict(failures: failures, jitter: 1) == .retry(after: .seconds(full)))
            #expect(policy.verdict(failures: failures, jitter: 0) == .retry(after: .seconds(full) / 2))
        }
        #expect(policy.verdict(failures: 6, jitter: 0.5) == .park)
        #expect(RetryPolicy(attempts: 0).verdict(failures: 1, jitter: 0.5) == .park)
    }
}
