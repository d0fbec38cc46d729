internal import CPostgreSQL
internal import FoundationEssentials
internal import Glibc

public import Logging

/// A PostgreSQL server of our own in a folder: reached by a Unix socket there and by nothing else, writing durably, run
/// as an unprivileged user where we are root.
///
///     let cluster = try await PrivateCluster.start(.init(folder: "/var/lib/consult/postgresql"), logger: logger)
///     let pool = DatabasePool(try DatabaseConfiguration(url: cluster.url), logger: logger)
///
/// A folder is used by one process at a time. When that process has died and its server has not, the next one
/// takes the server over; when the server has died, it is started again and recovers.
public actor PrivateCluster {
    /// What a cluster is like.
    public struct Configuration: Sendable {
        /// The folder; it is made where it is missing.
        public var folder: String
        /// Whom the server runs as, where we are root.
        public var user = "postgres"
        /// The database that is made at the first start.
        public var database = "consult"
        /// The folder of `postgres` and `initdb`; nil to look for it.
        public var programs: String?
        /// Further settings of the server, such as `max_connections`.
        public var settings: [String: String] = [:]
        /// How long a start may take, recovery included.
        public var patience = Duration.seconds(120)

        /// A cluster in this folder.
        public init(folder: String) { self.folder = folder }
    }

    /// The role that owns everything in the cluster, and whom everybody who may connect becomes.
    private static let role = "consult"

    private nonisolated let thread: BlockingThread
    private let configuration: Configuration
    private let folder: ClusterFolder
    private let programs: ServerPrograms
    private let logger: Logger
    private var process: ServerProcess?
    private var isStopped = false

    /// Where to connect, for `DatabaseConfiguration`. It holds no secret.
    public nonisolated let url: String

    /// The cluster's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// The server's process; nil once it has stopped.
    public var processIdentifier: Int32? { process?.identifier }

    private init(_ configuration: Configuration, logger: Logger) throws(ClusterError) {
        self.configuration = configuration
        self.logger = logger
        folder = try ClusterFolder.open(configuration.folder, user: configuration.user)
        do throws(ClusterError) {
            programs = try ServerPrograms.find(
                in: configuration.programs, version: folder.version,
                path: ProcessInfo.processInfo.environment["PATH"] ?? "")
            thread = try Self.makeThread()
        } catch {
            folder.release()
            throw error
        }
        url = Self.address(folder, database: configuration.database)
    }

    deinit { thread.finish() }

    private static func makeThread() throws(ClusterError) -> BlockingThread {
        do throws(DatabaseError) {
            return try BlockingThread(name: "cluster")
        } catch {
            throw ClusterError(.notStarted, error.message)
        }
    }

    private static func address(_ folder: ClusterFolder, database: String) -> String {
        let database = DatabaseConfiguration.quoted(database)
        return "host=\(DatabaseConfiguration.quoted(folder.run)) port=5432 user=\(role) dbname=\(database)"
    }

    // MARK: Starting and stopping

    /// Starts the folder's server, or takes over the one that runs there; makes the cluster at the first time.
    public static func start(_ configuration: Configuration, logger: Logger) async throws(ClusterError)
        -> PrivateCluster
    {
        let cluster = try PrivateCluster(configuration, logger: logger)
        do throws(ClusterError) {
            try await cluster.start()
            try await cluster.makeDatabase()
        } catch {
            try? await cluster.stop()
            throw error
        }
        return cluster
    }

    /// Keeps the server running: starts it again whenever it ends without being told to. Returns once the cluster is
    /// stopped or the task cancelled.
    ///
    /// - Throws: `ClusterError` where it does not start again.
    public nonisolated func supervise() async throws(ClusterError) {
        let thread = thread
        while !Task.isCancelled {
            let goesOn = await withTaskCancellationHandler {
                await watch()
            } onCancel: {
                thread.poke()
            }
            switch goesOn {
            case .stopped: return
            case .running: continue
            case .ended: try await restart()
            }
        }
    }

    /// Stops the server after rolling back what runs, and lets go of the folder. Idempotent.
    public func stop() throws(ClusterError) {
        guard !isStopped else { return }
        isStopped = true
        defer { folder.release() }
        guard let process else { return }
        for (signal, patience) in [(SIGINT, Duration.seconds(30)), (SIGQUIT, .seconds(10))] {
            process.send(signal)
            if hasEnded(process, until: .now + patience) {
                _ = process.reap()
                self.process = nil
                return
            }
        }
        throw ClusterError(.notStopped, "PostgreSQL (process \(process.identifier)) does not stop")
    }

    /// Lets go of the folder as a dying process would, with the server left running.
    func abandon() {
        isStopped = true
        folder.release()
        _ = process.map { $0.waitForEnd(on: thread, until: .now) == .ready ? $0.reap() : nil }
    }

    private enum Watch { case running, ended, stopped }

    private func watch() -> Watch {
        guard !isStopped, let process else { return .stopped }
        if Task.isCancelled { return .stopped }
        return process.waitForEnd(on: thread, until: nil) == .ready ? .ended : .running
    }

    private func restart() throws(ClusterError) {
        guard !isStopped, let ended = process else { return }
        let status = ended.reap().map { "status \($0)" } ?? "a signal"
        logger.error("PostgreSQL has ended by itself and is started again", metadata: ["by": "\(status)"])
        process = nil
        try start()
    }

    // MARK: On the thread

    private func start() throws(ClusterError) {
        if folder.version == nil { try initialize() }
        let deadline = ContinuousClock.now + configuration.patience
        let occupants = ServerProcess.occupants(of: folder.data)
        if let running = recordedServer, occupants.contains(running), let process = ServerProcess.adopt(running) {
            logger.notice("takes over the PostgreSQL that already runs", metadata: ["process": "\(running)"])
            self.process = process
            if try awaitReady(process, until: deadline) { return }
        }
        try awaitDeparture(of: ServerProcess.occupants(of: folder.data), until: deadline)
        forgetReusedNumbers()
        try writeAccess()
        let process = try ServerProcess.start(
            programs.server, ["-D", folder.data] + settings.flatMap { ["-c", $0] }, as: folder.owner, in: folder.path,
            log: folder.log)
        self.process = process
        guard try awaitReady(process, until: deadline) else {
            throw ClusterError(.notStarted, "PostgreSQL ends while it starts: \(folder.lastWords)")
        }
        logger.info("PostgreSQL runs", metadata: ["folder": "\(folder.path)", "process": "\(process.identifier)"])
    }

    /// Makes the data in a folder of another name first: what has its name is complete.
    private func initialize() throws(ClusterError) {
        try? FileManager.default.removeItem(atPath: folder.newData)
        let arguments = [
            "-D", folder.newData, "-U", Self.role, "-E", "UTF8", "--locale=C.UTF-8", "-k", "-A", "peer",
            "--no-instructions",
        ]
        let process = try ServerProcess.start(
            programs.initializer, arguments, as: folder.owner, in: folder.path, log: folder.log)
        guard hasEnded(process, until: .now + configuration.patience) else {
            process.send(SIGTERM)
            throw ClusterError(.notStarted, "initdb does not come to an end")
        }
        guard process.reap() == 0, rename(folder.newData, folder.data) == 0 else {
            throw ClusterError(.notStarted, "the cluster cannot be made: \(folder.lastWords)")
        }
        logger.info("a PostgreSQL cluster was made", metadata: ["folder": "\(folder.path)"])
    }

    /// The process in `postmaster.pid`.
    private var recordedServer: pid_t? {
        let file = FileManager.default.contents(atPath: folder.data + "/postmaster.pid")
        return file.flatMap { pid_t(String(decoding: $0, as: UTF8.self).prefix { $0 != "\n" }) }
    }

    /// What a killed server has left behind ends by itself; until then it holds the shared memory.
    private func awaitDeparture(of occupants: [pid_t], until deadline: ContinuousClock.Instant) throws(ClusterError) {
        for process in occupants.compactMap(ServerProcess.adopt) where !hasEnded(process, until: deadline) {
            throw ClusterError(.inUse, "process \(process.identifier) works in \(folder.data) and does not end")
        }
    }

    /// A number left by a killed server may be another program's by now, or a zombie's, for which PostgreSQL would
    /// refuse to start. Nobody works in the folder, as `occupants` shows.
    private func forgetReusedNumbers() {
        guard ServerProcess.occupants(of: folder.data).isEmpty else { return }
        unlink(folder.run + "/.s.PGSQL.5432.lock")
        if let recordedServer, kill(recordedServer, 0) == 0 { unlink(folder.data + "/postmaster.pid") }
    }

    /// Whoever may enter the folder may connect: root, the server's user, and we.
    private func writeAccess() throws(ClusterError) {
        var users = ["root", configuration.user]
        if let entry = getpwuid(geteuid()) { users.append(String(cString: entry.pointee.pw_name)) }
        try folder.write("local all all peer map=consult\n", to: "pg_hba.conf")
        try folder.write(
            Set(users).sorted().map { "consult \"\($0)\" \(Self.role)\n" }.joined(), to: "pg_ident.conf")
    }

    private var settings: [String] {
        var settings = [
            "listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700", "fsync": "on",
            "unix_socket_directories": "\"" + folder.run.replacing("\"", with: "\"\"") + "\"",
            "full_page_writes": "on", "synchronous_commit": "on", "timezone": "UTC", "log_timezone": "UTC",
            // Of failing statements the application knows; here they would carry people's data.
            "log_min_messages": "log", "log_min_error_statement": "panic", "log_error_verbosity": "terse",
            "log_checkpoints": "off", "log_line_prefix": "%m [%p] ",
        ]
        settings.merge(configuration.settings) { _, ours in ours }
        return settings.map { "\($0.key)=\($0.value)" }.sorted()
    }

    /// - Returns: false where the server ends instead.
    private func awaitReady(_ process: ServerProcess, until deadline: ContinuousClock.Instant) throws(ClusterError)
        -> Bool
    {
        while PQping(Self.address(folder, database: "postgres")) != PQPING_OK {
            if Task.isCancelled { throw ClusterError(.notStarted, "the start was cancelled") }
            guard ContinuousClock.now < deadline else {
                throw ClusterError(.notStarted, "PostgreSQL is not ready in time: \(folder.lastWords)")
            }
            if process.waitForEnd(on: thread, until: .now + .milliseconds(20)) == .ready {
                _ = process.reap()
                self.process = nil
                return false
            }
        }
        return true
    }

    private func hasEnded(_ process: ServerProcess, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            switch process.waitForEnd(on: thread, until: deadline) {
            case .ready: return true
            case .timedOut: return false
            case .poked: continue
            }
        }
    }

    private func makeDatabase() async throws(ClusterError) {
        do throws(DatabaseError) {
            let name = configuration.database
            let connection = try await DatabaseConnection.open(
                DatabaseConfiguration(url: Self.address(folder, database: "postgres")))
            if try await connection.query("SELECT FROM pg_database WHERE datname = \(name)").isEmpty {
                try await connection.query("CREATE DATABASE \(identifier: name)")
            }
            await connection.close()
        } catch {
            throw ClusterError(.notStarted, "the database cannot be made: \(error)")
        }
    }
}
