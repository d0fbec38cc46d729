import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Operations

@Suite("Parts of the process")
struct PartTests {
    /// What happened, in order.
    private final class Diary: Sendable {
        private let stored = Mutex<[String]>([])
        func note(_ entry: String) { stored.withLock { $0.append(entry) } }
        var entries: [String] { stored.withLock { $0 } }
    }

    private struct Broken: Error, Equatable {}

    private func group(_ parts: [Part]) -> ServiceGroup {
        ServiceGroup(
            configuration: .init(services: parts.map { .init(service: $0) }, logger: Logger(label: "test")))
    }

    @Test("The last part is stopped first")
    func order() async throws {
        let diary = Diary()
        let (started, start) = AsyncStream<Void>.makeStream()
        let parts = ["a", "b", "c"].map { name in
            Part(name, start: { start.yield() }, stop: { diary.note("stop \(name)") })
        }
        let group = group(parts)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var running = 0
            for await _ in started {
                running += 1
                if running == parts.count { break }
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(diary.entries == ["stop c", "stop b", "stop a"])
    }

    @Test("A part that cannot start is stopped, and so are the others")
    func failure() async {
        let diary = Diary()
        let group = group([
            Part("sound", start: {}, stop: { diary.note("stop sound") }),
            Part("broken", start: { throw Broken() }, stop: { diary.note("stop broken") }),
        ])
        await #expect(throws: Broken.self) { try await group.run() }
        #expect(Set(diary.entries) == ["stop sound", "stop broken"])
        #expect(diary.entries.count == 2)
    }

    @Test("A process that loses a part reports that part's error")
    func reported() async {
        await #expect(throws: Broken.self) {
            try await run(
                [Part("broken", start: { throw Broken() }, stop: {})], logger: Logger(label: "test"))
        }
    }
}
