import API
import DatabaseTesting
import Foundation
import HTTPTypes
import REST
import Testing

@Suite("Browsers", .timeLimit(.minutes(2))) struct BrowserTests {
    private static let routes = [
        Route(.get, "/things", .anyone) { _ in .json(["a": 1]) },
        Route(.post, "/things", .anyone) { _ in .noContent },
    ]

    // MARK: Origins

    @Test(
        "only pages of our own and allowed origins are let in",
        arguments: [
            ("http://HOST", true), ("https://HOST", true), ("http://127.0.0.1:8081", true),
            ("http://127.0.0.1:8082", false), ("http://localhost:8081", false), ("https://evil.example", false),
            ("https://friend.example", true), ("https://friend.example:444", false), ("http://friend.example", false),
            ("https://bare.example:9", true), ("https://consult.example", true), ("https://calls.example:81", true),
            ("https://consult.example:81", false), ("null", false), ("", false), ("https://friend.example/path", false),
            ("https://consult.example.evil.example", false),
        ])
    func origins(origin: String, isAllowed: Bool) async throws {
        try await TestServer.with(
            Self.routes,
            {
                $0.publicURL = "https://consult.example"
                $0.publicWebSocketURL = "wss://calls.example:81/ws"
                $0.allowedOrigins = ["https://friend.example", "bare.example"]
            }
        ) { server in
            let origin = origin.replacing("HOST", with: "127.0.0.1:\(server.port)")
            let answer = try await server.send("GET", "/api/v1/things", ["Origin": origin])
            #expect(answer.status == 200)
            #expect(answer["access-control-allow-origin"] == (isAllowed ? origin : nil))
            #expect(answer["access-control-allow-credentials"] == (isAllowed ? "true" : nil))
            #expect(answer["vary"] == "Origin")

            let preflight = try await server.send(
                "OPTIONS", "/api/v1/things",
                [
                    "Origin": origin, "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "authorization",
                ])
            #expect(preflight.status == 204)
            #expect(preflight["access-control-allow-origin"] == (isAllowed ? origin : nil))
            #expect(preflight["access-control-allow-methods"] == (isAllowed ? "GET, HEAD, POST, OPTIONS" : nil))
            #expect((preflight["access-control-allow-headers"]?.contains("Authorization") ?? false) == isAllowed)

            // A page elsewhere cannot make a browser send its user's cookie to any effect.
            let forged = try await server.send("POST", "/api/v1/things", ["Origin": origin, "Cookie": "refresh=x"])
            #expect(forged.status == (isAllowed ? 204 : 403))
            #expect(isAllowed || forged.code == "foreign_origin")
        }
    }

    @Test("who is no browser needs no origin, and a refusal is readable for pages too")
    func withoutOrigin() async throws {
        try await TestServer.with(Self.routes) { server in
            #expect(try await server.send("POST", "/api/v1/things", ["Cookie": "refresh=x"]).status == 204)
            #expect(try await server.send("POST", "/api/v1/things", ["Origin": "https://evil.example"]).status == 204)
            let answer = try await server.send("GET", "/api/v1/no", ["Origin": "http://127.0.0.1:8081"])
            #expect(answer.status == 404)
            #expect(answer["access-control-allow-origin"] == "http://127.0.0.1:8081")
            #expect(answer["access-control-expose-headers"]?.contains("Retry-After") == true)
            #expect(try await server.send("OPTIONS", "/api/v1/no", ["Origin": "http://127.0.0.1:8081"]).status == 404)
        }
    }

    // MARK: Security fields

    @Test("every answer says what a browser may do with it")
    func fields() async throws {
        try await TestServer.with(Self.routes) { server in
            for path in ["/api/v1/things", "/api/v1/no", "/no"] {
                let answer = try await server.send("GET", path)
                #expect(answer["x-content-type-options"] == "nosniff")
                #expect(answer["referrer-policy"] == "no-referrer")
                #expect(answer["cache-control"] == "no-store")
                #expect(answer["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
                #expect(answer["x-request-id"] != nil)
                #expect(answer["strict-transport-security"] == nil)
                #expect(answer["date"] != nil && answer["server"] == nil)
            }
        }
        try await TestServer.with(Self.routes, { $0.publicURL = "https://consult.example" }) { server in
            let answer = try await server.send("GET", "/api/v1/things")
            #expect(answer["strict-transport-security"] == "max-age=31536000")
        }
    }

    // MARK: The web client

    @Test("the client is served with a policy that names what it connects to")
    func client() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try folder.write("<!doctype html>", to: "index.html")
        try folder.write("secret", to: ".env")
        try await TestServer.with(Self.routes, { $0.clientFolder = folder.path }) { server in
            let page = try await server.send("GET", "/", ["X-Request-Id": "r"])
            #expect(page.text == "<!doctype html>")
            #expect(page["content-type"] == "text/html; charset=utf-8")
            #expect(page["cache-control"] == "no-cache")
            #expect(page["x-request-id"] == "r")
            let policy = try #require(page["content-security-policy"])
            #expect(policy.contains("script-src 'self';"))
            #expect(
                policy.contains("connect-src 'self' ws://127.0.0.1:8081 http://127.0.0.1:\(server.port);"))
            #expect(page["access-control-allow-origin"] == nil)
            let tag = try #require(page["etag"])
            let unchanged = try await server.send("GET", "/index.html", ["If-None-Match": tag])
            #expect(unchanged.status == 304)
            #expect(unchanged["content-length"] == nil)
            #expect(unchanged["etag"] == tag)
            #expect(try await server.send("HEAD", "/")["content-length"] == "15")
            let post = try await server.send("POST", "/", body: "{}")
            #expect(post.status == 405)
            #expect(post["allow"] == "GET, HEAD")
            // Whoever comes with a browser reads a page, and whatever else comes a refusal for programs.
            let visit = ["Accept": "text/html,application/xhtml+xml,*/*;q=0.8"]
            let nowhere = try await server.send("GET", "/misspelt", visit)
            #expect(nowhere.status == 404 && nowhere.text == "<!doctype html>" && nowhere["etag"] == nil)
            #expect(nowhere["content-security-policy"] == policy)
            for path in ["/api/v1/misspelt", "/.well-known/misspelt"] {
                #expect(try await server.send("GET", path, visit)["content-type"] == "application/problem+json")
            }
            let sent = try await server.send("POST", "/misspelt", visit, body: "{}")
            #expect(sent.status == 404 && sent["content-type"] == "application/problem+json")
            for path in ["/.env", "/../\(folder.path)/index.html", "/missing.js", "/%2e%2e/secret", "//index.html"] {
                #expect(try await server.send("GET", path).status == 404, "\(path)")
            }
        }
    }

    @Test("a client's folder that is not there is told at the start")
    func noFolder() async {
        await #expect(throws: APIConfigurationError.self) {
            try await TestServer.with([], { $0.clientFolder = "/nonexistent" }) { _ in }
        }
    }

    @Test("the client is told where everything is, as it reached us")
    func configuration() async throws {
        try await TestServer.with([]) { server in
            let answer = try await server.send("GET", "/config.json", ["Host": "consult.test:\(server.port)"])
            #expect(answer["content-type"] == "application/json")
            #expect(answer["cache-control"] == "no-store")
            #expect(
                answer.text
                    == #"{"api":"http://consult.test:\#(server.port)/api/v1","freeSeconds":null,"version":"test","#
                    + #""websocket":"ws://consult.test:8081/ws"}"#)
            let six = try await server.send("GET", "/config.json", ["Host": "[::1]:9"])
            #expect(six.json?["websocket"] as? String == "ws://[::1]:8081/ws")
            let none = try await server.send("GET", "/config.json", ["Host": "a\"><b>"])
            #expect(none.status == 400)
            #expect(try await server.send("DELETE", "/config.json").status == 405)
        }
        try await TestServer.with(
            [],
            {
                $0.publicURL = "https://consult.example"
                $0.publicWebSocketURL = "wss://consult.example/ws"
            }
        ) { server in
            let json = try await server.send("GET", "/config.json").json
            #expect(json?["api"] as? String == "https://consult.example/api/v1")
            #expect(json?["websocket"] as? String == "wss://consult.example/ws")
        }
        try await TestServer.with([], { $0.trustedProxies = ["127.0.0.1"] }) { server in
            let json = try await server.send(
                "GET", "/config.json", ["X-Forwarded-Proto": "https", "Host": "a.example"]
            ).json
            #expect(json?["api"] as? String == "https://a.example/api/v1")
        }
    }
}
