import DatabaseTesting
import Testing

@testable import Database

@Suite("A listener", .timeLimit(.minutes(2))) struct NotificationTests {
    let pool: DatabasePool

    init() async throws { pool = DatabasePool(try await TestCluster.database("notify"), logger: .quiet) }

    private func notification(_ channel: String, _ payload: String) -> ListenerEvent {
        .notification(Notification(channel: channel, payload: payload))
    }

    @Test("gets what is sent on its channels, in order")
    func delivery() async throws {
        var events = NotificationStream(pool.configuration, channels: ["one", "Two \"x"], logger: .quiet)
            .makeAsyncIterator()
        #expect(await events.next() == .listening(again: false))
        try await pool.query("SELECT pg_notify('one', 'a'), pg_notify('other', 'b'), pg_notify('Two \"x', 'c')")
        try await pool.query("SELECT pg_notify('one', \(String(repeating: "ü", count: 3000)))")
        #expect(await events.next() == notification("one", "a"))
        #expect(await events.next() == notification("Two \"x", "c"))
        #expect(await events.next() == notification("one", String(repeating: "ü", count: 3000)))
    }

    @Test("says when its connection was lost and when it listens again")
    func reconnect() async throws {
        var events = NotificationStream(pool.configuration, channels: ["one"], logger: .quiet).makeAsyncIterator()
        #expect(await events.next() == .listening(again: false))
        for _ in 0..<2 {
            try await pool.query(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """)
            #expect(await events.next() == .disconnected)
            #expect(await events.next() == .listening(again: true))
        }
        try await pool.query("SELECT pg_notify('one', 'again')")
        #expect(await events.next() == notification("one", "again"))
    }

    @Test("ends with its task")
    func cancellation() async throws {
        let listening = Gate()
        let stream = NotificationStream(pool.configuration, channels: ["one"], logger: .quiet)
        let task = Task {
            var count = 0
            for await _ in stream {
                count += 1
                listening.pass()
            }
            return count
        }
        await listening.wait()
        task.cancel()
        #expect(await task.value == 1)
    }

    @Test("does not begin to wait where its task was cancelled just before")
    func cancelledBefore() async throws {
        let connection = try await DatabaseConnection.open(pool.configuration)
        // Whether its thread has seen the cancellation by then is up to chance.
        for _ in 0..<200 {
            let cancelled = Gate()
            let task = Task {
                await cancelled.wait()
                return await databaseError { _ = try await connection.notifications(within: .seconds(600)) }
            }
            task.cancel()
            cancelled.pass()
            #expect(await task.value?.code == .cancelled)
        }
        await connection.close()
    }
}
