import DatabaseTesting
import Identifiers
import RTP
import Relay
import Testing

@testable import Signaling

/// Connections that came with an access token.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveAccountTests {
    @Test func `hello takes an access token, and rooms of the same user`() async throws {
        try await LiveServer.with { server async throws in
            let client = try await server.connect()
            let hello = try await client.call(
                "hello", ["token": server.access("Ada", role: .customer), "resume": "unknown"])
            #expect(hello.text("userId") == "ada")
            #expect(hello.text("role") == "customer")
            #expect(hello.flag("resumed") == false)
            #expect(await server.server.metrics().accounts == 1)
            let wrong = try await client.refusal("room.join", ["token": server.token("Bob")])
            #expect(wrong?.code == -32002)
            #expect(wrong?.name == "wrong_user")
            let access = try await client.refusal("room.join", ["token": server.access("Ada")])
            #expect(access?.name == "token_audience")
            #expect(try await client.call("room.join", ["token": server.token("Ada")]).text("room") == "room")

            let late = try await server.connect()
            #expect(try await late.refusal("hello", ["token": server.access("Ada", ttl: -1)])?.name == "token_expired")
        }
    }

    @Test func `an account's participation is resumed with an access token`() async throws {
        try await LiveServer.with { server async throws in
            let first = try await server.connect()
            let hello = try await first.call("hello", ["token": server.access("Ada")])
            try await first.call("room.join", ["token": server.token("Ada")])
            try await first.close()
            let second = try await server.connect()
            let resume: JSONValue = .string(try #require(hello.text("resume")))
            let back = try await second.call("hello", ["token": server.access("Ada"), "resume": resume])
            #expect(back.flag("resumed") == true)
            #expect(back.object("room")?.text("room") == "room")
        }
    }

    @Test func `a room that ends leaves an account's connection open`() async throws {
        let plane = FakePlane()
        try await LiveServer.with(plane: plane) { server async throws in
            let ada = try await server.signIn("Ada")
            try await ada.call("room.join", ["token": server.token("Ada", mode: .relay)])
            try await ada.call("media.offer", ["sdp": "x"])
            try #require(plane.newest).tell(.ended(.unpaid))
            #expect(try await ada.notification("room.ended").text("reason") == "unpaid")
            #expect(try await ada.refusal("chat.send", ["id": "1", "text": "x"])?.name == "not_in_room")
            try await ada.call("room.join", ["token": server.token("Ada", room: "next", mode: .relay)])
        }
    }

    // MARK: Ended sign-ins

    @Test func `a sign-in that was ended loses its connections, and comes in no more`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try #require(UserID("ada"))
            let bob = try await server.enter("Bob")
            let signedOut = try await server.signIn("Ada", family: "one")
            try await signedOut.call("room.join", ["token": server.token("Ada")])
            let other = try await server.signIn("Ada", family: "two")
            let stranger = try await server.signIn("Eve", family: "one")

            try await server.server.revoke(families: ["one"], of: ada)
            #expect(try await signedOut.socket.closing(seconds: 5) == .close(code: 4003, reason: "signed out"))
            // Signed out is not lost: nobody waits.
            let left = try await bob.client.notification("room.left", seconds: 5)
            #expect(left.text("userId") == "ada")
            #expect(left.text("reason") == "left")
            for client in [other, stranger] { try await client.call("ping") }

            let again = try await server.connect()
            let refusal = try await again.refusal("hello", ["token": server.access("Ada", family: "one")])
            #expect(refusal?.code == -32001)
            #expect(refusal?.name == "token_revoked")
            try await again.call("hello", ["token": server.access("Ada", family: "three")])
        }
    }

    @Test func `a server that does not run takes no revocation`() async throws {
        let ada = try #require(UserID("ada"))
        let server = try await LiveServer.with { server async throws in server.server }
        await #expect(throws: SignalingError.self) { try await server.revoke(families: ["one"], of: ada) }
        await #expect(throws: SignalingError.self) { try await server.connectedUsers() }
    }

    // MARK: Availability

    @Test func `a consultant's wish is answered once it is kept`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let opened = Gate()
            marketplace.wait(for: opened)
            let answers = try [true, false, true].map { try ada.send("presence.set", ["available": .bool($0)]) }
            // The server goes on meanwhile.
            try await ada.call("ping")
            #expect(marketplace.log == [])
            opened.pass()
            marketplace.wait(for: nil)
            for (id, available) in zip(answers, [true, false, true]) {
                #expect(try await ada.answer(to: id).flag("available") == available)
            }
            #expect(marketplace.log == ["ada available", "ada unavailable", "ada available"])

            marketplace.fail(1)
            let refusal = try await ada.refusal("presence.set", ["available": true])
            #expect(refusal?.code == -32006)
            #expect(refusal?.name == "unavailable")
            #expect(await server.server.metrics().marketplaceFailures == 1)
            #expect(try await ada.refusal("presence.set", ["available": 1])?.code == -32602)
            #expect(try await ada.refusal("presence.set")?.code == -32602)
        }
    }

    @Test func `only a consultant's account is available or not`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let customer = try await server.signIn("Ada", role: .customer)
            let refusal = try await customer.refusal("presence.set", ["available": true])
            #expect(refusal?.code == -32002)
            #expect(refusal?.name == "consultants_only")
            let (guest, _) = try await server.greet("Bob", role: .consultant)
            let needed = try await guest.refusal("presence.set", ["available": true])
            #expect(needed?.code == -32002)
            #expect(needed?.name == "access_token_needed")
            #expect(marketplace.log == [])
        }
        try await LiveServer.with { server async throws in
            let ada = try await server.signIn("Ada")
            let refusal = try await ada.refusal("presence.set", ["available": true])
            #expect(refusal?.code == -32006)
            #expect(refusal?.name == "marketplace_unavailable")
        }
    }

    @Test func `too many wishes at once are refused`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let opened = Gate()
            marketplace.wait(for: opened)
            let answers = try (0..<20).map { _ in try ada.send("presence.set", ["available": true]) }
            await #expect(throws: Client.Refusal(code: -32006, name: "busy", data: ["code": "busy"])) {
                try await ada.answer(to: answers[19])
            }
            marketplace.wait(for: nil)
            opened.pass()
            try await ada.call("ping")
        }
    }

    // MARK: Going and coming back

    @Test func `a consultant has gone when the last connection has, once, and after another try`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) {
            $0.limits.absenceWindow = .milliseconds(50)
            $0.limits.tick = .milliseconds(20)
        } _: { server async throws in
            marketplace.fail(1)
            let customer = try await server.signIn("Eve", role: .customer)
            let (guest, _) = try await server.greet("Bob", role: .consultant)
            let tab = try await server.signIn("Ada")
            let tabs = try await [server.signIn("Ada"), server.signIn("Ada", family: "phone")]
            for client in tabs + [customer, guest] { try await client.close() }
            #expect(try await server.server.connectedUsers() == [try #require(UserID("ada"))])
            try await tab.close()
            await marketplace.gate.wait(for: 2)
            #expect(marketplace.log == ["ada offline"])
            // Somebody else's end shows that nothing more was said about her.
            try await server.signIn("Zoe").close()
            await marketplace.gate.wait(for: 3)
            #expect(marketplace.log == ["ada offline", "zoe offline"])
            #expect(try await server.server.connectedUsers() == [])
        }
    }

    @Test func `a consultant who is back in time has not gone`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) {
            $0.limits.absenceWindow = .seconds(3)
            $0.limits.tick = .milliseconds(20)
        } _: { server async throws in
            try await server.signIn("Ada").close()
            #expect(try await server.server.connectedUsers() == [try #require(UserID("ada"))])
            let back = try await server.signIn("Ada")
            try await server.signIn("Zoe").close()
            await marketplace.gate.wait()
            #expect(marketplace.log == ["zoe offline"])
            try await back.call("ping")
        }
    }
}
