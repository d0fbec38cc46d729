import Foundation
import Identifiers
import RTP
import Relay
import Testing
import Tokens

@testable import Signaling

/// Rooms of booked sessions: their own threshold, and their end from outside.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveSessionRoomTests {
    private func token(
        _ name: String, room: String = "room", threshold: Int? = nil, mode: RoomMode = .p2p, at server: LiveServer
    ) async throws -> JSONValue {
        let token = try RoomToken(
            room: try #require(RoomID(room)), session: SessionID("s-1"), user: try #require(UserID(name.lowercased())),
            name: name, mode: mode, threshold: threshold, issuedAt: Date(),
            expiresAt: Date(timeIntervalSinceNow: 3600))
        return .string(try await server.signer.sign(token))
    }

    @Test func `the token that opens a room brings the session's threshold`() async throws {
        try await LiveServer.with {
            $0.billing.thresholdSeconds = 600
        } _: { server async throws in
            for (name, threshold) in [("Ada", 120), ("Bob", nil)] as [(String, Int?)] {
                let client = try await server.signIn(name)
                let token = try await token(name, room: "room-of-\(name)", threshold: threshold, at: server)
                let billing = try await client.call("room.join", ["token": token]).object("billing")
                #expect(billing?.whole("thresholdSeconds") == threshold ?? 600)
                #expect(billing?.whole("horizonSeconds") == threshold ?? 600)
            }
        }
        try await LiveServer.with {
            $0.billing.thresholdSeconds = nil
        } _: { server async throws in
            let ada = try await server.signIn("Ada")
            let joined = try await ada.call("room.join", ["token": token("Ada", threshold: 60, at: server)])
            #expect(joined.object("billing")?.text("state") == "free")
            #expect(joined.object("billing")?.whole("thresholdSeconds") == 60)
        }
    }

    @Test(arguments: RoomMode.allCases)
    func `a session that is over ends its room for everybody, once`(mode: RoomMode) async throws {
        let (room, session) = (try #require(RoomID("room")), try #require(SessionID("s-1")))
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.signIn("Ada")
            let token = try await token("Ada", mode: mode, at: server)
            try await ada.call("room.join", ["token": token])
            let bob = try await server.connect()
            let guest = try await self.token("Bob", mode: mode, at: server)
            try await bob.call("hello", ["token": guest])
            try await bob.call("room.join", ["token": guest])
            if mode == .relay { try await ada.call("media.offer", ["sdp": "x"]) }

            for _ in 0..<2 { try await server.server.end(room: room, of: session) }
            for client in [ada, bob] {
                #expect(try await client.notification("room.ended", seconds: 5).text("reason") == "ended")
            }
            #expect(try await bob.socket.closing(seconds: 5) == .close(code: 1000, reason: "room ended"))
            let refusal = try await ada.refusal("room.join", ["token": token])
            #expect(refusal?.code == -32004)
            #expect(refusal?.name == "room_ended")
            #expect(refusal?.data.text("reason") == "ended")
            #expect(!ada.waiting.contains("room.ended"))
            #expect(await server.server.calls() == [])
        }
        if mode == .relay { #expect(plane.log.contains("close")) }
    }

    @Test func `a session that is over before anybody came lets nobody in`() async throws {
        let (room, session) = (try #require(RoomID("room")), try #require(SessionID("s-1")))
        try await LiveServer.with {
            $0.limits.tick = .milliseconds(5)
        } _: { server async throws in
            for _ in 0..<2 { try await server.server.end(room: room, of: session) }
            let ada = try await server.signIn("Ada")
            for _ in 0..<2 {
                let refusal = try await ada.refusal("room.join", ["token": token("Ada", at: server)])
                #expect(refusal?.name == "room_ended")
                #expect(refusal?.data.text("reason") == "ended")
            }
            try await ada.call("room.join", ["token": token("Ada", room: "other", at: server)])
        }
    }

    @Test func `a room that nobody came back to after a restart ends where its clock stood`() async throws {
        let (room, session) = (try #require(RoomID("room")), try #require(SessionID("s-1")))
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let journal = folder.appending(path: "sessions").path
        let (plane, before) = (FakePlane(), FakeMarketplace())
        try await LiveServer.with(plane: plane, marketplace: before) {
            $0.journal = journal
        } _: { server async throws in
            let ada = try await server.signIn("Ada")
            try await ada.call("room.join", ["token": token("Ada", mode: .relay, at: server)])
            try await ada.call("media.offer", ["sdp": "x"])
            try #require(plane.newest).reach(300)
            _ = try await ada.notification("billing.status", seconds: 5)
        }
        let after = FakeMarketplace()
        try await LiveServer.with(marketplace: after) {
            $0.journal = journal
        } _: { server async throws in
            for _ in 0..<2 { try await server.server.end(room: room, of: session) }
            let ada = try await server.signIn("Ada")
            let refusal = try await ada.refusal("room.join", ["token": token("Ada", mode: .relay, at: server)])
            #expect(refusal?.data.text("reason") == "ended")
        }
        #expect(after.reports.contains("s-1 ended ended 300"))
        #expect(!after.reports.contains("s-1 ended ended 0"))
    }
}
