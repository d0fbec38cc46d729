import Database
import DatabaseTesting
import Events
@testable import Sessions
import Testing

@Suite("A session's deadline", .timeLimit(.minutes(2))) struct DeadlineTests {
    let world: World

    init() async throws { world = try await World("deadlines") }

    private func deadlines(_ hesitation: Duration = .zero, every interval: Duration = .milliseconds(5))
        -> SessionDeadlines
    {
        SessionDeadlines(
            pool: world.pool, store: world.store, interval: interval, hesitation: hesitation, logger: .quiet)
    }

    private func makeDue() async throws {
        try await world.pool.query("UPDATE sessions SET due_at = clock_timestamp() - interval '1 second'")
    }

    @Test("ends it where nothing was heard of the call")
    func silence() async throws {
        let session = try await world.session(.progress(mediaSeconds: 3, running: true))
        #expect(try await deadlines().look() == 0)
        try await makeDue()
        #expect(try await deadlines().look() == 1)
        let after = try await world.found(session.id)
        #expect(after.state == .failed && after.endReason == "connection_lost" && after.dueAt == nil)
        #expect(try await deadlines().look() == 0)
    }

    @Test("waits for a report that was made and is not read yet")
    func unread() async throws {
        let session = try await world.session(.progress(mediaSeconds: 3, running: true))
        try await makeDue()
        let event = try SessionReport(session.id, .progress(mediaSeconds: 120, running: true)).event()
        try await world.pool.withTransaction { try await Outbox.append(event, in: $0) }
        #expect(try await deadlines().look() == 0)
        try await world.read()
        #expect(try await deadlines().look() == 0)
        let after = try await world.found(session.id)
        #expect(after.state == .active && after.mediaSeconds == 120)
    }

    @Test("is left to whoever has the session in hand")
    func locked() async throws {
        let session = try await world.accept()
        try await makeDue()
        try await world.pool.withTransaction { transaction in
            try await transaction.query("SELECT FROM sessions WHERE id = \(session.id) FOR UPDATE")
            #expect(try await deadlines().look() == 0)
        }
        #expect(try await deadlines().look() == 1)
    }

    @Test("of one that cannot be ended keeps no other from its end")
    func stuck() async throws {
        let stuck = try await world.accept()
        let other = try await world.accept(consultant: try await World.consultant("Carl", on: world.pool))
        _ = try await world.pool.pipeline([
            "UPDATE sessions SET threshold_seconds = 7 WHERE id = \(stuck.id)",
            "ALTER TABLE sessions ADD CHECK (threshold_seconds <> 7 OR state <> 'cancelled')",
        ])
        try await makeDue()
        #expect(try await deadlines().look() == 1)
        #expect(try await world.found(other.id).isOver)
        let left = try await world.found(stuck.id)
        #expect(!left.isOver && (left.dueAt ?? .now()) > .now().advanced(by: .seconds(20)))
    }

    @Test("is kept by a service that runs until it is told to stop")
    func service() async throws {
        let session = try await world.accept()
        try await makeDue()
        let service = deadlines()
        let running = Task { await service.run() }
        while try await world.found(session.id).state == .pending { await Task.yield() }
        running.cancel()
        await running.value
        #expect(try await world.found(session.id).endReason == "nobody_came")
    }

    @Test("is not kept before enough could have been heard")
    func hesitation() async throws {
        let session = try await world.accept()
        try await makeDue()
        let service = deadlines(.seconds(600), every: .milliseconds(1))
        let running = Task { await service.run() }
        for _ in 0..<50 { #expect(try await world.found(session.id).state == .pending) }
        running.cancel()
        await running.value
    }
}
