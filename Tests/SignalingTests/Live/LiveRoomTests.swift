import Identifiers
import Relay
import Testing

@testable import Signaling

/// Conversations with a real server over real sockets.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveRoomTests {
    @Test func `two people meet, see each other, and talk`() async throws {
        try await LiveServer.with { server in
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
}
