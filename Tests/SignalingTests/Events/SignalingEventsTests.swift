import Database
import DatabaseTesting
import Events
import Foundation
import Identifiers
import Logging
import RTP
import Synchronization
import Testing
import Tokens

@testable import Signaling
@testable import SignalingEvents

/// The signaling core with a database behind it.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SignalingEventsTests {
    let pool: DatabasePool

    init() async throws {
        pool = DatabasePool(try await TestCluster.migratedDatabase("signaling_events"), logger: .quiet)
    }

    /// Runs `body` against a server whose events the database carries, and the service for that.
    private func running(
        snapshot: Duration = .seconds(600), requests: LiveRequests = .none,
        _ change: (inout SignalingConfiguration) -> Void = { _ in },
        _ body: (LiveServer, SignalingEvents) async throws -> Void
    ) async throws {
        var reading = EventReader.Configuration()
        reading.interval = .seconds(600)
        reading.retry.attempts = 1
        let tokens = RoomTokens(await TokenSigner(key: SigningKey.generate()))
        let marketplace = MarketplaceQueue(pool, requests: requests, tokens: tokens)
        try await LiveServer.with(marketplace: marketplace, change) { server async throws in
            let events = SignalingEvents(
                pool: pool, server: server.server, tokens: tokens, timing: .init(snapshot: snapshot), reading: reading,
                logger: .quiet)
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
        private let record = Mutex<[PresenceEvent]>([])
        var events: [PresenceEvent] { record.withLock { $0 } }

        func note(_ delivery: Delivery) throws {
            guard let event = try PresenceEvent(delivery.event) else { return }
            switch event {
            case .connected, .disconnected, .restarted: return
            case .offline, .set, .snapshot: break
            }
            record.withLock { $0.append(event) }
            gate.pass()
        }
    }

    private func reading(_ body: (Sidecar) async throws -> Void) async throws {
        let sidecar = Sidecar()
        let reader = EventReader(of: .sidecar, on: pool, logger: .quiet) { delivery, _ in try sidecar.note(delivery) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reader.run() }
            try await body(sidecar)
            group.cancelAll()
        }
    }

    /// A consultant with a sign-in.
    private func account() async throws -> (user: UniqueID, family: UniqueID) {
        let (user, family) = (UniqueID(), UniqueID())
        _ = try await pool.pipeline([
            """
            INSERT INTO users (id, email, name, role) VALUES (\(user), \("\(user)@example.org"), 'Ada', 'consultant')
            """,
            """
            INSERT INTO refresh_families (id, user_id, expires_at)
            VALUES (\(family), \(user), \(Timestamp.now().advanced(by: .seconds(3600))))
            """,
        ])
        return (user, family)
    }

    private func signIn(_ account: (user: UniqueID, family: UniqueID), at server: LiveServer) async throws -> Client {
        try await server.signIn(account.user.description, family: account.family.description)
    }

    /// Ends a sign-in.
    private func end(_ account: (user: UniqueID, family: UniqueID), minutesAgo: Int = 0, telling: Bool) async throws {
        let moment = Timestamp.now().advanced(by: .seconds(-60 * minutesAgo))
        try await pool.withTransaction { transaction in
            try await transaction.query(
                """
                UPDATE refresh_families SET revoked_at = \(moment), reason = 'signed_out' WHERE id = \(account.family)
                """)
            guard telling else { return }
            let event = try SignInEvent.revoked(user: account.user, families: [account.family]).event()
            try await Outbox.append(event, in: transaction)
        }
    }

    private func expectSignedOut(_ client: Client) async throws {
        #expect(try await client.socket.closing() == .close(code: 4003, reason: "signed out"))
    }

    // MARK: From the sidecar

    @Test func `a sign-in that is ended loses its connections`() async throws {
        try await running { server, _ in
            let ada = try await account()
            let client = try await signIn(ada, at: server)
            try await end(ada, telling: true)
            try await expectSignedOut(client)
            let again = try await server.connect()
            let token = try await server.access(ada.user.description, family: ada.family.description)
            #expect(try await again.refusal("hello", ["token": token])?.name == "token_revoked")
        }
    }

    @Test func `what was ended before the start, or while nobody listened, is read`() async throws {
        let (early, later, old) = (try await account(), try await account(), try await account())
        try await end(early, telling: false)
        try await end(old, minutesAgo: 30, telling: false)
        try await running { server, _ in
            // They are in already, or come in before the service has read; or they are refused.
            let client = try await server.connect()
            let token = try await server.access(early.user.description, family: early.family.description)
            if try await client.refusal("hello", ["token": token]) == nil { try await expectSignedOut(client) }
            let other = try await signIn(later, at: server)
            let longAgo = try await signIn(old, at: server)
            try await end(later, telling: false)
            try await other.call("ping")
            let lost = try await pool.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'
                """)
            #expect(lost.count == 1)
            try await expectSignedOut(other)
            try await longAgo.call("ping")
        }
    }

    @Test func `an event that nobody knows is parked, and holds nothing up`() async throws {
        let (ada, bob) = (try await account(), try await account())
        try await running { server, events in
            let clients = try await [signIn(ada, at: server), signIn(bob, at: server)]
            let unknown = Event(
                queue: .signaling, key: "sign-ins \(ada.user)", kind: "sign_in.new", payload: JSONText("{}"))
            try await pool.withTransaction { try await Outbox.append(unknown, in: $0) }
            for (account, client) in zip([ada, bob], clients) {
                try await end(account, telling: true)
                try await expectSignedOut(client)
            }
            let parked = try await Outbox.parked(in: .signaling, on: pool)
            #expect(parked.map(\.event.id) == [unknown.id])
            #expect(parked.first?.lastError.contains("sign_in.new") == true)
            #expect(try await events.queueMetrics().parked == 1)
            #expect(events.readerMetrics.parked == 1)
        }
    }

    // MARK: To the sidecar

    @Test func `wishes and goings become events, in order`() async throws {
        let ada = try await account()
        try await running {
            $0.limits.absenceWindow = .milliseconds(50)
            $0.limits.tick = .milliseconds(20)
        } _: { server, _ in
            try await reading { sidecar in
                let client = try await signIn(ada, at: server)
                #expect(try await client.call("presence.set", ["available": true]).flag("available") == true)
                try await client.call("presence.set", ["available": false])
                try await client.close()
                await sidecar.gate.wait(for: 3)
                #expect(
                    sidecar.events == [
                        .set(ada.user, available: true), .set(ada.user, available: false), .offline(ada.user),
                    ])
            }
        }
    }

    @Test func `a wish that cannot be kept is refused`() async throws {
        try await running { server, _ in
            let nobody = try await server.signIn("somebody")
            #expect(try await nobody.refusal("presence.set", ["available": true])?.name == "unavailable")
            let client = try await signIn(try await account(), at: server)
            await pool.close()
            #expect(try await client.refusal("presence.set", ["available": true])?.name == "unavailable")
        }
    }

    @Test func `some time after its start the core says who is there`() async throws {
        let ada = try await account()
        try await LiveServer.with { server async throws in
            let client = try await signIn(ada, at: server)
            let guest = try await server.greet("Bob").client
            let events = SignalingEvents(
                pool: pool, server: server.server, tokens: RoomTokens(await TokenSigner(key: SigningKey.generate())),
                timing: .init(snapshot: .milliseconds(10)), logger: .quiet)
            try await reading { sidecar in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { await events.run() }
                    await sidecar.gate.wait()
                    group.cancelAll()
                }
                #expect(sidecar.events == [.snapshot(online: [ada.user])])
            }
            withExtendedLifetime((client, guest)) {}
        }
    }
}

extension LiveRequests {
    /// Nobody is asked anything.
    static let none = LiveRequests(
        accept: { _, _ in throw Refusal.notFound }, decline: { _, _, _ in throw Refusal.notFound }, pending: { _ in [] }
    )
}
