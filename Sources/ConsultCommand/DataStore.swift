import Accounts
import ArgumentParser
import Database
import Foundation
import Logging
import Operations
import ServiceLifecycle

/// The database of a process: a configured one, or a private one in the data folder.
struct DataStore: Sendable {
    let configuration: DatabaseConfiguration
    let pool: DatabasePool
    /// The private server, where it is ours to stop.
    private let cluster: PrivateCluster?
    private let logger: Logger

    /// Opens the configured database; where none is, starts the data folder's own.
    ///
    /// - Parameter embedded: whether a private one may be used.
    static func open(_ settings: Settings, embedded: Bool, logger: Logger) async throws -> DataStore {
        if let url = settings.databaseURL {
            return DataStore(try DatabaseConfiguration(url: url), cluster: nil, logger: logger)
        }
        guard embedded else { throw NoDatabase() }
        try settings.makeDataFolder()
        let cluster = try await PrivateCluster.start(
            .init(folder: settings.dataFolder + "/postgresql"), logger: logger)
        do {
            return DataStore(try DatabaseConfiguration(url: cluster.url), cluster: cluster, logger: logger)
        } catch {
            try? await cluster.stop()
            throw error
        }
    }

    private init(_ configuration: DatabaseConfiguration, cluster: PrivateCluster?, logger: Logger) {
        self.configuration = configuration
        self.cluster = cluster
        self.logger = logger
        pool = DatabasePool(configuration, limits: PoolLimits(connections: 16), logger: logger)
    }

    /// Closes the pool and stops the private server.
    func close() async {
        await pool.close()
        do {
            try await cluster?.stop()
        } catch {
            logger.error("the private PostgreSQL did not stop", metadata: ["error": "\(error)"])
        }
    }

    /// Keeps the private server running, and stops it at the end: to be the first of the services, so that it stops last.
    var services: [any Service] {
        let ending = Part("database", start: {}, stop: { await close() })
        guard let cluster else { return [ending] }
        return [ending, Watch(name: "private PostgreSQL") { try await cluster.supervise() }]
    }

    /// Whether the database answers.
    func isReachable() async -> Bool { (try? await pool.query("SELECT 1")) != nil }

    /// There is neither a configured database nor leave to start a private one.
    struct NoDatabase: Error, CustomStringConvertible {
        var description: String {
            "no database: set CONSULT_DATABASE_URL, or use `consult serve --embedded`, which brings its own"
        }
    }
}

/// Work that runs until the process is told to stop.
struct Watch: Service, CustomStringConvertible {
    let name: String
    let work: @Sendable () async throws -> Void
    var description: String { name }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await work()
            // What returns by itself waits for the others.
            try? await gracefulShutdown()
        }
    }
}

// MARK: Migrations

extension DataStore {
    /// The migrations of this build.
    func migrations(_ settings: Settings) throws -> MigrationRunner {
        guard let folder = settings.migrationsFolder else {
            throw NoMigrations()
        }
        return MigrationRunner(configuration, migrations: try MigrationSet(folder: folder), logger: logger)
    }

    /// Makes sure that the database has every migration of this build.
    func requireMigrated(_ settings: Settings) async throws {
        let missing = try await migrations(settings).status().filter { $0.state == .pending }
        guard missing.isEmpty else { throw NotMigrated(count: missing.count) }
    }

    /// The folder of migrations is not where it should be.
    struct NoMigrations: Error, CustomStringConvertible {
        var description: String { "no folder of migrations found: set CONSULT_MIGRATIONS_DIR" }
    }

    /// The database lacks migrations.
    struct NotMigrated: Error, CustomStringConvertible {
        let count: Int
        var description: String { "the database lacks \(count) migrations: run `consult migrate up`" }
    }
}
