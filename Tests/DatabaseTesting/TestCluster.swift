public import Database
internal import Foundation
internal import Glibc
internal import Synchronization

public import Logging

/// The PostgreSQL of a test run: started with the first test that wants it, gone with the process.
public enum TestCluster {
    private static let shared = Mutex<Task<PrivateCluster, any Error>?>(nil)
    private static let atExit = Mutex<(process: Int32, folder: String)?>(nil)
    private static let counter = Atomic<Int>(0)
    private static let template = Mutex<Task<String, any Error>?>(nil)
    /// Making a database is the slowest thing a test does; all at once they would run into their time limits.
    private static let makers = Turns(2)

    /// Where test runs have their clusters; the process follows.
    private static let prefix = "consult-tests-"

    /// A new and empty database.
    public static func database(_ purpose: String) async throws -> DatabaseConfiguration {
        try await make(purpose, from: "template1")
    }

    /// A new database with the project's migrations.
    public static func migratedDatabase(_ purpose: String) async throws -> DatabaseConfiguration {
        let task = template.withLock { template in
            let task = template ?? Task { try await makeTemplate() }
            template = task
            return task
        }
        return try await make(purpose, from: try await task.value)
    }

    /// Migrates once; the others are copies.
    private static func makeTemplate() async throws -> String {
        let configuration = try await database("migrated_template")
        try await MigrationRunner(configuration, migrations: try migrations(), logger: .quiet).up()
        let connection = try await DatabaseConnection.open(configuration)
        let name = try await connection.query("SELECT current_database() AS name")[0].get("name", as: String.self)
        await connection.close()
        return name
    }

    private static func make(_ purpose: String, from template: String) async throws -> DatabaseConfiguration {
        let cluster = try await cluster()
        let name = "\(purpose)_\(counter.wrappingAdd(1, ordering: .relaxed).newValue)"
        var maintenance = try DatabaseConfiguration(url: cluster.url)
        maintenance.statementTimeout = .seconds(60)
        await makers.take()
        defer { makers.giveBack() }
        let connection = try await DatabaseConnection.open(maintenance)
        try await connection.query("CREATE DATABASE \(identifier: name) TEMPLATE \(identifier: template)")
        await connection.close()
        return try DatabaseConfiguration(url: cluster.url).database(name)
    }

    /// The project's migrations.
    public static func migrations() throws -> MigrationSet { try MigrationSet(folder: root + "/migrations") }

    private static var root: String { (#filePath as NSString).pathComponents.dropLast(3).joined(separator: "/") }

    private static func cluster() async throws -> PrivateCluster {
        let task = shared.withLock { shared in
            let task = shared ?? Task { try await start() }
            shared = task
            return task
        }
        return try await task.value
    }

    private static func start() async throws -> PrivateCluster {
        await removeLeftovers()
        let folder = "/tmp/\(prefix)\(getpid())"
        var configuration = PrivateCluster.Configuration(folder: folder)
        // What survives a crash is tested on clusters of its own.
        configuration.settings = ["max_connections": "200", "fsync": "off", "full_page_writes": "off"]
        let cluster = try await PrivateCluster.start(configuration, logger: .quiet)
        let process = await cluster.processIdentifier ?? 0
        atExit.withLock { $0 = (process, folder) }
        atexit {
            guard let (process, folder) = TestCluster.atExit.withLock({ $0 }) else { return }
            kill(process, SIGINT)
            var status: Int32 = 0
            waitpid(process, &status, 0)
            try? FileManager.default.removeItem(atPath: folder)
        }
        return cluster
    }

    /// Test runs that were killed leave their server behind.
    private static func removeLeftovers() async {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] {
            guard name.hasPrefix(prefix), let owner = Int32(name.dropFirst(prefix.count)), kill(owner, 0) != 0,
                errno == ESRCH
            else { continue }
            let left = try? await PrivateCluster.start(.init(folder: "/tmp/\(name)"), logger: .quiet)
            try? await left?.stop()
            try? FileManager.default.removeItem(atPath: "/tmp/\(name)")
        }
    }
}

/// So many at a time; the others wait for their turn.
private final class Turns: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(free: count)) }

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func giveBack() {
        let next = state.withLock { state in
            if state.waiting.isEmpty { state.free += 1 }
            return state.waiting.isEmpty ? nil : state.waiting.removeFirst()
        }
        next?.resume()
    }
}

extension Logger {
    /// A logger that says nothing.
    public static var quiet: Logger { Logger(label: "quiet") { _ in SwiftLogNoOpLogHandler() } }
}

/// A folder that a test may fill; removed by `remove`.
public struct TemporaryFolder: Sendable {
    /// Its path.
    public let path: String

    /// A new folder.
    public init() throws {
        path = "/tmp/consult-folder-\(UniqueID().description.suffix(12))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
    }

    /// Writes a file into it.
    public func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
    }

    /// Removes it with all it holds.
    public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
