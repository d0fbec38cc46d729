import Foundation
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import Operations

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite("The private port")
struct OpsServerTests {
    private static let clock = ClockReport(
        state: "free", mediaSeconds: 12, thresholdSeconds: 600, horizonSeconds: 600, running: true)

    /// An answer.
    private struct Answer {
        var status: Int
        var type: String?
        var text: String
        var json: [String: Any]? {
            (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
        }
    }

    /// Asks a running server.
    private struct Client {
        let port: Int

        func send(
            _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:]
        ) async throws -> Answer {
            var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
            request.httpMethod = method
            request.httpBody = body.map { Data($0.utf8) }
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            let (data, response) = try await URLSession.shared.data(for: request)
            let http = try #require(response as? HTTPURLResponse)
            return Answer(
                status: http.statusCode, type: http.value(forHTTPHeaderField: "Content-Type"),
                text: String(decoding: data, as: UTF8.self))
        }
    }

    /// Runs a server on a free port while `body` asks it.
    private func serving(
        readiness: Readiness = Readiness([]), _ body: @Sendable @escaping (Client) async throws -> Void
    ) async throws {
        let handlers = OpsServer.Handlers(
            reasonsAgainst: { readiness.reasonsAgainst },
            metrics: { [.gauge("consult_calls_active", help: "Calls.", 1)] },
            calls: {
                [
                    CallReport(
                        room: "r1", session: nil, mode: "relay", openedAt: WallTime(milliseconds: 0),
                        participants: [.init(userId: "u1", role: "customer", connected: true)], clock: Self.clock)
                ]
            },
            extendHorizon: { room, seconds in
                var moved = Self.clock
                moved.horizonSeconds = seconds
                switch room {
                case "r1": return .extended(moved)
                case "ended": return .refused(code: "room_ended", detail: "It ended.")
                default: return .notFound
                }
            })
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = OpsServer(host: "127.0.0.1", port: 0, handlers: handlers, logger: Logger(label: "test")) {
            port.yield($0)
        }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: Logger(label: "test")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await number in ports {
                    try await body(Client(port: number))
                    break
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    @Test("It lives, and is ready as long as nothing speaks against it")
    func health() async throws {
        let readiness = Readiness(["starting"])
        try await serving(readiness: readiness) { client in
            #expect(try await client.send("GET", "/livez").status == 200)
            let before = try await client.send("GET", "/readyz")
            #expect(before.status == 503)
            #expect(before.json?["reasons"] as? [String] == ["starting"])
            readiness.clear("starting")
            #expect(try await client.send("GET", "/readyz").status == 200)
            readiness.block("draining")
            #expect(try await client.send("GET", "/readyz").status == 503)
            #expect(try await client.send("GET", "/livez").status == 200)
        }
    }

    @Test("Metrics come as Prometheus reads them, the port's own timings from the start")
    func metrics() async throws {
        try await serving { client in
            let answer = try await client.send("GET", "/metrics")
            #expect(answer.status == 200)
            #expect(answer.type == "text/plain; version=0.0.4; charset=utf-8")
            #expect(answer.text.contains("\nconsult_calls_active 1\n"))
            func count(_ route: String, _ status: String, _ number: Int) -> String {
                "consult_http_request_duration_seconds_count{port=\"ops\",route=\"\(route)\",status=\"\(status)\"} "
                    + "\(number)\n"
            }
            #expect(answer.text.contains(count("/calls", "2xx", 0)))
            #expect(answer.text.contains("consult_http_requests_in_flight{port=\"ops\"} 1\n"))
            _ = try await client.send("GET", "/calls")
            _ = try await client.send("GET", "/nowhere")
            let later = try await client.send("GET", "/metrics").text
            #expect(later.contains(count("/calls", "2xx", 1)))
            #expect(later.contains(count("other", "4xx", 1)))
            #expect(later.contains(count("/metrics", "2xx", 1)))
        }
    }

    @Test("Calls are listed with their clocks")
    func calls() async throws {
        try await serving { client in
            let answer = try await client.send("GET", "/calls")
            let items = try #require(answer.json?["items"] as? [[String: Any]])
            #expect(items.first?["room"] as? String == "r1")
            #expect(items.first?["mediaSeconds"] as? Int == 12)
            #expect(items.first?["openedAt"] as? String == "1970-01-01T00:00:00.000Z")
            let participants = try #require(items.first?["participants"] as? [[String: Any]])
            #expect(participants.first?["userId"] as? String == "u1")
        }
    }

    @Test("A horizon is moved")
    func horizon() async throws {
        try await serving { client in
            let answer = try await client.send("POST", "/calls/r1/horizon", body: #"{"seconds": 1200}"#)
            #expect(answer.status == 200)
            #expect(answer.json?["room"] as? String == "r1")
            #expect(answer.json?["horizonSeconds"] as? Int == 1200)
            #expect(answer.json?["state"] as? String == "free")
            #expect(answer.json?["thresholdSeconds"] as? Int == 600)
        }
    }

    @Test(
        "Refusals are problems with a stable code",
        arguments: [
            ("POST", "/calls/none/horizon", #"{"seconds": 1}"#, 404, "room_not_found"),
            ("POST", "/calls/ended/horizon", #"{"seconds": 1}"#, 409, "room_ended"),
            ("POST", "/calls/r1/horizon", "", 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", "{", 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", "[]", 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", #"{"seconds": "1"}"#, 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", #"{"seconds": 0}"#, 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", #"{"seconds": -5}"#, 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", #"{"seconds": 1.5}"#, 400, "invalid_body"),
            ("POST", "/calls/r1/horizon", #"{"seconds": 1e300}"#, 400, "invalid_body"),
            ("GET", "/calls/r1/horizon", "", 404, "no_such_route"),
            ("GET", "/", "", 404, "no_such_route"),
            ("GET", "/%2e%2e/etc/passwd", "", 404, "no_such_route"),
        ])
    func refusals(method: String, path: String, body: String, status: Int, code: String) async throws {
        try await serving { client in
            let answer = try await client.send(method, path, body: body.isEmpty ? nil : body)
            #expect(answer.status == status)
            #expect(answer.type == "application/problem+json")
            #expect(answer.json?["code"] as? String == code)
            #expect(answer.json?["status"] as? Int == status)
        }
    }

    @Test("A body beyond the limit is not read")
    func bodyLimit() async throws {
        try await serving { client in
            let padding = String(repeating: " ", count: OpsRoutes.bodyLimit)
            let answer = try await client.send("POST", "/calls/r1/horizon", body: padding + #"{"seconds": 1}"#)
            #expect(answer.status == 413)
            #expect(answer.json?["code"] as? String == "body_too_large")
        }
    }

    @Test("A web page's request is refused")
    func browser() async throws {
        try await serving { client in
            let answer = try await client.send(
                "POST", "/calls/r1/horizon", body: #"{"seconds": 1}"#, headers: ["Origin": "https://evil.example"])
            #expect(answer.status == 403)
        }
    }

    @Test("A taken port is told with the setting that names another")
    func taken() async throws {
        try await serving { client in
            let second = OpsServer(
                host: "127.0.0.1", port: UInt16(client.port),
                handlers: .init(
                    reasonsAgainst: { [] }, metrics: { [] }, calls: { [] }, extendHorizon: { _, _ in .notFound }),
                logger: Logger(label: "test"))
            let failure = await #expect(throws: PortTaken.self) { try await second.run() }
            #expect(failure?.description.contains("CONSULT_OPS_PORT") == true)
        }
    }
}
