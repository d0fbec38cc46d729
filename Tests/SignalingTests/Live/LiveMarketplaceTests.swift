import DatabaseTesting
import Identifiers
import RTP
import Testing

@testable import Signaling

/// Live requests: what people are told on their account's connections, and what consultants answer.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveMarketplaceTests {
    private let request = #"{"requestId": "r-1", "score": 0.71, "rate": null}"#

    // MARK: Telling people

    @Test func `a person is told on every connection of the account, and on no other`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try #require(UserID("ada"))
            let tabs = try await [server.signIn("Ada"), server.signIn("Ada", family: "phone")]
            let others = try await [server.signIn("Bob"), server.greet("Ada").client]
            let silent = try await server.connect()
            #expect(try await server.server.push("request.created", params: request, to: ada) == 2)
            for tab in tabs {
                let told = try await tab.notification("request.created", seconds: 5)
                #expect(told.text("requestId") == "r-1")
                #expect(told["score"] == .number(0.71))
                #expect(told["rate"] == .null)
            }
            for other in others {
                try await other.call("ping")
                #expect(other.waiting == [])
            }
            try await tabs[0].close()
            #expect(try await server.server.push("request.withdrawn", params: "{}", to: ada) == 1)
            _ = try await tabs[1].notification("request.withdrawn", seconds: 5)
            let nobody = try #require(UserID("eve"))
            #expect(try await server.server.push("request.created", params: request, to: nobody) == 0)
            let metrics = await server.server.metrics()
            #expect(metrics.pushes == 2)
            #expect(metrics.undelivered == 1)
            withExtendedLifetime(silent) {}
        }
    }

    @Test(arguments: ["", "nothing", "[]", "1", #"{"a": }"#, String(repeating: "[", count: 1000)])
    func `parameters that are no JSON object are told to nobody`(params: String) async throws {
        try await LiveServer.with { server async throws in
            let ada = try #require(UserID("ada"))
            let client = try await server.signIn("Ada")
            #expect(try await server.server.push("request.created", params: params, to: ada) == nil)
            try await client.call("ping")
            #expect(client.waiting == [])
        }
    }

    @Test func `a server that does not run tells nobody anything and ends no room`() async throws {
        let server = try await LiveServer.with { server async throws in server.server }
        let (ada, room) = (try #require(UserID("ada")), try #require(RoomID("room")))
        let session = try #require(SessionID("s-1"))
        await #expect(throws: SignalingError.self) { try await server.push("x", params: "{}", to: ada) }
        await #expect(throws: SignalingError.self) { try await server.end(room: room, of: session) }
    }

    // MARK: After hello

    @Test func `a consultant who comes is told what is pending, on that connection only`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let first = try await server.signIn("Ada")
            try await first.call("presence.set", ["available": true])
            marketplace.ask([#"{"requestId": "r-1"}"#, "no JSON", "[]", #"{"requestId": "r-2"}"#])
            let second = try await server.signIn("Ada", family: "phone")
            for id in ["r-1", "r-2"] {
                #expect(try await second.notification("request.created", seconds: 5).text("requestId") == id)
            }
            // Hers are told in order: by now the first one would have heard of them.
            try await first.call("presence.set", ["available": true])
            #expect(first.waiting == [])

            let customer = try await server.signIn("Eve", role: .customer)
            let (guest, _) = try await server.greet("Bob", role: .consultant)
            for client in [customer, guest] {
                try await client.call("ping")
                #expect(client.waiting == [])
            }
        }
    }

    // MARK: Answers

    @Test func `an accepted request is answered with its session`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let accepted = try await ada.call("request.accept", ["requestId": "r-1"])
            #expect(accepted.text("sessionId") == "session-r-1")
            #expect(accepted.text("room") == "room-r-1")
            #expect(accepted.text("token") == "token of ada")
            #expect(accepted.members.count == 3)
            let declined = try await ada.call("request.decline", ["requestId": "r-2", "reason": "I am about to leave"])
            #expect(declined.members == [])
            try await ada.call("request.decline", ["requestId": "r-3"])
            try await ada.call("request.decline", ["requestId": "r-4", "reason": ""])
            #expect(
                marketplace.answers == [
                    "ada accepts r-1", "ada declines r-2: I am about to leave", "ada declines r-3: no reason",
                    "ada declines r-4: no reason",
                ])
        }
    }

    @Test func `a refusal says why`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let cases: [(MarketplaceRefusal, Int64, String)] = [
                (.notFound, -32003, "not_found"), (.closed, -32004, "request_closed"),
                (.unavailable, -32006, "unavailable"),
            ]
            for (refusal, code, name) in cases {
                marketplace.refuse(refusal)
                for method in ["request.accept", "request.decline"] {
                    let answer = try await ada.refusal(method, ["requestId": "r-1"])
                    #expect(answer?.code == code)
                    #expect(answer?.name == name)
                }
            }
            #expect(await server.server.metrics().marketplaceFailures == 2)
        }
    }

    @Test func `only a consultant's account answers, and in the form there is`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let customer = try await server.signIn("Eve", role: .customer)
            let (guest, _) = try await server.greet("Bob", role: .consultant)
            for method in ["request.accept", "request.decline"] {
                let refusal = try await customer.refusal(method, ["requestId": "r-1"])
                #expect(refusal?.code == -32002)
                #expect(refusal?.name == "consultants_only")
                let needed = try await guest.refusal(method, ["requestId": "r-1"])
                #expect(needed?.code == -32002)
                #expect(needed?.name == "access_token_needed")
                #expect(try await ada.refusal(method)?.code == -32602)
                let long = JSONValue.string(String(repeating: "r", count: 65))
                #expect(try await ada.refusal(method, ["requestId": long])?.code == -32602)
            }
            for reason in ["a\nb", "\u{7F}", String(repeating: "ä", count: 501)] as [String] {
                let params: JSONValue = ["requestId": "r-1", "reason": .string(reason)]
                #expect(try await ada.refusal("request.decline", params)?.code == -32602)
            }
            #expect(marketplace.answers == [])
            let longest = String(repeating: "ä", count: 500)
            try await ada.call("request.decline", ["requestId": "r-1", "reason": .string(longest)])
            #expect(marketplace.answers == ["ada declines r-1: \(longest)"])
        }
        try await LiveServer.with { server async throws in
            let ada = try await server.signIn("Ada")
            for method in ["request.accept", "request.decline"] {
                let refusal = try await ada.refusal(method, ["requestId": "r-1"])
                #expect(refusal?.code == -32006)
                #expect(refusal?.name == "marketplace_unavailable")
            }
        }
    }

    @Test func `a consultant's answers wait behind what was said before`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) { server async throws in
            let ada = try await server.signIn("Ada")
            let opened = Gate()
            marketplace.wait(for: opened)
            let wish = try ada.send("presence.set", ["available": true])
            let answer = try ada.send("request.accept", ["requestId": "r-1"])
            try await ada.call("ping")
            #expect(marketplace.answers == [])
            // Others do not wait for her.
            let bob = try await server.signIn("Bob")
            #expect(try await bob.call("request.accept", ["requestId": "r-1"]).text("sessionId") == "session-r-1")
            marketplace.wait(for: nil)
            opened.pass()
            #expect(try await ada.answer(to: wish).flag("available") == true)
            #expect(try await ada.answer(to: answer).text("token") == "token of ada")
            #expect(marketplace.answers == ["bob accepts r-1", "ada accepts r-1"])
        }
    }

    // MARK: Who is connected

    @Test func `the first connection of a consultant is told at once, and the end of the last one`() async throws {
        let marketplace = FakeMarketplace()
        let last = try await LiveServer.with(marketplace: marketplace) { server async throws in
            let customer = try await server.signIn("Eve", role: .customer)
            let (guest, _) = try await server.greet("Bob", role: .consultant)
            let tab = try await server.signIn("Ada")
            await marketplace.sighted.wait(for: 1)
            let other = try await server.signIn("Ada", family: "phone")
            for client in [customer, guest, tab] { try await client.close() }
            // In order: had anything been said of the tabs, it would have been before this.
            try await other.call("presence.set", ["available": true])
            #expect(marketplace.sightings == ["ada connected"])
            try await other.close()
            await marketplace.sighted.wait(for: 2)
            let back = try await server.signIn("Ada")
            await marketplace.sighted.wait(for: 3)
            #expect(marketplace.sightings == ["ada connected", "ada disconnected", "ada connected"])
            return back
        }
        // A server that stops says nothing of those whose connections it ends.
        #expect(marketplace.sightings.count == 3)
        withExtendedLifetime(last) {}
    }

    @Test func `what could not be told of a connection is told again`() async throws {
        let marketplace = FakeMarketplace()
        try await LiveServer.with(marketplace: marketplace) {
            $0.limits.tick = .milliseconds(20)
        } _: { server async throws in
            marketplace.missSightings(2)
            let ada = try await server.signIn("Ada")
            await marketplace.sighted.wait(for: 3)
            #expect(marketplace.sightings == ["ada connected"])
            #expect(await server.server.metrics().marketplaceFailures == 2)
            try await ada.call("ping")
        }
    }
}
