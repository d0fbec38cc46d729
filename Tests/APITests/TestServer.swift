import API
import Database
import Foundation
import HTTPTypes
import Identifiers
import Logging
import Operations
import REST
import ServiceLifecycle
import Synchronization
import Testing

/// Who the tests' tokens stand for.
enum Tokens {
    static let customer = Caller(user: UniqueID(), role: .customer, family: UniqueID(), isVerified: true)
    static let consultant = Caller(user: UniqueID(), role: .consultant, family: UniqueID(), isVerified: true)
    static let newcomer = Caller(user: UniqueID(), role: .customer, family: UniqueID(), isVerified: false)

    static let authenticate: Authenticator = { token in
        switch token {
        case "customer": customer
        case "consultant": consultant
        case "newcomer": newcomer
        case "outage": throw Problem.unavailable()
        default: throw Problem.unauthenticated()
        }
    }
}

/// What the server logged.
final class LogRecord: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var message: String
        var metadata: [String: String]
    }

    private let lines = Mutex<[Line]>([])

    var all: [Line] { lines.withLock { $0 } }
    var text: String { all.map { "\($0.message) \($0.metadata)" }.joined(separator: "\n") }
    var logger: Logger { Logger(label: "test") { _ in Handler(record: self) } }

    private struct Handler: LogHandler {
        let record: LogRecord
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            let line = Line(
                level: event.level, message: "\(event.message)", metadata: all.mapValues { "\($0)" })
            record.lines.withLock { $0.append(line) }
        }
    }
}

/// A running server with routes of the test's own.
struct TestServer {
    let port: UInt16
    let server: APIServer
    let log: LogRecord
    /// Begins the graceful shutdown.
    let stop: @Sendable () async -> Void

    /// Runs a server on a free port while `body` asks it.
    static func with(
        _ routes: [Route], root: [Route] = [], _ change: (inout APIConfiguration) -> Void = { _ in },
        _ body: @Sendable @escaping (TestServer) async throws -> Void
    ) async throws {
        var configuration = APIConfiguration(host: "127.0.0.1", port: 0, signalPort: 8081, version: "test")
        change(&configuration)
        let log = LogRecord()
        let (ports, port) = AsyncStream<UInt16>.makeStream()
        let server = try APIServer(
            configuration: configuration, routes: routes, rootRoutes: root, authenticator: Tokens.authenticate,
            logger: log.logger
        ) { port.yield($0) }
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: server)], logger: Logger(label: "group")))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            tasks.addTask {
                for await number in ports {
                    let running = TestServer(port: number, server: server, log: log) {
                        await group.triggerGracefulShutdown()
                    }
                    do {
                        try await body(running)
                    } catch {
                        await group.triggerGracefulShutdown()
                        throw error
                    }
                    break
                }
                await group.triggerGracefulShutdown()
            }
            try await tasks.waitForAll()
        }
    }

    /// Sends one request on a connection of its own.
    func send(
        _ method: String, _ path: String, _ headers: [String: String] = [:], body: String? = nil
    ) async throws -> RawResponse {
        let connection = try RawConnection(port: port)
        return try await connection.send(method, path, headers, body: body)
    }
}

extension [MetricFamily] {
    /// The metrics' text.
    var text: String { expose(self) }
}
