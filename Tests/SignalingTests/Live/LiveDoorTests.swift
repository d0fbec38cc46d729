import RTP
import Testing

@testable import Signaling

/// Who may open a WebSocket, and what happens to those who misbehave.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LiveDoorTests {
    @Test func `a page's origin must be the server's host or one that is allowed`() async throws {
        try await LiveServer.with {
            $0.publicURL = "https://calls.example.com/"
            $0.allowedOrigins = ["https://partner.example:8443", "friend.example"]
        } _: { server async throws in
            let port = server.port
            #expect(try await upgrade(port) == 101)
            for origin in [
                "http://localhost:\(port)", "http://localhost:1234", "https://calls.example.com",
                "https://partner.example:8443", "http://friend.example:81",
            ] {
                #expect(try await upgrade(port, ["Origin: \(origin)"]) == 101, "\(origin)")
            }
            for origin in [
                "http://evil.example", "null", "https://partner.example", "http://localhost.evil.example",
                "http://evil.example#localhost", "file://", "localhost", "http://localhost:1@evil.example",
            ] {
                #expect(try await upgrade(port, ["Origin: \(origin)"]) == 403, "\(origin)")
            }
        }
    }

    @Test func `other paths don't upgrade, and the subprotocol is echoed`() async throws {
        try await LiveServer.with { server async throws in
            #expect(try await upgrade(server.port, path: "/") == 404)
            #expect(try await upgrade(server.port, path: "/ws/x") == 404)
            #expect(try await upgrade(server.port, path: "/ws?x=1") == 101)
            #expect(try await upgrade(server.port, ["Sec-WebSocket-Protocol: consult.v1"]) == 101)
        }
    }

    @Test func `an address has a limited number of sockets, a server too`() async throws {
        try await LiveServer.with {
            $0.connectionsPerAddress = 2
        } _: { server async throws in
            let first = try await WebSocketClient(port: server.port)
            let second = try await WebSocketClient(port: server.port)
            #expect(try await upgrade(server.port) == 429)
            try first.send(opcode: 8, [0x03, 0xE8])
            #expect(try await first.closing() == .close(code: 1000, reason: ""))
            // The server has closed as soon as its side of the connection ends.
            #expect(try await first.receive() == .end)
            #expect(try await upgrade(server.port) == 101)
            withExtendedLifetime(second) {}
        }
        try await LiveServer.with {
            $0.connectionsPerAddress = 0
            $0.maximumConnections = 2
        } _: { server async throws in
            let kept = [
                try await WebSocketClient(port: server.port), try await WebSocketClient(port: server.port),
            ]
            let third = try await WebSocketClient(port: server.port)
            #expect(try await third.closing() == .close(code: 1013, reason: "server full"))
            withExtendedLifetime(kept) {}
        }
    }

    @Test func `hello comes first, and soon`() async throws {
        try await LiveServer.with {
            $0.limits.helloTimeout = .milliseconds(300)
        } _: { server async throws in
            let silent = try await server.connect()
            #expect(try await silent.socket.closing() == .close(code: 1008, reason: "hello timeout"))
        }
        try await LiveServer.with { server async throws in
            let hasty = try await server.connect()
            for _ in 0..<2 {
                #expect(try await hasty.refusal("ping")?.name == "hello_first")
            }
            #expect(try await hasty.refusal("hello", ["token": "nonsense"])?.name == "token_malformed")
            #expect(try await hasty.socket.closing() == .close(code: 1008, reason: "too many protocol errors"))
        }
    }

    @Test func `refused tokens say why`() async throws {
        try await LiveServer.with { server async throws in
            let client = try await server.connect()
            let expired = try await server.token("Ada", ttl: -1)
            let refusal = try await client.refusal("hello", ["token": expired])
            #expect(refusal?.code == -32001)
            #expect(refusal?.name == "token_expired")
            let long = try await client.refusal("hello", ["token": .string(String(repeating: "a", count: 4097))])
            #expect(long?.name == "token_too_large")
        }
    }

    @Test func `nonsense is answered, and closed when it goes on`() async throws {
        try await LiveServer.with { server async throws in
            let (client, _) = try await server.greet("Ada")
            #expect(try await client.refusal("no.such.method")?.code == -32601)
            let samples = [
                ("{", -32700), ("[]", -32600), ("17", -32600), (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
                (#"{"jsonrpc":"2.0","id":1}"#, -32600), (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
                (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, -32602),
            ]
            for (text, code) in samples {
                try client.socket.send(text)
                do {
                    _ = try await client.answer(to: 1)
                    Issue.record("\(text) was taken")
                } catch let error as Client.Refusal {
                    #expect(error.code == code, "\(text)")
                }
            }
            #expect(try await client.call("ping").members.isEmpty)
        }
        try await LiveServer.with { server async throws in
            let (client, _) = try await server.greet("Ada")
            for _ in 0..<11 { try client.socket.send("nonsense") }
            #expect(try await client.socket.closing() == .close(code: 1008, reason: "too many protocol errors"))
        }
    }

    @Test func `frames that may not be have their close codes`() async throws {
        try await LiveServer.with { server async throws in
            let binary = try await server.connect()
            try binary.socket.send(opcode: 2, [1, 2, 3])
            #expect(try await binary.socket.closing() == .close(code: 1003, reason: "text frames only"))

            let large = try await server.connect()
            try large.socket.send(opcode: 1, Array(repeating: UInt8(ascii: " "), count: 65537))
            #expect(try await large.socket.closing() == .close(code: 1009, reason: "message too large"))

            let pieces = try await server.connect()
            try pieces.socket.send(opcode: 1, isFinal: false, Array(repeating: UInt8(ascii: " "), count: 40000))
            try? pieces.socket.send(opcode: 0, isFinal: true, Array(repeating: UInt8(ascii: " "), count: 40000))
            #expect(try await pieces.socket.closing() == .close(code: 1009, reason: "message too large"))

            let garbled = try await server.connect()
            try garbled.socket.send(opcode: 1, [0x22, 0xC3, 0x28, 0x22])
            guard case .close(let code, _) = try await garbled.socket.closing() else {
                Issue.record("no close frame")
                return
            }
            #expect(code == 1007)
        }
    }

    @Test func `a message of exactly 64 KiB and one in pieces are taken`() async throws {
        try await LiveServer.with { server async throws in
            let (client, _) = try await server.greet("Ada")
            let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
            try client.socket.send(ping + String(repeating: " ", count: 65536 - ping.utf8.count))
            _ = try await client.answer(to: 1)
            let bytes = Array(ping.utf8)
            try client.socket.send(opcode: 1, isFinal: false, Array(bytes[..<7]))
            try client.socket.send(opcode: 9, [1, 2])
            try client.socket.send(opcode: 0, isFinal: false, Array(bytes[7..<20]))
            try client.socket.send(opcode: 0, isFinal: true, Array(bytes[20...]))
            #expect(try await client.socket.receive() == .pong)
            _ = try await client.answer(to: 1)
        }
    }

    @Test func `too many messages are refused, and closed when it goes on`() async throws {
        try await LiveServer.with {
            $0.limits.messageBurst = 5
            $0.limits.messagesPerSecond = 1
            $0.limits.messagePatience = 3
        } _: { server async throws in
            let (client, _) = try await server.greet("Ada")
            var answers: [Int64] = []
            for _ in 0..<9 { answers.append(try client.send("ping")) }
            for id in answers[..<4] { _ = try await client.answer(to: id) }
            await #expect(throws: Client.Refusal(code: -32005, name: "rate_limited", data: ["code": "rate_limited"])) {
                try await client.answer(to: answers[4])
            }
            #expect(try await client.socket.closing() == .close(code: 1008, reason: "rate limited"))
        }
    }

    @Test func `a reader who doesn't read is closed, and the others don't notice`() async throws {
        try await LiveServer.with {
            $0.limits.outboxMessages = 20
            $0.limits.messagesPerSecond = 100_000
            $0.limits.messageBurst = 100_000
            $0.limits.resumeWindow = .milliseconds(100)
            $0.limits.closeDeadline = .milliseconds(300)
        } _: { server async throws in
            let token = try await server.token("Bob")
            let slow = try await server.connect(receiveBuffer: 4096)
            try await slow.call("hello", ["token": token])
            try await slow.call("room.join", ["token": token])
            let ada = try await server.enter("Ada")
            let text = String(repeating: "x", count: 4000)
            var isGone = false
            for number in 0..<5000 where !isGone {
                try await ada.client.call("chat.send", ["id": .string("\(number)"), "text": .string(text)])
                isGone = ada.client.waiting.contains("room.left")
            }
            let left = try await ada.client.notification("room.left")
            #expect(left.text("reason") == "timeout")
        }
    }

    @Test func `a client that answers no pings is given up`() async throws {
        try await LiveServer.with {
            $0.limits.pingSeconds = 1
            $0.limits.hangupSeconds = 2
            $0.limits.resumeWindow = .milliseconds(100)
        } _: { server async throws in
            let token = try await server.token("Bob")
            let dead = try await server.connect(answersPings: false)
            try await dead.call("hello", ["token": token])
            try await dead.call("room.join", ["token": token])
            let ada = try await server.enter("Ada")
            #expect(try await ada.client.notification("room.left").text("reason") == "timeout")
            #expect(try await ada.client.call("ping").members.isEmpty)
        }
    }
}

/// The HTTP status that an upgrade meets.
private func upgrade(_ port: UInt16, path: String = "/ws", _ fields: [String] = []) async throws -> Int {
    do {
        _ = try await WebSocketClient(port: port, path: path, fields: fields)
        return 101
    } catch let error as WebSocketClient.Refused {
        return error.response.status
    }
}
