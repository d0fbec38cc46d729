import API
import Database
import DatabaseTesting
import HTTPTypes
import Identifiers
import Logging
import REST
import Testing

@Suite("Every request is treated alike", .timeLimit(.minutes(2))) struct MannersTests {
    private struct Mishap: Error, CustomStringConvertible { var description: String { "ada@example.org" } }

    private static let hello: Route.Handler = { call in
        .json(["user": call.caller.map { "\($0.role)" } ?? "nobody", "address": call.address, "id": call.requestID])
    }

    private static let routes = [
        Route(.get, "/open", .anyone, hello), Route(.get, "/mine", .signedIn, hello),
        Route(.get, "/expert", .verified([.consultant]), hello),
        Route(.get, "/confirmed", .verified([.customer, .consultant]), hello),
        Route(.get, "/mishap", .anyone) { _ in throw Mishap() },
        Route(.get, "/database", .anyone) { _ in throw DatabaseError(.unavailable, "at 10.1.2.3") },
        Route(.get, "/misuse", .anyone) { _ in throw DatabaseError(.misuse, "committed too late") },
        Route(.post, "/things", .anyone, isIdempotent: true) { .json(["key": $0.idempotencyKey ?? "none"]) },
        Route(.post, "/plain", .anyone) { .json(["key": $0.idempotencyKey ?? "none"]) },
    ]

    // MARK: Who may

    @Test(
        "a route's access decides",
        arguments: [
            ("/open", nil, 200, "nobody"), ("/open", "Bearer nonsense", 200, "nobody"),
            ("/open", "Bearer customer", 200, "nobody"), ("/mine", nil, 401, "unauthenticated"),
            ("/mine", "Bearer", 401, "unauthenticated"), ("/mine", "Basic customer", 401, "unauthenticated"),
            ("/mine", "Bearer nonsense", 401, "unauthenticated"), ("/mine", "Bearer customer", 200, "customer"),
            ("/mine", "bearer newcomer", 200, "customer"), ("/expert", nil, 401, "unauthenticated"),
            ("/expert", "Bearer customer", 403, "forbidden"), ("/expert", "Bearer newcomer", 403, "forbidden"),
            ("/expert", "Bearer consultant", 200, "consultant"),
            ("/confirmed", "Bearer newcomer", 403, "email_unverified"),
            ("/confirmed", "Bearer customer", 200, "customer"), ("/mine", "Bearer outage", 503, "unavailable"),
        ] as [(String, String?, Int, String)])
    func access(path: String, authorization: String?, status: Int, word: String) async throws {
        try await TestServer.with(Self.routes) { server in
            let headers = authorization.map { ["Authorization": $0] } ?? [:]
            let answer = try await server.send("GET", "/api/v1" + path, headers)
            #expect(answer.status == status)
            #expect((status == 200 ? answer.json?["user"] as? String : answer.code) == word)
            #expect((answer["www-authenticate"] != nil) == (status == 401))
        }
    }

    // MARK: Errors

    @Test("what nobody foresaw is told to the log alone, and without what somebody sent")
    func mishap() async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", "/api/v1/mishap", ["X-Request-Id": "r-1"])
            #expect(answer.status == 500)
            #expect(answer.code == "internal_error")
            #expect(!answer.text.contains("Mishap") && !answer.text.contains("ada@"))
            #expect(answer.json?["requestId"] as? String == "r-1")
            let line = try #require(server.log.all.first { $0.level == .error })
            #expect(line.metadata["request"] == "r-1")
            #expect(line.metadata["error"] == "Mishap")
            #expect(!server.log.text.contains("ada@"))
            let misuse = try await server.send("GET", "/api/v1/misuse")
            #expect(misuse.code == "internal_error" && !misuse.text.contains("committed"))
            #expect(server.log.text.contains("misuse: committed too late"))
        }
    }

    @Test("a database that is away is a 503 to try again, and nobody's mistake")
    func unavailable() async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", "/api/v1/database")
            #expect(answer.status == 503)
            #expect(answer.code == "unavailable")
            #expect(answer["retry-after"] == "1")
            #expect(!answer.text.contains("10.1.2.3"))
            #expect(!server.log.all.contains { $0.level == .error })
        }
    }

    @Test("a handler that takes too long is cancelled")
    func deadline() async throws {
        let cancelled = Gate()
        let slow = Route(.get, "/slow", .anyone) { _ in
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                cancelled.pass()
                throw error
            }
            return .noContent
        }
        try await TestServer.with([slow], { $0.handlerDeadline = .milliseconds(20) }) { server in
            let answer = try await server.send("GET", "/api/v1/slow")
            #expect(answer.status == 503)
            #expect(answer.code == "unavailable")
            #expect(answer["retry-after"] != nil)
            await cancelled.wait()
        }
    }

    // MARK: Names

    @Test(
        "a request keeps its id where that is plain, and gets one otherwise",
        arguments: [
            ("abc-1.2:3_X", true), (String(repeating: "a", count: 64), true),
            (String(repeating: "a", count: 65), false), ("a b", false), ("ä", false), ("\"", false), ("", false),
        ])
    func requestID(given: String, isKept: Bool) async throws {
        try await TestServer.with(Self.routes) { server in
            let answer = try await server.send("GET", "/api/v1/open", ["X-Request-Id": given])
            let id = try #require(answer["x-request-id"])
            #expect((id == given) == isKept)
            #expect(isKept || UniqueID(id) != nil)
            #expect(answer.json?["id"] as? String == id)
            #expect(server.log.all.contains { $0.metadata["request"] == id })
        }
    }

    @Test("an Idempotency-Key is visible ASCII, and nothing where the route takes none")
    func idempotencyKey() async throws {
        try await TestServer.with(Self.routes) { server in
            func send(_ path: String, _ key: String) async throws -> RawResponse {
                try await server.send("POST", "/api/v1" + path, ["Idempotency-Key": key], body: "{}")
            }
            #expect(try await send("/things", "k-1~!").text == #"{"key":"k-1~!"}"#)
            #expect(try await server.send("POST", "/api/v1/things", body: "{}").text == #"{"key":"none"}"#)
            for key in ["", "a b", "ä", String(repeating: "k", count: 256)] {
                let answer = try await send("/things", key)
                #expect(answer.status == 400)
                #expect(answer.code == "invalid_idempotency_key")
            }
            #expect(try await send("/things", String(repeating: "k", count: 255)).status == 200)
            #expect(try await send("/plain", "a b").text == #"{"key":"none"}"#)
        }
    }

    @Test("an answer is logged without query, address or anything personal")
    func accessLog() async throws {
        try await TestServer.with(Self.routes) { server in
            _ = try await server.send("GET", "/api/v1/open?email=ada@example.org", ["Cookie": "refresh=secret"])
            _ = try await server.send("GET", "/api/v1/ada@example.org")
            #expect(try await server.send("GET", "/api/v1/open").status == 200)
            let lines = server.log.all.filter { $0.message == "answered" }
            #expect(lines.map { $0.metadata["route"] } == ["GET /open", "other", "GET /open"])
            #expect(lines.allSatisfy { $0.level == .debug && $0.metadata["milliseconds"] != nil })
            #expect(lines.first?.metadata["status"] == "200")
            #expect(!server.log.text.contains("ada@") && !server.log.text.contains("secret"))
            #expect(!server.log.text.contains("127.0.0.1"))
        }
    }

    // MARK: Addresses

    @Test(
        "an address counts as a proxy tells it, where the proxy is trusted",
        arguments: [
            ([], "1.2.3.4", "127.0.0.1"), (["127.0.0.1"], "1.2.3.4", "1.2.3.4"),
            (["127.0.0.0/8"], "6.6.6.6, 1.2.3.4", "1.2.3.4"),
            (["127.0.0.0/8", "10.0.0.0/8"], "6.6.6.6, 1.2.3.4, 10.9.9.9", "1.2.3.4"),
            (["10.0.0.0/8"], "1.2.3.4", "127.0.0.1"), (["127.0.0.1"], "nonsense", "127.0.0.1"),
            (["127.0.0.1"], "2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"), (["127.0.0.1"], nil, "127.0.0.1"),
        ] as [([String], String?, String)])
    func forwarded(proxies: [String], chain: String?, address: String) async throws {
        try await TestServer.with(Self.routes, { $0.trustedProxies = proxies }) { server in
            let headers = chain.map { ["X-Forwarded-For": $0] } ?? [:]
            let answer = try await server.send("GET", "/api/v1/open", headers)
            #expect(answer.json?["address"] as? String == address)
        }
    }

    @Test("a proxy that is none is refused at the start", arguments: ["10.0.0.0/33", "proxy", "::/129", "1.2.3.4/x"])
    func proxies(entry: String) async {
        await #expect(throws: APIConfigurationError.self) {
            try await TestServer.with([], { $0.trustedProxies = [entry] }) { _ in }
        }
    }
}
