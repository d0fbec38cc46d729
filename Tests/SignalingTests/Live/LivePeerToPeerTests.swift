import Foundation
import Identifiers
import RTP
import Relay
import Testing

@testable import Signaling

/// Peer-to-peer rooms over real sockets: what is passed on, and the clock that two reports drive.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LivePeerToPeerTests {
    func description() throws -> String {
        let offers = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "SDPTests/Offers/chromium-three-slots.sdp")
        return try String(contentsOf: offers, encoding: .utf8)
    }

    @Test func `descriptions and candidates reach the other side as they were`() async throws {
        let sdp = try description()
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            #expect(try await ada.client.refusal("media.offer", ["sdp": .string(sdp)])?.name == "peer_absent")
            let bob = try await server.enter("Bob")
            #expect(try await bob.client.call("media.offer", ["sdp": .string(sdp)]).members.isEmpty)
            let offer = try await ada.client.notification("media.offer")
            #expect(offer.text("sdp") == sdp)
            #expect(offer.text("from") == "bob")
            #expect(try await ada.client.call("media.answer", ["sdp": .string(sdp)]).members.isEmpty)
            #expect(try await bob.client.notification("media.answer").text("from") == "ada")
            try bob.client.notify("media.candidate", ["candidate": "candidate:1", "sdpMid": "0", "sdpMLineIndex": 0])
            let candidate = try await ada.client.notification("media.candidate")
            #expect(candidate.text("candidate") == "candidate:1")
            #expect(candidate["usernameFragment"] == .null)
            #expect(candidate.text("from") == "bob")
        }
    }

    @Test func `what is no description isn't passed on`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada")
            let bob = try await server.enter("Bob")
            let refusal = try await bob.client.refusal("media.offer", ["sdp": "v=0\r\nnonsense\r\n"])
            #expect(refusal?.code == -32602)
            #expect(refusal?.name == "invalid_description")
            let long = JSONValue.string(String(repeating: "a", count: 61_000))
            #expect(try await bob.client.refusal("media.offer", ["sdp": long])?.name == "invalid_params")
            let candidate = try await bob.client.refusal("media.candidate", ["candidate": "a\r\nb"])
            #expect(candidate?.name == "invalid_params")
            _ = try await ada.client.call("ping")
            #expect(ada.client.waiting == ["room.joined"])
        }
    }

    @Test func `two reporting sides reach the threshold, and the room ends unpaid`() async throws {
        try await LiveServer.with {
            $0.billing = BillingPolicy(thresholdSeconds: 2, warningSeconds: 1, graceSeconds: 1)
        } _: { server async throws in
            let ada = try await server.enter("Ada")
            let bob = try await server.enter("Bob")
            let reporters = [ada.client, bob.client].map { client in
                Task {
                    for bytes in 1..<1000 as Range<Int64> {
                        let report: JSONValue = [
                            "mic": ["bytesReceived": .integer(bytes * 1000), "packetsReceived": .integer(bytes)],
                            "bytesSent": .integer(bytes * 1000),
                        ]
                        try client.notify("media.stats", report)
                        // The reports' pace; what the test waits for are the server's words.
                        try await Task.sleep(for: .milliseconds(200))
                    }
                }
            }
            defer { for reporter in reporters { reporter.cancel() } }
            for client in [ada.client, bob.client] {
                #expect(try await client.notification("billing.warning").text("reason") == "threshold")
                #expect(try await client.notification("room.ended").text("reason") == "unpaid")
                #expect(try await client.socket.closing() == .close(code: 1000, reason: "room ended"))
            }
            let metrics = await server.server.metrics()
            #expect(metrics.billingEvents[.closed] == 1)
            #expect(metrics.billingEvents[.grace] == 1)
        }
    }

    @Test func `an unmetered room has no threshold`() async throws {
        try await LiveServer.with { server async throws in
            let ada = try await server.enter("Ada", unmetered: true)
            let billing = try #require(ada.room.object("billing"))
            #expect(billing.text("state") == "unmetered")
            #expect(billing["thresholdSeconds"] == .null)
            #expect(billing["horizonSeconds"] == .null)
            #expect(billing["charged"] == .null)
        }
    }
}
