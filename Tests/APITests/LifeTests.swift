import API
import DatabaseTesting
import HTTPTypes
import Logging
import Operations
import REST
import Testing

@Suite("The server's end", .timeLimit(.minutes(2))) struct LifeTests {
    /// A route whose answer waits for `release`.
    private static func slow(_ entered: Gate, _ release: Gate) -> Route {
        Route(.get, "/slow", .anyone) { _ in
            entered.pass()
            await release.wait()
            return .noContent
        }
    }

    @Test("lets running requests finish and takes no others")
    func graceful() async throws {
        let entered = Gate()
        let release = Gate()
        try await TestServer.with([Self.slow(entered, release)]) { server in
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

    @Test("connections that arrive while it stops are answered or closed", arguments: 1...10)
    func busy(_: Int) async throws {
        try await TestServer.with([]) { server in
            let answered = Gate()
            await withTaskGroup(of: Void.self) { callers in
                for _ in 1...4 {
                    callers.addTask {
                        // Until the port is closed.
                        while let connection = try? await waiting({ try RawConnection(port: server.port) }) {
                            if (try? await connection.send("GET", "/config.json"))?.status == 200 { answered.pass() }
                        }
                    }
                    // These ask nothing, and come as fast as they can.
                    callers.addTask {
                        try? await waiting { while (try? RawConnection(port: server.port)) != nil {} }
                    }
                }
                await answered.wait()
                await server.stop()
            }
            #expect(throws: RawConnection.Failure.self) { try RawConnection(port: server.port) }
        }
    }

    @Test("a cancelled server stops as one that is told to stop: what runs is finished")
    func cancelled() async throws {
        let entered = Gate()
        let release = Gate()
        let (ports, told) = AsyncStream<UInt16>.makeStream()
        let server = try APIServer(
            configuration: APIConfiguration(host: "127.0.0.1", port: 0, signalPort: 8081, version: "test"),
            routes: [Self.slow(entered, release)], authenticator: Tokens.authenticate, logger: .quiet
        ) { told.yield($0) }
        let running = Task { try await server.run() }
        let port = try #require(await ports.first { _ in true })
        let idle = try RawConnection(port: port)
        #expect(try await idle.send("GET", "/config.json").status == 200)
        let asking = try RawConnection(port: port)
        async let answer = asking.send("GET", "/api/v1/slow")
        await entered.wait()
        running.cancel()
        #expect(try await idle.isClosed())
        release.pass()
        #expect(try await answer.status == 204)
        try await running.value
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
