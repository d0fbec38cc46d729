import API
import DatabaseTesting
import HTTPTypes
import Operations
import REST
import Testing

@Suite("Limits hold", .timeLimit(.minutes(2))) struct LimitTests {
    private static let limited = [
        Route(.get, "/free", .anyone) { _ in .noContent },
        Route(
            .post, "/log-in", .anyone, limits: [RateLimit("log-in", 2, perSeconds: 3600, by: .address)]
        ) { _ in .noContent },
        Route(
            .post, "/mine", .signedIn, limits: [RateLimit("mine", 1, perSeconds: 3600, by: .account)]
        ) { _ in .noContent },
        Route(.put, "/short", .anyone, contentLimit: 10) { .json(["length": $0.body.count]) },
    ]

    @Test("a route's requests from one address")
    func byAddress() async throws {
        try await TestServer.with(Self.limited, { $0.trustedProxies = ["127.0.0.1"] }) { server in
            func logIn(_ address: String) async throws -> RawResponse {
                try await server.send("POST", "/api/v1/log-in", ["X-Forwarded-For": address])
            }
            for _ in 0..<2 { #expect(try await logIn("1.1.1.1").status == 204) }
            let answer = try await logIn("1.1.1.1")
            #expect(answer.status == 429)
            #expect(answer.code == "rate_limited")
            #expect(answer["retry-after"].flatMap { Int($0) }.map { (1790...1800).contains($0) } == true)
            #expect(try await logIn("2.2.2.2").status == 204)
            #expect(try await server.send("GET", "/api/v1/free", ["X-Forwarded-For": "1.1.1.1"]).status == 204)
        }
    }

    @Test("an account's requests, from wherever they come")
    func byAccount() async throws {
        try await TestServer.with(Self.limited) { server in
            func send(_ token: String) async throws -> Int {
                try await server.send("POST", "/api/v1/mine", ["Authorization": "Bearer \(token)"]).status
            }
            var statuses: [Int] = []
            // A refused token costs nobody anything here.
            for token in ["customer", "customer", "consultant", "nonsense", "nonsense"] {
                statuses.append(try await send(token))
            }
            #expect(statuses == [204, 429, 204, 401, 401])
        }
    }

    @Test("everything from one address, what is not there included")
    func general() async throws {
        try await TestServer.with(Self.limited, { $0.requestsPerMinute = 3 }) { server in
            #expect(try await server.send("GET", "/api/v1/free").status == 204)
            #expect(try await server.send("GET", "/nothing").status == 404)
            #expect(try await server.send("OPTIONS", "/api/v1/free").status == 204)
            let answer = try await server.send("GET", "/api/v1/free")
            #expect(answer.status == 429)
            // A third of a minute, less what passed meanwhile.
            #expect(answer["retry-after"].flatMap(Int.init).map { (1...20).contains($0) } == true)
        }
    }

    @Test("nothing where they are switched off for a load test")
    func off() async throws {
        try await TestServer.with(
            Self.limited,
            {
                $0.requestsPerMinute = 0
                $0.limitsRoutes = false
            }
        ) { server in
            let connection = try RawConnection(port: server.port)
            for _ in 0..<700 { #expect(try await connection.send("POST", "/api/v1/log-in").status == 204) }
        }
    }

    // MARK: Content

    @Test("a content up to the route's limit is read, and none beyond")
    func content() async throws {
        try await TestServer.with(Self.limited) { server in
            let connection = try RawConnection(port: server.port)
            let exact = try await connection.send("PUT", "/api/v1/short", body: "1234567890")
            #expect(exact.text == #"{"length":10}"#)
            let answer = try await connection.send("PUT", "/api/v1/short", body: "12345678901")
            #expect(answer.status == 413)
            #expect(answer.code == "content_too_large")
            #expect(answer["connection"] == "close")
            #expect(try await connection.isClosed())
        }
    }

    @Test("a content announced as too long is refused before it comes")
    func announced() async throws {
        try await TestServer.with(Self.limited) { server in
            let connection = try RawConnection(port: server.port)
            try connection.write("PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999\r\n\r\n")
            #expect(try await connection.read().status == 413)
            #expect(try await connection.isClosed())
        }
    }

    @Test("a content in chunks is held to the same limit, however long it goes on")
    func chunked() async throws {
        try await TestServer.with(Self.limited) { server in
            let head = "PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            let connection = try RawConnection(port: server.port)
            try connection.write(head + "5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n")
            #expect(try await connection.read().text == #"{"length":10}"#)
            try connection.write(head)
            let piece = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
            // Goes on until the server has had enough: it answers, and then the connection is gone.
            async let answer = connection.read()
            try await connection.writeUntilRefused(piece)
            #expect(try await answer.status == 413)
        }
    }

    @Test("a content that does not come is not waited for")
    func late() async throws {
        try await TestServer.with(Self.limited, { $0.contentDeadline = .milliseconds(20) }) { server in
            let connection = try RawConnection(port: server.port)
            try connection.write("PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345")
            let answer = try await connection.read()
            #expect(answer.status == 408)
            #expect(answer.code == "content_timeout")
            #expect(try await connection.isClosed())
        }
    }

    @Test("who waits to be asked for the content is asked")
    func expectContinue() async throws {
        try await TestServer.with(Self.limited) { server in
            let connection = try RawConnection(port: server.port)
            try connection.write(
                "PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.readOne().status == 100)
            try connection.write("{}")
            #expect(try await connection.read().text == #"{"length":2}"#)
        }
    }

    @Test("an encoded content is not taken for plain")
    func encoded() async throws {
        try await TestServer.with(Self.limited) { server in
            let answer = try await server.send("PUT", "/api/v1/short", ["Content-Encoding": "gzip"], body: "{}")
            #expect(answer.status == 415)
            #expect(answer.code == "unsupported_encoding")
        }
    }

    // MARK: What is no HTTP

    @Test(
        "what cannot be read as a request is a problem, and the connection's end",
        arguments: [
            ("GET / nonsense\r\n\r\n", 400, "malformed_request"),
            ("GET /api/v1/free HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n", 400, "malformed_request"),
            ("GET / HTTP/3.7\r\nHost: a\r\n\r\n", 505, "unsupported_version"),
            ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501, "unknown_method"),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nX: LONG\r\n\r\n", 431,
                "headers_too_large"
            ),
            ("PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400, "malformed_request"),
            (
                "PUT /api/v1/short HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400,
                "malformed_request"
            ),
        ])
    func noRequest(bytes: String, status: Int, code: String) async throws {
        try await TestServer.with(Self.limited) { server in
            let connection = try RawConnection(port: server.port)
            try connection.write(bytes.replacing("LONG", with: String(repeating: "x", count: 20_000)))
            let answer = try await connection.read()
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(answer["content-type"] == "application/problem+json")
            #expect(answer["x-content-type-options"] == "nosniff")
            #expect(try await connection.isClosed())
            #expect(try await server.send("GET", "/api/v1/free").status == 204)
        }
    }

    // MARK: Metrics

    @Test("requests are counted by route and class of status, present from the start")
    func metrics() async throws {
        try await TestServer.with(Self.limited) { server in
            func count(_ route: String, _ status: String) -> String {
                "consult_http_request_duration_seconds_count{port=\"api\",route=\"\(route)\",status=\"\(status)\"} "
            }
            #expect(server.server.metrics.text.contains(count("POST /log-in", "2xx") + "0\n"))
            for _ in 0..<3 { _ = try await server.send("POST", "/api/v1/log-in") }
            _ = try await server.send("GET", "/api/v1/free/ada")
            let text = server.server.metrics.text
            #expect(text.contains(count("POST /log-in", "2xx") + "2\n"))
            #expect(text.contains(count("POST /log-in", "4xx") + "1\n"))
            #expect(text.contains(count("other", "4xx") + "1\n"))
            #expect(text.contains("consult_http_requests_in_flight{port=\"api\"} 0\n"))
            #expect(!text.contains("ada"))
        }
    }
}
