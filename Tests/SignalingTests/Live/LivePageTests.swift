import Foundation
import Testing
import Web

@testable import Signaling

/// The HTTP side of the port.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LivePageTests {
    /// A folder like the built client's, with things in and around it that must not be served.
    struct ClientFolder {
        let base: URL
        var folder: String { base.appending(path: "dist").path }
        let script: [UInt8] = (0..<1_000_000).map { UInt8(ascii: "a") + UInt8($0 % 26) }

        init() throws {
            base = URL(filePath: NSTemporaryDirectory()).appending(path: "client-\(UUID().uuidString)")
            let files = FileManager.default
            let dist = base.appending(path: "dist")
            try files.createDirectory(at: dist.appending(path: "assets"), withIntermediateDirectories: true)
            try Data("<!doctype html>".utf8).write(to: dist.appending(path: "index.html"))
            try Data(script).write(to: dist.appending(path: "assets/app-1a2b.js"))
            for name in ["a.css", "b.svg", "c.woff2", "d.map", "e.json", ".env", "f.exe", "noending"] {
                try Data("x".utf8).write(to: dist.appending(path: name))
            }
            try Data("secret".utf8).write(to: base.appending(path: "secret.json"))
            try files.createSymbolicLink(
                at: dist.appending(path: "out.json"), withDestinationURL: base.appending(path: "secret.json"))
        }

        func remove() { try? FileManager.default.removeItem(at: base) }
    }

    @Test func `the client is served with types, caching and security fields`() async throws {
        let client = try ClientFolder()
        defer { client.remove() }
        try await LiveServer.with {
            $0.clientFolder = client.folder
        } _: { server async throws in
            let index = try await get("/", port: server.port)
            #expect(index.status == 200)
            #expect(index.text == "<!doctype html>")
            #expect(index.fields["content-type"] == "text/html; charset=utf-8")
            #expect(index.fields["cache-control"] == "no-cache")
            #expect(index.fields["x-content-type-options"] == "nosniff")
            #expect(index.fields["referrer-policy"] == "no-referrer")
            #expect(
                index.fields["content-security-policy"]?
                    .contains("connect-src 'self' ws://localhost:\(server.port);") == true)
            #expect(index.fields["permissions-policy"]?.contains("camera=(self)") == true)

            let script = try await get("/assets/app-1a2b.js", port: server.port)
            #expect(script.body == client.script)
            #expect(script.fields["content-type"] == "text/javascript; charset=utf-8")
            #expect(script.fields["cache-control"] == "public, max-age=31536000, immutable")

            let types = [
                "a.css": "text/css; charset=utf-8", "b.svg": "image/svg+xml", "c.woff2": "font/woff2",
                "d.map": "application/json", "e.json": "application/json",
            ]
            for (name, type) in types {
                #expect(try await get("/\(name)?v=1", port: server.port).fields["content-type"] == type)
            }

            let tag = try #require(index.fields["etag"])
            let unchanged = try await get("/index.html", port: server.port, fields: ["If-None-Match: \(tag)"])
            #expect(unchanged.status == 304)
            #expect(unchanged.body.isEmpty)
            let head = try await get("/assets/app-1a2b.js", port: server.port, method: "HEAD")
            #expect(head.status == 200)
            #expect(head.fields["content-length"] == "1000000")
        }
    }

    @Test(arguments: [
        "/../secret.json", "/%2e%2e/secret.json", "/..%2fsecret.json", "/assets/../../secret.json", "/out.json",
        "/.env", "//etc/passwd", "/assets", "/assets/", "/f.exe", "/noending", "/missing.js", "/a.css%00.js",
        "/assets/..%5c..%5csecret.json", "/metrics",
    ])
    func `nothing outside of the client is served`(path: String) async throws {
        let client = try ClientFolder()
        defer { client.remove() }
        try await LiveServer.with {
            $0.clientFolder = client.folder
        } _: { server async throws in
            do {
                let response = try await get(path, port: server.port)
                #expect([400, 403, 404].contains(response.status), "\(response.status)")
                #expect(!response.text.contains("secret"))
            } catch is RawSocket.Failure {
                // The library itself hangs up on paths that make no sense.
            }
            #expect(try await get("/", port: server.port).status == 200)
        }
    }

    @Test func `a changed file is read again`() async throws {
        let client = try ClientFolder()
        defer { client.remove() }
        try await LiveServer.with {
            $0.clientFolder = client.folder
        } _: { server async throws in
            _ = try await get("/", port: server.port)
            try Data("<!doctype html><p>new".utf8).write(to: URL(filePath: client.folder + "/index.html"))
            #expect(try await get("/", port: server.port).text == "<!doctype html><p>new")
        }
    }

    @Test func `the configuration names the socket as the client reached the server`() async throws {
        try await LiveServer.with { server async throws in
            let response = try await get("/config.json", port: server.port)
            #expect(response.fields["content-type"] == "application/json")
            let value = try JSONParser.parse(response.body)
            #expect(
                value
                    == [
                        "api": .null, "freeSeconds": .integer(600), "version": "test",
                        "websocket": .string("ws://localhost:\(server.port)/ws"),
                    ])
            #expect(try await get("/", port: server.port).text.contains("/ws"))
        }
        try await LiveServer.with {
            $0.publicWebSocketURL = "wss://calls.example.com/ws"
            $0.api = .port(8080, isSecure: false)
        } _: { server async throws in
            let response = try await get("/config.json", port: server.port)
            guard case .object(let object) = try JSONParser.parse(response.body) else { return }
            #expect(object.text("websocket") == "wss://calls.example.com/ws")
            #expect(object.text("api") == "http://localhost:8080/api/v1")
        }
    }

    @Test func `a host that is none isn't repeated`() async throws {
        try await LiveServer.with { server async throws in
            let socket = try RawSocket(port: server.port)
            try socket.send(Array("GET /config.json HTTP/1.1\r\nHost: a\"},<b>\r\n\r\n".utf8))
            let response = try #require(try await socket.receive { RawResponse.take($0) })
            #expect(response.status == 400)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
    func `only GET and HEAD are answered`(method: String) async throws {
        try await LiveServer.with { server async throws in
            do {
                let response = try await get("/", port: server.port, method: method, fields: ["Content-Length: 0"])
                #expect(response.status == 405)
                #expect(response.fields["allow"] == "GET, HEAD")
            } catch let error as RawSocket.Failure {
                Issue.record("\(error)")
            }
        }
    }

    @Test func `one connection carries several requests`() async throws {
        try await LiveServer.with { server async throws in
            let socket = try RawSocket(port: server.port)
            for _ in 0..<3 {
                try socket.send(Array("GET /config.json HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
                let response = try await socket.receive { RawResponse.take($0) }
                #expect(response?.status == 200)
            }
        }
    }

    @Test func `the socket's path without an upgrade says what it is`() async throws {
        try await LiveServer.with { server async throws in
            #expect(try await get("/ws", port: server.port).status == 426)
        }
    }

    @Test func `a missing client folder and a taken port are errors with words`() async throws {
        await #expect(throws: SignalingError.self) {
            try await LiveServer.with {
                $0.clientFolder = "/nonexistent"
            } _: { _ async throws in
            }
        }
        try await LiveServer.with { server async throws in
            do {
                try await LiveServer.with {
                    $0.port = server.port
                } _: { _ async throws in
                }
                Issue.record("two servers on one port")
            } catch let error as SignalingError {
                #expect(error.code == .cannotListen)
                #expect(error.message.contains("\(server.port)"))
            }
        }
    }
}
