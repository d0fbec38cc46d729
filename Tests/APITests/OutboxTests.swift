import API
import Database
import DatabaseTesting
import Events
import HTTPTypes
import REST
import Testing

@Suite("The outbox for operators", .timeLimit(.minutes(1))) struct OutboxTests {
    private struct Refusal: Error, CustomStringConvertible { let description = "no such session" }

    private let pool: DatabasePool
    private let handlers: OutboxHandlers

    init() async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("ops"), limits: PoolLimits(connections: 5), logger: .quiet)
        handlers = OutboxHandlers(pool: pool)
    }

    private func json(_ reply: Reply) -> [String: Any] {
        RawResponse(status: 200, fields: [], body: reply.body).json ?? [:]
    }

    private func call(_ id: String? = nil) -> Call {
        Call(
            route: "x", parameters: id.map { ["id": $0] } ?? [:], address: "1.2.3.4", requestID: "r", logger: .quiet)
    }

    @Test("shows what is parked and why, and puts it back")
    func parked() async throws {
        let event = Event(queue: .sidecar, key: "k", kind: "session.ended", payload: JSONText("{}"))
        try await pool.withTransaction { transaction in try await Outbox.append([event], in: transaction) }
        var configuration = EventReader.Configuration()
        configuration.retry = RetryPolicy(first: .milliseconds(1), longest: .milliseconds(1), attempts: 1)
        let reader = EventReader(of: .sidecar, on: pool, configuration: configuration, logger: .quiet) { _, _ in
            throw Refusal()
        }
        try await reader.handleBatch()

        let shown = json(try await handlers.show(call()))
        let parked = try #require((shown["parked"] as? [[String: Any]])?.first)
        #expect(parked["id"] as? String == "\(event.id)" && parked["queue"] as? String == "sidecar")
        #expect(parked["kind"] as? String == "session.ended" && parked["failures"] as? Int == 1)
        #expect((parked["lastError"] as? String)?.contains("no such session") == true)
        let queues = try #require(shown["queues"] as? [[String: Any]])
        #expect(queues.map { $0["queue"] as? String } == ["sidecar", "signaling"])
        #expect(queues[0]["parked"] as? Int == 1 && queues[0]["pending"] as? Int == 0)

        #expect(try await handlers.retry(call("\(event.id)")).status == .noContent)
        let later = json(try await handlers.show(call()))
        #expect((later["parked"] as? [Any])?.isEmpty == true)
        #expect((later["queues"] as? [[String: Any]])?[0]["pending"] as? Int == 1)
        for id in ["\(event.id)", "\(UniqueID())", "x"] {
            let problem = await #expect(throws: Problem.self) { try await handlers.retry(call(id)) }
            #expect(problem?.status == .notFound)
        }
    }
}
