import DatabaseTesting
import Foundation
import Identifiers
import Logging
import Relay
import Synchronization
import Testing
import Tokens

@testable import Signaling

/// Sessions' rooms on a running server: their terms, their end, and what is remembered of them.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveJournalTests {
    @Test func `a session's room tells who came, and after its end nobody comes in`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let session = try #require(SessionID("one"))
            let room = try #require(RoomID("room"))
            func token(_ name: String, _ role: Role) async throws -> JSONValue {
                let user = try #require(UserID(name.lowercased()))
                let token = try RoomToken(
                    room: room, session: session, user: user, name: name, role: role, mode: .p2p, threshold: 42,
                    issuedAt: Date(), expiresAt: Date(timeIntervalSinceNow: 600))
                return .string(try await server.signer.sign(token))
            }
            let ada = try await server.signIn("Ada")
            let joined = try await ada.call("room.join", ["token": token("Ada", .consultant)])
            // The terms are those of the session.
            #expect(joined.object("billing")?["thresholdSeconds"] == .integer(42))
            await marketplace.reported.wait()
            try await server.server.end(room: room, of: session)
            #expect(try await ada.notification("room.ended").text("reason") == "ended")
            await marketplace.reported.wait(for: 2)
            #expect(marketplace.reports == ["one joined ada", "one ended ended 0"])
            let late = try await server.signIn("Bob", role: .customer)
            #expect(try await late.refusal("room.join", ["token": token("Bob", .customer)])?.name == "room_ended")
            // Also one that nobody was in.
            let other = try #require(RoomID("other"))
            try await server.server.end(room: other, of: session)
            try await server.server.end(room: other, of: session)
            let cleo = try await server.token("Cleo", room: "other")
            let cleos = try await server.connect()
            try await cleos.call("hello", ["token": cleo])
            #expect(try await cleos.refusal("room.join", ["token": cleo])?.name == "room_ended")
        }
    }

    @Test func `a core that was killed between a room's end and its last word says that`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("core-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = try #require(SessionID("one"))
        var journal = try SessionJournal(path: folder + "/j", now: Date(), logger: .init(label: "test"))
        journal.note(
            .init(
                room: try #require(RoomID("room")), session: session, mediaSeconds: 77, horizonSeconds: 1200,
                ended: "left", until: Date().timeIntervalSince1970 + 600, records: 7, recordedSeconds: 70,
                isTold: false))
        journal.close()
        for expected in [["one record 8 lost 70+7", "one ended left 77"], []] {
            let marketplace = FakeMarketplace()
            try await LiveServer.with(plane: FakePlane(), marketplace: marketplace, { $0.journal = folder + "/j" }) {
                _ async throws in
                if !expected.isEmpty { await marketplace.reported.wait(for: 2) }
                #expect(marketplace.reports == expected)
            }
        }
    }

    @Test func `a call's last record is told before its end, and numbered on where an earlier life stopped`()
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("core-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = try #require(SessionID("one"))
        let room = try #require(RoomID("room"))
        var journal = try SessionJournal(path: folder + "/j", now: Date(), logger: .init(label: "test"))
        journal.note(
            .init(
                room: room, session: session, mediaSeconds: 25, horizonSeconds: 600, ended: nil,
                until: Date().timeIntervalSince1970 + 600, records: 2, recordedSeconds: 20))
        journal.close()
        let (marketplace, plane) = (FakeMarketplace(), FakePlane())
        try await LiveServer.with(plane: plane, marketplace: marketplace, { $0.journal = folder + "/j" }) {
            server async throws in
            let user = try #require(UserID("ada"))
            let token = try RoomToken(
                room: room, session: session, user: user, name: "Ada", role: .customer, mode: .relay,
                issuedAt: Date(), expiresAt: Date(timeIntervalSinceNow: 600))
            let ada = try await server.connect()
            let text: JSONValue = .string(try await server.signer.sign(token))
            try await ada.call("hello", ["token": text])
            try await ada.call("room.join", ["token": text])
            try await ada.call("media.offer", ["sdp": "v=0"])
            let call = try #require(plane.newest)
            func cut(_ start: Int, _ seconds: Int) -> CallRecord {
                CallRecord(milliseconds: 10_000, startSecond: start, mediaSeconds: seconds, directions: [])
            }
            call.tell(.record(cut(25, 10)))
            call.reach(38)
            call.lastRecord.withLock { $0 = cut(35, 3) }
            try await server.server.end(room: room, of: session)
            await marketplace.reported.wait(for: 7)
            #expect(
                marketplace.reports.filter { !$0.contains("progress") } == [
                    "one joined ada", "one record 3 lost 20+5", "one record 4 relay 25+10", "one record 5 relay 35+3",
                    "one ended ended 38",
                ])
        }
    }

    @Test func `a core that was killed goes on where the session's clock was`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("core-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let session = try #require(SessionID("one"))
        let room = try #require(RoomID("room"))
        // What a core leaves behind that ends in the middle of a call.
        var journal = try SessionJournal(path: folder + "/j", now: Date(), logger: .init(label: "test"))
        journal.note(
            .init(
                room: room, session: session, mediaSeconds: 77, horizonSeconds: 1200, ended: nil,
                until: Date().timeIntervalSince1970 + 600))
        journal.close()
        let marketplace = FakeMarketplace()
        try await LiveServer.with(plane: FakePlane(), marketplace: marketplace, { $0.journal = folder + "/j" }) {
            server async throws in
            await marketplace.reported.wait()
            #expect(marketplace.reports == ["one progress 77 still"])
            let user = try #require(UserID("ada"))
            let token = try RoomToken(
                room: room, session: session, user: user, name: "Ada", role: .customer, mode: .relay,
                issuedAt: Date(), expiresAt: Date(timeIntervalSinceNow: 600))
            let ada = try await server.connect()
            let text: JSONValue = .string(try await server.signer.sign(token))
            try await ada.call("hello", ["token": text])
            let billing = try #require(try await ada.call("room.join", ["token": text]).object("billing"))
            #expect(billing["mediaSeconds"] == .integer(77) && billing["horizonSeconds"] == .integer(1200))
        }
    }
}
