import Foundation
import Identifiers
import Logging
import Relay
import Testing

@testable import Signaling

/// Rooms of the relay: with a plane that a test controls, and once with the real one.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveRelayTests {
    @Test func `an offer is answered, and the server's candidates follow`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            #expect(ada.room.text("mode") == "relay")
            #expect(ada.room["offerer"] == nil)
            let candidate: JSONValue = [
                "candidate": "candidate:early", "sdpMid": "0", "sdpMLineIndex": 0, "usernameFragment": "u",
            ]
            try ada.client.notify("media.candidate", candidate)
            #expect(try await ada.client.call("media.offer", ["sdp": "one"]).text("sdp") == "answer to one")
            let theirs = try await ada.client.notification("media.candidate")
            #expect(theirs.text("candidate") == "candidate:one")
            #expect(theirs.whole("sdpMLineIndex") == 0)
            let call = try #require(plane.newest)
            let user = try #require(UserID("ada"))
            call.tell(.candidate(for: user, nil))
            #expect(try await ada.client.notification("media.candidate").text("candidate") == "")
            call.tell(.connection(of: user, .connected))
            #expect(try await ada.client.notification("media.connection").text("state") == "connected")

            let bad = try await ada.client.refusal("media.offer", ["sdp": "bad"])
            #expect(bad?.code == -32602)
            #expect(bad?.data == ["code": "invalid_description", "line": 3, "reason": "bad"])
            #expect(try await ada.client.refusal("media.answer", ["sdp": "x"])?.name == "not_peer_to_peer")
            #expect(plane.log.first == "open room at 0 of 600")
            #expect(plane.log[1] == "candidate candidate:early of ada")
        }
        #expect(plane.log.last == "close")
    }

    @Test func `operations keep their order, however long one takes`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            plane.hold()
            let first = try ada.client.send("media.offer", ["sdp": "one"])
            for number in 0..<5 {
                try ada.client.notify("media.candidate", ["candidate": .string("c\(number)")])
            }
            let second = try ada.client.send("media.offer", ["sdp": "two"])
            // The hub answers others while the relay takes its time.
            #expect(try await ada.client.call("ping").members.isEmpty)
            plane.release()
            #expect(try await ada.client.answer(to: first).text("sdp") == "answer to one")
            #expect(try await ada.client.answer(to: second).text("sdp") == "answer to two")
            let candidates = (0..<5).map { "candidate c\($0) of ada" }
            #expect(Array(plane.log.dropFirst()) == ["offer one of ada"] + candidates + ["offer two of ada"])
        }
    }

    @Test func `who leaves while the relay answers frees the seat afterwards`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            plane.hold()
            let offer = try ada.client.send("media.offer", ["sdp": "one"])
            let stale = try ada.client.send("media.offer", ["sdp": "stale"])
            _ = try await ada.client.call("room.leave")
            plane.release()
            #expect(try await ada.client.answer(to: offer).text("sdp") == "answer to one")
            withExtendedLifetime(stale) {}
            let again = try await server.enter("Ada", mode: .relay)
            #expect(try await again.client.call("media.offer", ["sdp": "two"]).text("sdp") == "answer to two")
            #expect(
                plane.log == [
                    "open room at 0 of 600", "offer one of ada", "leave ada", "close", "open room at 0 of 600",
                    "offer two of ada",
                ])
        }
    }

    @Test func `the clock is told each second, and goes on in the next call`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            let bob = try await server.enter("Bob", mode: .relay)
            try await ada.client.call("media.offer", ["sdp": "a"])
            try #require(plane.newest).reach(17)
            #expect(try await bob.client.notification("billing.status").whole("mediaSeconds") == 17)
            let room = try #require(RoomID("room"))
            let status = try await server.server.extendHorizon(room: room, to: 1200)
            #expect(status.horizonSeconds == 1200)
            let told = try await ada.client.notification("billing.status") { $0.whole("horizonSeconds") == 1200 }
            #expect(told.whole("mediaSeconds") == 17)
            try await ada.client.call("room.leave")
            try await bob.client.call("room.leave")
            let again = try await server.enter("Ada", mode: .relay)
            try await again.client.call("media.offer", ["sdp": "b"])
            #expect(plane.log.contains("open room at 17 of 1200"))
            let metrics = await server.server.metrics()
            #expect(metrics.billingEvents[.grant] == 1)
            #expect(metrics.rooms == 1)
            let calls = await server.server.calls()
            #expect(calls.map(\.clock.mediaSeconds) == [17])
            #expect(calls.first?.participants.map(\.user.text) == ["ada"])
        }
    }

    @Test func `an unpaid call ends the room, closes its connections and stays ended`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            try await ada.client.call("media.offer", ["sdp": "a"])
            let call = try #require(plane.newest)
            call.tell(.warning(secondsLeft: 30, reason: .unpaid))
            #expect(try await ada.client.notification("billing.warning").whole("secondsLeft") == 30)
            call.tell(.ended(.unpaid))
            #expect(try await ada.client.notification("room.ended").text("reason") == "unpaid")
            #expect(try await ada.client.socket.closing() == .close(code: 1000, reason: "room ended"))
            let (again, _) = try await server.greet("Ada", mode: .relay)
            let refusal = try await again.refusal("room.join", ["token": server.token("Ada", mode: .relay)])
            #expect(refusal?.name == "room_ended")
            #expect(refusal?.data.text("reason") == "unpaid")
            // A token that outlives those seen before doesn't get a new room either, and keeps this one remembered.
            let longer = try await again.refusal(
                "room.join", ["token": server.token("Ada", mode: .relay, ttl: 7200)])
            #expect(longer?.name == "room_ended")
            let room = try #require(RoomID("room"))
            await #expect(throws: SignalingError.self) { try await server.server.extendHorizon(room: room, to: 9999) }
            let metrics = await server.server.metrics()
            #expect(metrics.billingEvents == [.warning: 1, .closed: 1, .grace: 0, .grant: 0])
        }
    }

    @Test func `a relay that refuses is reported, and asked again the next time`() async throws {
        let plane = FakePlane()
        plane.fail(RelayError(.unavailable, "no ports"))
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            let refusal = try await ada.client.refusal("media.offer", ["sdp": "a"])
            #expect(refusal?.code == -32006)
            plane.fail(nil)
            #expect(try await ada.client.call("media.offer", ["sdp": "a"]).text("sdp") == "answer to a")
        }
    }

    @Test func `without the relay a relay token's room runs peer to peer`() async throws {
        try await LiveServer.with(plane: FakePlane()) {
            $0.relayEnabled = false
        } _: { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            #expect(ada.room.text("mode") == "p2p")
        }
    }

    @Test func `the real relay answers a browser's offer`() async throws {
        let offers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "SDPTests/Offers/chromium-three-slots.sdp")
        let sdp = try String(contentsOf: offers, encoding: .utf8)
        var logger = Logger(label: "test")
        logger.logLevel = .error
        let relay = try MediaRelay(
            configuration: RelayConfiguration(addresses: ["127.0.0.1"], ports: 42000...42999), logger: logger)
        try await LiveServer.with(plane: relay) { server async throws in
            let ada = try await server.enter("Ada", mode: .relay)
            let answer = try await ada.client.call("media.offer", ["sdp": .string(sdp)])
            #expect(answer.text("sdp")?.contains("a=fingerprint:sha-256") == true)
            // Host candidates are in the answer or come by themselves; either way the end is announced.
            _ = try await ada.client.notification("media.candidate") { $0.text("candidate") == "" }
            let refusal = try await ada.client.refusal("media.offer", ["sdp": "v=0\r\nnonsense"])
            #expect(refusal?.name == "invalid_description")
            #expect(refusal?.data.whole("line") != nil)
            let candidate = try await ada.client.refusal("media.candidate", ["candidate": "candidate:nonsense"])
            #expect(candidate?.name == "invalid_description")
        }
        await relay.shutdown()
    }
}
