import API
import DatabaseTesting
import Foundation
import HTTPTypes
import Identifiers
import REST
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("Requests find their routes", .timeLimit(.minutes(2))) struct RoutingTests {
    private struct Echo: Encodable {
        var parameters: [String: String]
        var query: [String: String]
        var body: String
        var key: String?
        var address: String
        var user: String?
        var requestID: String

        init(_ call: Call) {
            parameters = call.parameters
            query = call.query
            body = String(decoding: call.body, as: UTF8.self)
            key = call.idempotencyKey
            address = call.address
            user = call.caller.map { "\($0.user)" }
            requestID = call.requestID
        }
    }

    static let echo: Route.Handler = { .json(Echo($0)) }
    static let routes = [
        Route(.get, "/things", .anyone, echo), Route(.post, "/things", .anyone, isIdempotent: true, echo),
        Route(.get, "/things/{id}", .anyone, echo), Route(.get, "/things/mine", .anyone, echo),
        Route(.delete, "/things/{id}/parts/{part}", .anyone) { _ in .noContent },
        Route(.put, "/plain", .anyone, contentLimit: 10, echo),
    ]

    @Test("parameters and query arrive decoded")
    func decoded() async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", "/api/v1/things/a%2Fb%20%C3%BC?q=x+y%2B&tag=%C3%A9&q=2&flag")
            #expect(answer.status == 200)
            #expect(answer["content-type"] == "application/json")
            #expect(answer.json?["parameters"] as? [String: String] == ["id": "a/b ü"])
            #expect(answer.json?["query"] as? [String: String] == ["q": "x y+", "tag": "é", "flag": ""])
            let mine = try await server.send("GET", "/api/v1/things/mine")
            #expect(mine.json?["parameters"] as? [String: String] == [:])
            let absolute = try await server.send("GET", "http://elsewhere.example/api/v1/things/1")
            #expect(absolute.json?["parameters"] as? [String: String] == ["id": "1"])
        }
    }

    @Test("an ordinary client is served too")
    func urlSession() async throws {
        try await TestServer.with(Self.routes) { server in
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(server.port)/api/v1/things")))
            request.httpMethod = "POST"
            request.httpBody = Data("{}".utf8)
            let (data, response) = try await URLSession.shared.data(for: request)
            #expect((response as? HTTPURLResponse)?.statusCode == 200)
            #expect(String(decoding: data, as: UTF8.self).contains(#""body":"{}""#))
        }
    }

    @Test("one connection carries several requests, refusals among them")
    func keepAlive() async throws {
        try await TestServer.with(Self.routes) { server in
            let connection = try RawConnection(port: server.port)
            for _ in 0..<3 {
                #expect(try await connection.send("POST", "/api/v1/things", body: "{}").status == 200)
                #expect(try await connection.send("POST", "/api/v1/nothing", body: "{}").status == 404)
                #expect(try await connection.send("GET", "/api/v1/things").status == 200)
            }
            try connection.write(
                "GET /api/v1/things HTTP/1.1\r\nHost: a\r\n\r\nDELETE /api/v1/things/1/parts/2 HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            #expect(try await connection.read().status == 200)
            #expect(try await connection.read().status == 204)
        }
    }

    @Test("HEAD is GET without its content")
    func head() async throws {
        try await TestServer.with(Self.routes) { server in
            let connection = try RawConnection(port: server.port)
            let get = try await connection.send("GET", "/api/v1/things/1", ["X-Request-Id": "same"])
            let head = try await connection.send("HEAD", "/api/v1/things/1", ["X-Request-Id": "same"])
            #expect(head.status == 200)
            #expect(head["content-length"] == "\(get.body.count)")
            #expect(head["content-type"] == get["content-type"])
            #expect(try await connection.send("GET", "/api/v1/things").status == 200)
            #expect(try await server.send("HEAD", "/api/v1/nothing").status == 404)
        }
    }

    @Test("no content has neither content nor length")
    func noContent() async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("DELETE", "/api/v1/things/1/parts/2")
            #expect(answer.status == 204)
            #expect(answer["content-length"] == nil)
            #expect(answer["transfer-encoding"] == nil)
            #expect(answer["content-type"] == nil)
        }
    }

    @Test("a known path with another method tells which it has")
    func otherMethod() async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("PATCH", "/api/v1/things")
            #expect(answer.status == 405)
            #expect(answer.code == "method_not_allowed")
            #expect(answer["allow"] == "GET, HEAD, POST")
            #expect(try await server.send("PROPFIND", "/api/v1/things").status == 405)
            let options = try await server.send("OPTIONS", "/api/v1/things")
            #expect(options.status == 204)
            #expect(options["allow"] == "GET, HEAD, POST, OPTIONS")
            #expect(options["access-control-allow-methods"] == nil)
        }
    }

    @Test(
        "what is not there is a problem",
        arguments: [
            "/", "/api", "/api/v1", "/api/v1/", "/api/v2/things", "/api/v1/things/", "/api/v1/things//parts/1",
            "/things", "/%2e%2e/etc/passwd", "/api/v1/nothing?x=1",
        ])
    func nothing(path: String) async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", path)
            #expect(answer.status == 404)
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer.code == "no_such_route")
            #expect(answer.json?["requestId"] as? String == answer["x-request-id"])
            #expect(answer.json?["status"] as? Int == 404)
        }
    }

    @Test(
        "a target that is not percent-encoded UTF-8 is refused",
        arguments: [
            ("/api/v1/things/%", "malformed_path"), ("/api/v1/things/%G1", "malformed_path"),
            ("/api/v1/things/%ff", "malformed_path"), ("/api/v1/things?q=%f", "malformed_query"),
            ("/api/v1/things?q=%c3%28", "malformed_query"), ("/api/v1/things?%zz=1", "malformed_query"),
            ("*", "malformed_path"),
        ])
    func malformed(target: String, code: String) async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", target)
            #expect(answer.status == 400)
            #expect(answer.code == code)
        }
    }

    @Test("routes at the root stand beside those of the API")
    func root() async throws {
        let keys = Route(.get, "/.well-known/jwks.json", .anyone) { _ in
            var reply = Reply.json(["keys": [String]()])
            reply.headers[.cacheControl] = "public, max-age=300"
            return reply
        }
        try await TestServer.with(Self.routes, root: [keys]) { server in
            let answer = try await server.send("GET", "/.well-known/jwks.json")
            #expect(answer.text == #"{"keys":[]}"#)
            #expect(answer["cache-control"] == "public, max-age=300")
            #expect(try await server.send("GET", "/api/v1/.well-known/jwks.json").status == 404)
        }
    }
}
