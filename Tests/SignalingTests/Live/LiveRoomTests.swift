import Identifiers
import RTP
import Relay
import Testing

@testable import Signaling

/// Conversations with a real server over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveRoomTests {
    @Test func `two people meet, see each other, and talk`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            #expect(ada.hello.text("userId") == "ada")
            #expect(ada.hello.flag("resumed") == false)
            #expect(ada.room.text("mode") == "p2p")
            #expect(ada.room.flag("offerer") == false)
            #expect(ada.room.object("billing")?.text("state") == "free")
            #expect(ada.room["slots"] == ["mic", "camera", "screen"])

            let bob = try await server.enter("Bob", role: .consultant)
            #expect(bob.room.flag("offerer") == true)
            let joined = try await ada.client.notification("room.joined")
            #expect(joined.object("participant")?.text("userId") == "bob")
            #expect(joined.flag("rejoined") == false)

            let said = try await bob.client.call("chat.send", ["id": "m1", "text": "Hello ☕"])
            #expect(said.whole("sequence") == 1)
            let heard = try await ada.client.notification("chat.message")
            #expect(heard.text("text") == "Hello ☕")
            #expect(heard.text("from") == "bob")
            #expect(try await bob.client.call("chat.send", ["id": "m1", "text": "again"]) == said)

            try ada.client.notify("media.state", ["mic": true, "camera": true, "screen": false])
            let state = try await bob.client.notification("media.state")
            #expect(state.text("userId") == "ada")
            #expect(state.flag("camera") == true)
            #expect(ada.client.waiting.isEmpty)
            #expect(try await ada.client.call("ping").members.isEmpty)

            try await bob.client.call("room.leave")
            let left = try await ada.client.notification("room.left")
            #expect(left.text("reason") == "left")
        }
    }

    @Test func `a third person finds the room full, an observer doesn't`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            _ = try await server.enter("Bob")
            let (cat, _) = try await server.greet("Cat")
            let refusal = try await cat.refusal("room.join", ["token": server.token("Cat")])
            #expect(refusal?.code == -32004)
            #expect(refusal?.name == "room_full")
            let eve = try await server.enter("Eve", role: .observer)
            #expect(try await eve.client.refusal("chat.send", ["id": "1", "text": "x"])?.name == "observer")
            #expect(try await eve.client.refusal("media.offer", ["sdp": "v=0"])?.code == -32002)
            try await ada.client.call("chat.send", ["id": "1", "text": "watched"])
            #expect(try await eve.client.notification("chat.message").text("text") == "watched")
        }
    }

    @Test func `a token opens its own room, for its own user`() async throws {
        try await LiveServer.with { server async throws in
            let (ada, _) = try await server.greet("Ada")
            #expect(try await ada.refusal("chat.send", ["id": "1", "text": "x"])?.name == "not_in_room")
            #expect(try await ada.refusal("room.join", ["token": server.token("Bob")])?.name == "wrong_user")
            try await ada.call("room.join", ["token": server.token("Ada", room: "one")])
            let other = try await ada.refusal("room.join", ["token": server.token("Ada", room: "two")])
            #expect(other?.name == "in_another_room")
            try await ada.call("room.leave")
            try await ada.call("room.join", ["token": server.token("Ada", room: "two")])
            #expect(try await ada.refusal("hello", ["token": server.token("Ada")])?.name == "hello_again")
            #expect(try await ada.refusal("presence.set", ["available": true])?.name == "marketplace_unavailable")
            #expect(try await ada.refusal("recording.consent", ["granted": true])?.code == -32601)
        }
    }

    @Test func `a lost connection is resumed without a second join or a lost message`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            let bob = try await server.enter("Bob")
            try await ada.client.call("chat.send", ["id": "1", "text": "one"])
            let first = try await bob.client.notification("chat.message")
            bob.client.socket.socket.cut()
            try await ada.client.call("chat.send", ["id": "2", "text": "two"])
            let again = try await server.connect()
            let hello = try await again.call(
                "hello",
                [
                    "token": server.token("Bob"), "resume": .string(try #require(bob.hello.text("resume"))),
                    "chatSequence": .integer(Int64(try #require(first.whole("sequence")))),
                ])
            #expect(hello.flag("resumed") == true)
            #expect(hello.object("room")?.text("room") == "room")
            #expect(hello.object("room")?.flag("offerer") == true)
            #expect(try await again.notification("chat.message").text("text") == "two")
            try await again.call("chat.send", ["id": "1", "text": "back"])
            #expect(try await ada.client.notification("chat.message").text("text") == "back")
            #expect(ada.client.waiting == ["room.joined"])
        }
    }

    @Test func `an open connection is replaced by the one that resumes it`() async throws {
        try await LiveServer.with { server async throws in
            let bob = try await server.enter("Bob")
            let again = try await server.connect()
            let resume = JSONValue.string(try #require(bob.hello.text("resume")))
            let hello = try await again.call("hello", ["token": server.token("Bob"), "resume": resume])
            #expect(hello.flag("resumed") == true)
            #expect(try await bob.client.socket.closing() == .close(code: 4001, reason: "replaced"))
            // What was used once is used up; it is no error either.
            let third = try await server.connect()
            let late = try await third.call("hello", ["token": server.token("Bob"), "resume": resume])
            #expect(late.flag("resumed") == false)
            #expect(late["room"] == nil)
        }
    }

    @Test func `somebody else's resume is worth nothing`() async throws {
        try await LiveServer.with { server async throws in
            let bob = try await server.enter("Bob")
            let resume = JSONValue.string(try #require(bob.hello.text("resume")))
            let eve = try await server.connect()
            let hello = try await eve.call("hello", ["token": server.token("Eve"), "resume": resume])
            #expect(hello.flag("resumed") == false)
            #expect(try await bob.client.call("ping").members.isEmpty)
        }
    }

    @Test func `a token that expired during the call still resumes it`() async throws {
        try await LiveServer.with { server async throws in
            let bob = try await server.enter("Bob")
            let resume = JSONValue.string(try #require(bob.hello.text("resume")))
            let again = try await server.connect()
            let expired = try await server.token("Bob", ttl: -60)
            #expect(try await again.refusal("hello", ["token": expired])?.name == "token_expired")
            #expect(try await again.call("hello", ["token": expired, "resume": resume]).flag("resumed") == true)
        }
    }

    @Test func `the same person in another window takes over`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            let bob = try await server.enter("Bob")
            _ = try await ada.client.notification("room.joined")
            try await bob.client.call("chat.send", ["id": "1", "text": "mine"])
            let again = try await server.enter("Bob")
            #expect(again.room.flag("offerer") == true)
            #expect(try await bob.client.notification("room.ended").text("reason") == "replaced")
            #expect(try await bob.client.socket.closing() == .close(code: 4001, reason: "replaced"))
            #expect(try await ada.client.notification("room.joined").flag("rejoined") == true)
            #expect(try await again.client.notification("chat.message").text("text") == "mine")
            #expect(!ada.client.waiting.contains("room.left"))
        }
    }

    @Test func `who doesn't come back is gone after the window`() async throws {
        try await LiveServer.with {
            $0.limits.resumeWindow = .milliseconds(300)
        } _: { server async throws in
            let ada = try await server.enter("Ada")
            let bob = try await server.enter("Bob")
            bob.client.socket.socket.cut()
            let left = try await ada.client.notification("room.left")
            #expect(left.text("reason") == "timeout")
            let again = try await server.connect()
            let resume = JSONValue.string(try #require(bob.hello.text("resume")))
            let hello = try await again.call("hello", ["token": server.token("Bob"), "resume": resume])
            #expect(hello.flag("resumed") == false)
        }
    }

    @Test func `a server has a limited number of rooms`() async throws {
        try await LiveServer.with {
            $0.maximumRooms = 1
        } _: { server async throws in
            let ada = try await server.enter("Ada")
            let (bob, _) = try await server.greet("Bob")
            let refusal = try await bob.refusal("room.join", ["token": server.token("Bob", room: "other")])
            #expect(refusal?.code == -32006)
            #expect(refusal?.name == "server_full")
            try await bob.call("room.join", ["token": server.token("Bob")])
            withExtendedLifetime(ada) {}
        }
    }

    @Test func `a shutdown tells everybody and goes`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            let (bob, _) = try await server.greet("Bob")
            async let stopped: Void = server.server.shutdown()
            #expect(try await ada.client.notification("server.draining").text("deadline") != nil)
            #expect(try await ada.client.notification("room.ended").text("reason") == "shutdown")
            #expect(try await ada.client.socket.closing() == .close(code: 1001, reason: "shutting down"))
            #expect(try await bob.socket.closing() == .close(code: 1001, reason: "shutting down"))
            await stopped
            #expect(await server.server.calls() == [])
            #expect(throws: RawSocket.Failure.self) { try RawSocket(port: server.port) }
        }
    }
}
