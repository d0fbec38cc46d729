import Database
import DatabaseTesting
@testable import Events
import Logging
import Synchronization
import Testing

@Suite("A reader", .timeLimit(.minutes(3))) struct ReaderTests {
    let test: TestQueue

    init() async throws { test = try await TestQueue(connections: 20) }

    /// Runs readers until `body` returns.
    private func running(_ readers: [EventReader], _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reader in readers { group.addTask { await reader.run() } }
            try await body()
            group.cancelAll()
        }
    }

    @Test("is woken by an event that is committed while it sleeps")
    func wakeup() async throws {
        let record = Record()
        let reader = test.reader({ $0.interval = .seconds(600) }) { delivery, _ in record.add(delivery.event.kind) }
        try await running([reader]) {
            for number in 1...5 {
                try await test.append([test.event("k", "\(number)")])
                await record.gate.wait(for: number)
            }
        }
        #expect(record.all == ["1", "2", "3", "4", "5"])
    }

    @Test("finds what was appended while its connection was away")
    func missedWakeup() async throws {
        let record = Record()
        let reader = test.reader({ $0.interval = .seconds(600) }) { delivery, _ in record.add(delivery.event.kind) }
        try await running([reader]) {
            try await test.append([test.event("k", "before")])
            await record.gate.wait(for: 1)
            try await test.pool.query(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """)
            try await test.append([test.event("k", "meanwhile")])
            await record.gate.wait(for: 2)
        }
        #expect(record.all == ["before", "meanwhile"])
    }

    @Test("tries a failing event again while the key waits, then parks it and goes on")
    func parking() async throws {
        let record = Record()
        let reader = test.reader { delivery, transaction in
            record.add("\(delivery.event.kind) \(delivery.failures)")
            if delivery.event.kind == "bad" {
                try await transaction.query("CREATE TABLE undone ()")
                throw Refusal(description: "cannot")
            }
        }
        let bad = test.event("k", "bad")
        try await test.append([test.event("k", "first"), bad, test.event("k", "last"), test.event("other", "free")])
        try await running([reader]) { await record.gate.wait(for: 6) }
        #expect(record.all.filter { $0 != "free 0" } == ["first 0", "bad 0", "bad 1", "bad 2", "last 0"])
        while try await test.metrics().pending > 0 { try await reader.handleBatch() }
        #expect(try await test.pool.query("SELECT to_regclass('undone') IS NULL")[0].get(0, as: Bool.self))
        let parked = try await Outbox.parked(in: test.queue, on: test.pool)
        #expect(parked.map(\.event) == [bad] && parked[0].failures == 3 && parked[0].lastError == "cannot")
        #expect(try await test.metrics().parked == 1)
    }

    @Test("handles an event again that ops put back, behind the others of its key")
    func unparking() async throws {
        let isWell = Mutex(false)
        let record = Record()
        let reader = test.reader({ $0.retry = RetryPolicy(attempts: 1) }) { delivery, _ in
            if delivery.event.kind == "bad", !isWell.withLock({ $0 }) { throw Refusal(description: "no\0pe") }
            record.add("\(delivery.event.kind) \(delivery.failures)")
        }
        let bad = test.event("k", "bad")
        try await test.append([bad])
        #expect(try await reader.handleBatch() == 1)
        try await test.append([test.event("k", "next")])
        isWell.withLock { $0 = true }
        #expect(try await test.pool.withTransaction { try await Outbox.unpark(bad.id, in: $0) })
        #expect(try await !test.pool.withTransaction { try await Outbox.unpark(bad.id, in: $0) })
        #expect(try await reader.handleBatch() == 2)
        #expect(record.all == ["next 0", "bad 0"])
        #expect(reader.metrics == ReaderMetrics(delivered: 2, failed: 1, parked: 1))
    }

    @Test("whose connection ends between claim and delivery leaves the event to the next, with its effect undone")
    func crash() async throws {
        try await test.pool.query("CREATE TABLE effects (id uuid PRIMARY KEY)")
        let event = test.event("k", "x")
        try await test.append([event])
        let isFirst = Mutex(true)
        let reader = test.reader { delivery, transaction in
            try await transaction.query("INSERT INTO effects VALUES (\(delivery.event.id))")
            let crashes = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            guard crashes else { return }
            let backend = try await transaction.query("SELECT pg_backend_pid()")[0].get(0, as: Int.self)
            try await test.pool.query("SELECT pg_terminate_backend(\(backend), 5000)")
        }
        await #expect(throws: DatabaseError.self) { try await reader.handleBatch() }
        #expect(try await test.metrics().pending == 1)
        #expect(try await test.pool.query("SELECT FROM effects").isEmpty)
        #expect(try await reader.handleBatch() == 1)
        #expect(try await test.pool.query("SELECT FROM effects").count == 1)
    }

    @Test("lets another reader pass with other keys while it handles one")
    func parallel() async throws {
        try await test.append([test.event("slow", "1"), test.event("slow", "2"), test.event("quick", "3")])
        let (entered, release) = (Gate(), Gate())
        let record = Record()
        let slow = test.reader({ $0.batch = 1 }) { delivery, _ in
            record.add(delivery.event.kind)
            entered.pass()
            await release.wait()
        }
        let quick = test.reader { delivery, _ in record.add(delivery.event.kind) }
        async let batch = slow.handleBatch()
        await entered.wait()
        #expect(try await quick.handleBatch() == 1)
        #expect(try await quick.handleBatch() == 0)
        release.pass()
        #expect(try await batch == 1)
        #expect(try await quick.handleBatch() == 1)
        #expect(record.all == ["1", "3", "2"])
    }

    @Test("finds work behind a long row of events that it cannot have")
    func window() async throws {
        try await test.append((0..<100).map { test.event("held", "\($0)") } + [test.event("free", "found")])
        let (entered, release) = (Gate(), Gate())
        let holder = test.reader({ $0.batch = 1 }) { _, _ in
            entered.pass()
            await release.wait()
        }
        let record = Record()
        let other = test.reader({ $0.batch = 5 }) { delivery, _ in record.add(delivery.event.kind) }
        async let batch = holder.handleBatch()
        await entered.wait()
        #expect(try await other.handleBatch() == 1)
        #expect(record.all == ["found"])
        release.pass()
        _ = try await batch
    }

    @Test("shares a queue with others: nothing lost, nothing twice, each key in order, while connections are killed")
    func concurrency() async throws {
        let (writers, perWriter, keys) = (4, 400, 23)
        try await test.pool.query("CREATE TABLE effects (place bigserial, id uuid PRIMARY KEY, key text, number int)")
        let handler: EventReader.Handler = { delivery, transaction in
            try await transaction.query(
                """
                INSERT INTO effects (id, key, number)
                VALUES (\(delivery.event.id), \(delivery.event.key), \(delivery.event.kind)::int)
                """)
        }
        // Two processes would have a pool each.
        let second = DatabasePool(test.pool.configuration, logger: .quiet)
        var configuration = EventReader.Configuration()
        configuration.lanes = 2
        configuration.batch = 20
        configuration.interval = .milliseconds(50)
        let readers = [test.pool, second].map {
            EventReader(of: test.queue, on: $0, configuration: configuration, logger: .quiet, handler: handler)
        }
        try await running(readers) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<writers {
                    group.addTask {
                        var numbers: [String: Int] = [:]
                        for index in 0..<perWriter {
                            // A writer has its own keys, so that its numbers are the order of the commits.
                            let key = "\(writer)-\(index % keys)"
                            numbers[key, default: 0] += 1
                            let number = numbers[key, default: 0]
                            let event = Event(
                                queue: test.queue, key: key, kind: "\(number)", payload: JSONText("{}"))
                            // Repeated with its id until it is in: an acknowledgement may be lost.
                            while await databaseError({ try await test.append([event]) }) != nil {}
                        }
                    }
                }
                try await group.waitForAll()
            }
            let admin = try await DatabaseConnection.open(test.pool.configuration)
            for _ in 0..<10 {
                try await admin.query(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5
                    """)
            }
            while try await admin.query("SELECT FROM outbox_events WHERE state <> 'delivered'").count > 0 {
                await Task.yield()
            }
            await admin.close()
        }
        await second.close()
        let rows = try await test.pool.query("SELECT key, number FROM effects ORDER BY place")
        #expect(rows.count == writers * perWriter)
        var last: [String: Int] = [:]
        for row in rows {
            let key = try row.get("key", as: String.self)
            let number = try row.get("number", as: Int.self)
            #expect(number == last[key, default: 0] + 1)
            last[key] = number
        }
    }
}

/// The database error that `body` ends with.
func databaseError(_ body: () async throws -> Void) async -> DatabaseError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? DatabaseError
    }
}
