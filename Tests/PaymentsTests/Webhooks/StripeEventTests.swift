import Database
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import REST
import Stripe
import Synchronization
import Testing

@testable import Payments

@Suite("Events of Stripe that are given up", .timeLimit(.minutes(2))) struct StripeEventTests {
    private struct Refused: Error {}
    private let pool: DatabasePool

    init() async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("stripe_events"), limits: PoolLimits(connections: 4), logger: .quiet)
    }

    private var handlers: StripeEventHandlers { StripeEventHandlers(pool: pool) }

    private func call(_ id: String? = nil, query: [String: String] = [:]) -> Call {
        Call(
            route: "TEST /", parameters: id.map { ["id": $0] } ?? [:], query: query, address: "192.0.2.1",
            requestID: "test", logger: .quiet)
    }

    private func add(_ id: String, state: String = "waiting", attempts: Int = 0, secondsAgo: Int = 0) async throws {
        try await pool.query(
            """
            INSERT INTO stripe_events (id, type, object_kind, object_id, is_live, created_at, received_at, state, attempts,
                handled_at, due_at)
            VALUES (\(id), 'charge.dispute.created', 'dispute', 'du_1', false, now(),
                now() - make_interval(secs => \(secondsAgo)), \(state), \(attempts),
                CASE WHEN \(state) IN ('handled', 'ignored') THEN now() END, now() - interval '1 second')
            """)
    }

    private func list(_ query: [String: String] = [:]) async throws -> (ids: [String], next: String?) {
        let reply = try await handlers.list(call(query: query))
        let object = try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any] ?? [:]
        let items = object["items"] as? [[String: Any]] ?? []
        return (items.compactMap { $0["id"] as? String }, object["next"] as? String)
    }

    private func state(_ id: String) async throws -> String {
        let row = try await pool.query("SELECT state || ' ' || attempts FROM stripe_events WHERE id = \(id)")[0]
        return try row.get(0, as: String.self)
    }

    private func runner(_ handler: @escaping StripeEventRunner.Handler) -> StripeEventRunner {
        StripeEventRunner(pool: pool, handlers: [handler], logger: .quiet)
    }

    @Test("are listed by state, those received last first, page by page")
    func listed() async throws {
        for (index, state) in ["parked", "handled", "parked", "ignored", "parked", "waiting"].enumerated() {
            try await add("evt_\(index)", state: state, secondsAgo: index)
        }
        let first = try await list(["state": "parked", "limit": "2"])
        #expect(first.ids == ["evt_0", "evt_2"])
        let second = try await list(["state": "parked", "limit": "2", "cursor": try #require(first.next)])
        #expect(second.ids == ["evt_4"] && second.next == nil)
        #expect(try await list().ids == (0..<6).map { "evt_\($0)" })
        await #expect(throws: Problem.self) { try await handlers.list(call(query: ["state": "lost"])) }
        await #expect(throws: Problem.self) { try await handlers.list(call(query: ["cursor": "e30"])) }
    }

    @Test("are parked after so many failures, and tried again with all attempts when somebody says so")
    func retried() async throws {
        try await add("evt_1", attempts: StripeEventRunner.attempts - 1)
        let failing = runner { _ in throw Refused() }
        #expect(try await failing.step())
        #expect(try await state("evt_1") == "parked \(StripeEventRunner.attempts)")
        #expect(try await !failing.step(), "what is parked is left alone")
        #expect(try await handlers.retry(call("evt_1")).status == .noContent)
        #expect(try await state("evt_1") == "waiting 0")
        let again = await #expect(throws: Problem.self) { try await handlers.retry(call("evt_1")) }
        #expect(again?.status == .notFound)
        let handled = Mutex(0)
        let working = runner { event in
            #expect(event.id.text == "evt_1" && event.subject.id == "du_1")
            handled.withLock { $0 += 1 }
            return true
        }
        #expect(try await working.step())
        #expect(try await !working.step())
        #expect(handled.withLock { $0 } == 1)
        #expect(try await state("evt_1") == "handled 1")
        await #expect(throws: Problem.self) { try await handlers.retry(call("evt_1")) }
        await #expect(throws: Problem.self) { try await handlers.retry(call("evt_unknown")) }
    }

    @Test("are settled by whoever has them: a failure that comes late changes nothing")
    func late() async throws {
        try await add("evt_1")
        let slow = runner { [pool] _ in
            // The lease ran out meanwhile, and somebody else has acted on it.
            try await pool.query(
                "UPDATE stripe_events SET state = 'handled', handled_at = now(), attempts = attempts + 1 WHERE id = 'evt_1'"
            )
            throw Refused()
        }
        #expect(try await slow.step())
        #expect(try await state("evt_1") == "handled 2")
    }
}
