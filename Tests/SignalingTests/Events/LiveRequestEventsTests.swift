import Database
import DatabaseTesting
import Events
import Foundation
import Identifiers
import RTP
import Synchronization
import Testing
import Tokens

@testable import Signaling
@testable import SignalingEvents

/// Live requests and sessions between the two halves, with a database between them.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LiveRequestEventsTests {
    let pool: DatabasePool
    let key = SigningKey.generate()

    init() async throws {
        pool = DatabasePool(try await TestCluster.migratedDatabase("live_request_events"), logger: .quiet)
    }

    /// Runs `body` against a server whose events the database carries, and the service for that.
    private func running(
        requests: LiveRequests = .none, _ change: (inout SignalingConfiguration) -> Void = { _ in },
        _ body: (LiveServer, SignalingEvents) async throws -> Void
    ) async throws {
        var reading = EventReader.Configuration()
        reading.interval = .seconds(600)
        reading.retry.attempts = 1
        let tokens = RoomTokens(await TokenSigner(key: key))
        let marketplace = MarketplaceQueue(pool, requests: requests, tokens: tokens)
        try await LiveServer.with(marketplace: marketplace, key: key, change) { server async throws in
            let events = SignalingEvents(
                pool: pool, server: server.server, tokens: tokens, timing: .init(snapshot: .seconds(600)),
                reading: reading, logger: .quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await events.run() }
                try await body(server, events)
                group.cancelAll()
            }
        }
    }

    /// What the sidecar reads.
    private final class Sidecar: Sendable {
        let gate = Gate()
        private let record = Mutex<[Event]>([])
        var events: [Event] { record.withLock { $0 } }

        func note(_ event: Event) {
            record.withLock { $0.append(event) }
            gate.pass()
        }
    }

    private func reading(_ body: (Sidecar) async throws -> Void) async throws {
        let sidecar = Sidecar()
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { delivery, _ in sidecar.note(delivery.event) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reader.run() }
            try await body(sidecar)
            group.cancelAll()
        }
    }

    private func append(_ events: Event...) async throws {
        try await pool.withTransaction { _ = try await Outbox.append(events, in: $0) }
    }

    private func ask(_ user: UniqueID, _ request: UniqueID, expiresIn seconds: Int? = nil) throws -> Event {
        try Push(
            to: user, method: "request.created", params: JSONText(#"{"requestId": "\#(request)", "rate": null}"#),
            expiresAt: seconds.map { .now().advanced(by: .seconds($0)) }
        ).event()
    }

    // MARK: Telling people

    @Test func `a push reaches every connection of the account, unless its time is over`() async throws {
        let (ada, old, new) = (UniqueID(), UniqueID(), UniqueID())
        try await running { server, _ in
            let tabs = try await [
                server.signIn(ada.description), server.signIn(ada.description, family: "phone"),
            ]
            try await append(ask(ada, old, expiresIn: -1), ask(ada, new, expiresIn: 60))
            for tab in tabs {
                let told = try await tab.notification("request.created", seconds: 10)
                #expect(told.text("requestId") == new.description)
                #expect(told["rate"] == .null)
                #expect(!tab.waiting.contains("request.created"))
            }
        }
    }

    @Test func `a live request that reaches nobody comes back, in the delivery's transaction`() async throws {
        let (ada, old, new) = (UniqueID(), UniqueID(), UniqueID())
        try await running { server, events in
            try await reading { sidecar in
                let status = try Push(to: ada, method: "question.status", params: JSONText("{}")).event()
                try await append(ask(ada, old, expiresIn: -1), status, ask(ada, new))
                await sidecar.gate.wait()
                let undelivered = try sidecar.events.map { try UndeliveredRequest($0) }
                #expect(undelivered == [UndeliveredRequest(to: ada, request: new)])
                #expect(try await events.queueMetrics().pending == 0)
            }
        }
    }

    @Test func `a push that cannot be read is parked, and holds nothing up`() async throws {
        let ada = UniqueID()
        try await running { server, _ in
            let list = try Push(to: ada, method: "request.created", params: JSONText("[]")).event()
            let nameless = try Push(to: UniqueID(), method: "request.created", params: JSONText("{}")).event()
            let wrong = try Push(
                to: UniqueID(), method: "request.created", params: JSONText(#"{"requestId": "1"}"#)
            ).event()
            let client = try await server.signIn(ada.description)
            try await append(list, nameless, wrong)
            // What is told is told before its batch is committed; the second one comes after the first one's batch.
            for _ in 0..<2 {
                try await append(ask(ada, UniqueID()))
                _ = try await client.notification("request.created", seconds: 10)
            }
            let parked = try await Outbox.parked(in: .signaling, on: pool)
            #expect(Set(parked.map(\.event.id)) == [list.id, nameless.id, wrong.id])
        }
    }

    // MARK: Sessions

    private func ready(
        _ session: UniqueID, _ people: [(id: UniqueID, name: String, role: Role)]
    ) throws -> Event {
        let invited = people.map { person in
            RoomEvent.Person(
                userId: person.id.description, name: person.name, role: person.role.rawValue,
                otherName: people.first { $0.id != person.id }?.name ?? "")
        }
        return try RoomEvent.ready(
            session: session, room: "s-\(session)", mode: "p2p", thresholdSeconds: 90, people: invited
        ).event()
    }

    @Test func `both people of a session are invited with a token each, and shown out at its end`() async throws {
        let (session, ada, bob) = (UniqueID(), UniqueID(), UniqueID())
        try await running { server, _ in
            let clients = try await [
                server.signIn(ada.description, role: .customer), server.signIn(bob.description),
            ]
            let people = [(ada, "Ada", Role.customer), (bob, "Bob", Role.consultant)]
            try await append(ready(session, people.map { (id: $0.0, name: $0.1, role: $0.2) }))
            for (client, person) in zip(clients, people) {
                let notice = try await client.notification("session.ready", seconds: 10)
                #expect(notice.text("sessionId") == session.description)
                #expect(notice.text("room") == "s-\(session)")
                #expect(notice.text("otherName") == (person.1 == "Ada" ? "Bob" : "Ada"))
                let text = try #require(notice.text("token"))
                let token = try TokenVerifier(key: key.publicKey).verify(text)
                #expect(token.session?.text == session.description)
                #expect(token.user.text == person.0.description)
                #expect(token.name == person.1)
                #expect(token.role == person.2)
                #expect(token.mode == .p2p)
                #expect(token.expiresAt.timeIntervalSince(token.issuedAt) == 7200)
                let room = try await client.call("room.join", ["token": .string(text)])
                #expect(room.object("billing")?.whole("thresholdSeconds") == 90)
            }
            let end = RoomEvent.end(session: session, room: "s-\(session)", reason: "customer_left")
            try await append(end.event(), end.event())
            for client in clients {
                #expect(try await client.notification("room.ended", seconds: 10).text("reason") == "ended")
                try await client.call("ping")
                #expect(!client.waiting.contains("room.ended"))
            }
        }
    }

    @Test func `a session of somebody who is no side of a call is parked`() async throws {
        let (session, ada, bob) = (UniqueID(), UniqueID(), UniqueID())
        try await running { server, _ in
            let client = try await server.signIn(ada.description)
            let broken = try ready(session, [(id: ada, name: "Ada", role: .admin)])
            try await append(broken)
            for _ in 0..<2 {
                try await append(
                    ready(UniqueID(), [(id: ada, name: "Ada", role: .consultant), (bob, "Bob", .customer)]))
                _ = try await client.notification("session.ready", seconds: 10)
            }
            #expect(try await Outbox.parked(in: .signaling, on: pool).map(\.event.id) == [broken.id])
        }
    }

    // MARK: Answers

    @Test func `an accepted request is answered with a token that opens the session's room`() async throws {
        let (bob, request, session) = (UniqueID(), UniqueID(), UniqueID())
        let requests = LiveRequests(
            accept: { asked, consultant in
                guard asked == request, consultant == bob else { throw LiveRequests.Refusal.notFound }
                return .init(
                    session: session, room: "s-\(session)", mode: "p2p", thresholdSeconds: 90, consultantName: "Bob")
            },
            decline: { _, _, _ in }, pending: { _ in [JSONText(#"{"requestId": "\#(request)"}"#)] })
        try await running(requests: requests) { server, _ in
            let client = try await server.signIn(bob.description)
            let asked = try await client.notification("request.created", seconds: 10)
            #expect(asked.text("requestId") == request.description)
            let params: JSONValue = ["requestId": .string(request.description)]
            let accepted = try await client.call("request.accept", params)
            #expect(accepted.text("sessionId") == session.description)
            #expect(accepted.text("room") == "s-\(session)")
            let token: JSONValue = .string(try #require(accepted.text("token")))
            let room = try await client.call("room.join", ["token": token])
            #expect(room.object("you")?.text("role") == "consultant")
            #expect(room.object("you")?.text("name") == "Bob")
            #expect(try await client.call("request.decline", params).members == [])
            let other = try await server.signIn(UniqueID().description)
            #expect(try await other.refusal("request.accept", params)?.name == "not_found")
        }
    }

    @Test func `what is not taken is refused with the reason there is`() async throws {
        struct Broken: Error {}
        let (closed, broken, odd) = (UniqueID(), UniqueID(), UniqueID())
        let requests = LiveRequests(
            accept: { request, _ in
                if request == closed { throw LiveRequests.Refusal.closed }
                if request == broken { throw Broken() }
                return .init(
                    session: UniqueID(), room: "no room", mode: "p2p", thresholdSeconds: 90, consultantName: "Bob")
            },
            decline: { request, _, _ in
                if request == closed { throw LiveRequests.Refusal.closed }
                throw Broken()
            }, pending: { _ in throw Broken() })
        try await running(requests: requests) { server, _ in
            let bob = try await server.signIn(UniqueID().description)
            let cases: [(String, String)] = [
                (closed.description, "request_closed"), (broken.description, "unavailable"),
                (odd.description, "unavailable"), ("r-1", "not_found"), ("", "not_found"),
            ]
            for (request, name) in cases {
                for method in ["request.accept", "request.decline"] {
                    let refusal = try await bob.refusal(method, ["requestId": .string(request)])
                    #expect(refusal?.name == name, "\(method) \(request)")
                }
            }
            let nobody = try await server.signIn("somebody")
            let params: JSONValue = ["requestId": .string(closed.description)]
            #expect(try await nobody.refusal("request.accept", params)?.name == "not_found")
        }
    }

    // MARK: Who is connected

    @Test func `who comes and goes becomes events, in order with the wishes`() async throws {
        let ada = UniqueID()
        try await running {
            $0.limits.absenceWindow = .milliseconds(50)
            $0.limits.tick = .milliseconds(20)
        } _: { server, events in
            try await reading { sidecar in
                await events.announceStart()
                let tabs = try await [
                    server.signIn(ada.description), server.signIn(ada.description, family: "phone"),
                ]
                try await tabs[0].close()
                try await tabs[1].call("presence.set", ["available": true])
                try await tabs[1].close()
                await sidecar.gate.wait(for: 5)
                #expect(
                    try sidecar.events.map { try PresenceEvent($0) } == [
                        .restarted, .connected(ada), .set(ada, available: true), .disconnected(ada), .offline(ada),
                    ])
            }
        }
    }
}
