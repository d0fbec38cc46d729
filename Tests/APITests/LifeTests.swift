import API
import DatabaseTesting
import HTTPTypes
import Logging
import Operations
import REST
import Testing

@Suite("The server's end", .timeLimit(.minutes(2))) struct LifeTests {
    @Test("lets running requests finish and takes no others")
    func graceful() async throws {
        let entered = Gate()
        let release = Gate()
        let slow = Route(.get, "/slow", .anyone) { _ in
            entered.pass()
            await release.wait()
            return .noContent
        }
        try await TestServer.with([slow]) { server in
            let idle = try RawConnection(port: server.port)
            #expect(try await idle.send("GET", "/config.json").status == 200)
            let running = try RawConnection(port: server.port)
            async let answer = running.send("GET", "/api/v1/slow")
            await entered.wait()
            await server.stop()
            // The idle connection's end tells that the stop has begun.
            #expect(try await idle.isClosed())
            #expect(throws: RawConnection.Failure.self) { try RawConnection(port: server.port) }
            release.pass()
            #expect(try await answer.status == 204)
            #expect(try await running.isClosed())
        }
    }

    @Test("cancels what does not finish in time")
    func bounded() async throws {
        let entered = Gate()
        let ended = Gate()
        let endless = Route(.get, "/endless", .anyone) { _ in
            entered.pass()
            defer { ended.pass() }
            try await Task.sleep(for: .seconds(3600))
            return .noContent
        }
        try await TestServer.with([endless], { $0.drain = .milliseconds(50) }) { server in
            let connection = try RawConnection(port: server.port)
            try connection.write("GET /api/v1/endless HTTP/1.1\r\nHost: a\r\n\r\n")
            await entered.wait()
            await server.stop()
            await ended.wait()
        }
    }

    @Test("a taken port is told with the setting that names another")
    func taken() async throws {
        try await TestServer.with([]) { server in
            let configuration = APIConfiguration(
                host: "127.0.0.1", port: server.port, signalPort: 8081, version: "test")
            let second = try APIServer(
                configuration: configuration, routes: [], authenticator: Tokens.authenticate, logger: .quiet)
            let failure = await #expect(throws: PortTaken.self) { try await second.run() }
            #expect(failure?.description.contains("CONSULT_HTTP_PORT") == true)
        }
    }
}
