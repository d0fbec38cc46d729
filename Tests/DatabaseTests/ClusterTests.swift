import DatabaseTesting
import Glibc
import Logging
import Testing

@testable import Database

@Suite("A private cluster", .timeLimit(.minutes(3)), .serialized) final class ClusterTests {
    private let temporary: TemporaryFolder
    private var folder: String { temporary.path + "/pg" }

    init() throws { temporary = try TemporaryFolder() }

    deinit { temporary.remove() }

    private func start() async throws -> PrivateCluster {
        try await PrivateCluster.start(.init(folder: folder), logger: .quiet)
    }

    private func pool(
        _ cluster: PrivateCluster, statementTimeout: Duration = .seconds(10)
    ) throws -> DatabasePool {
        var configuration = try DatabaseConfiguration(url: cluster.url)
        configuration.statementTimeout = statementTimeout
        return DatabasePool(configuration, logger: .quiet)
    }

    /// Waits for a process, of whomever, to end.
    private func awaitEnd(of process: Int32) async throws {
        let thread = try BlockingThread(name: "test")
        guard let process = ServerProcess.adopt(process) else { return }
        _ = process.waitForEnd(on: thread, until: .now + .seconds(20))
    }

    @Test("is made, stopped and started again with all it holds")
    func lifecycle() async throws {
        let cluster = try await start()
        let pool = try pool(cluster)
        try await pool.query("CREATE TABLE kept (n int)")
        try await pool.query("INSERT INTO kept VALUES (1)")
        let settings = try await pool.query(
            """
            SELECT current_setting('fsync') AS fsync, current_setting('listen_addresses') AS addresses,
                current_setting('data_checksums') AS checksums, current_user AS role
            """)[0]
        #expect(try settings.get("fsync", as: String.self) == "on")
        #expect(try settings.get("addresses", as: String.self) == "")
        #expect(try settings.get("checksums", as: String.self) == "on")
        #expect(try settings.get("role", as: String.self) == "consult")
        let process = try #require(await cluster.processIdentifier)
        if geteuid() == 0 {
            var state = stat()
            #expect(stat("/proc/\(process)", &state) == 0 && state.st_uid != 0)
        }
        try await cluster.stop()
        try await cluster.stop()
        #expect(await cluster.processIdentifier == nil)
        #expect(access("/proc/\(process)", F_OK) != 0)
        #expect(access(folder + "/data/postmaster.pid", F_OK) != 0)
        #expect(await databaseError { try await pool.query("SELECT 1") }?.isUnavailable == true)
        let again = try await start()
        #expect(try await pool.query("SELECT n FROM kept").count == 1)
        await pool.close()
        try await again.stop()
    }

    @Test("lets nobody else into its folder while it runs")
    func exclusion() async throws {
        let cluster = try await start()
        let error = await #expect(throws: ClusterError.self) { try await start() }
        #expect(error?.code == .inUse && error?.message.contains("process \(getpid())") == true)
        #expect(try await pool(cluster).query("SELECT 1").count == 1)
        try await cluster.stop()
    }

    @Test("is taken over by the next process where its own has died")
    func adoption() async throws {
        let first = try await start()
        let process = try #require(await first.processIdentifier)
        let pool = try pool(first)
        try await pool.query("CREATE TABLE kept AS SELECT 1 AS n")
        // Died: the lock is gone, nobody has stopped the server.
        await first.abandon()
        let second = try await start()
        #expect(await second.processIdentifier == process)
        #expect(try await pool.query("SELECT n FROM kept").count == 1)
        await pool.close()
        try await second.stop()
    }

    @Test("recovers every committed row after the server was killed, and starts without it")
    func killedServer() async throws {
        let first = try await start()
        let pool = try pool(first)
        try await pool.query("CREATE TABLE kept (n int)")
        for number in 0..<20 { try await pool.query("INSERT INTO kept VALUES (\(number))") }
        kill(try #require(await first.processIdentifier), SIGKILL)
        await first.abandon()
        let second = try await start()
        #expect(try await pool.query("SELECT n FROM kept").count == 20)
        await pool.close()
        try await second.stop()
    }

    @Test("is started again by its supervisor, and the pool goes on by itself")
    func supervision() async throws {
        let cluster = try await start()
        let supervisor = Task { try await cluster.supervise() }
        // What ends the statement is the server's death, however long this machine takes to bring it about.
        let pool = try pool(cluster, statementTimeout: .seconds(120))
        try await pool.query("CREATE TABLE kept (n int)")
        for round in 0..<2 {
            let running = Task { await databaseError { try await pool.query("SELECT pg_sleep(60)") } }
            var backend: Int32?
            while backend == nil {
                backend = try await pool.query(
                    "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT pg_sleep%'"
                ).first?.get("pid", as: Int32.self)
            }
            let server = try #require(await cluster.processIdentifier)
            kill(server, SIGKILL)
            kill(try #require(backend), SIGKILL)
            let error = await running.value
            #expect(error?.isRetryable == true, "\(String(describing: error))")
            // What is left of the old server may still answer for a moment; the new one starts after the last of it.
            while await cluster.processIdentifier == server { await Task.yield() }
            // Refused where the server was still going down, the work is repeated until it is there.
            var isWritten = false
            while !isWritten {
                let error = await databaseError { try await pool.query("INSERT INTO kept VALUES (\(round))") }
                if let error, !error.isRetryable { throw error }
                isWritten = error == nil
            }
        }
        #expect(try await pool.query("SELECT DISTINCT n FROM kept").count == 2)
        await pool.close()
        try await cluster.stop()
        try await supervisor.value
    }

    @Test("that is restarted under a pool costs the work in flight and nothing else")
    func restartUnderPool() async throws {
        var cluster = try await start()
        let pool = DatabasePool(
            try DatabaseConfiguration(url: cluster.url), limits: PoolLimits(connections: 4, patience: .seconds(30)),
            logger: .quiet)
        try await pool.query("CREATE TABLE kept (n int)")
        let working = Gate()
        let stopped = Gate()
        // Writers that repeat what may be repeated: what was acknowledged must be there.
        let writers = Task {
            try await withThrowingTaskGroup(of: [Int].self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        var acknowledged: [Int] = []
                        var number = writer * 1_000_000
                        while stopped.count == 0 {
                            number += 1
                            let error = await databaseError {
                                try await pool.query("INSERT INTO kept VALUES (\(number))")
                            }
                            if error == nil { acknowledged.append(number) }
                            if let error, !error.isRetryable { throw error }
                            working.pass()
                        }
                        return acknowledged
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        for _ in 0..<2 {
            await working.wait(for: working.count + 200)
            try await cluster.stop()
            cluster = try await start()
        }
        await working.wait(for: working.count + 200)
        stopped.pass()
        let acknowledged = try await writers.value
        let kept = try await pool.query("SELECT n FROM kept").map { try $0.get(0, as: Int.self) }
        #expect(acknowledged.count > 400 && Set(acknowledged).isSubset(of: kept))
        await pool.close()
        try await cluster.stop()
    }

    @Test("starts where postmaster.pid names another program")
    func reusedNumber() async throws {
        let first = try await start()
        try await first.stop()
        // A process of the server's user that is no server.
        let user = geteuid() == 0 ? try ServerUser("postgres") : nil
        let other = try ServerProcess.start("/usr/bin/sleep", ["600"], as: user, in: "/", log: "/dev/null")
        let record = "\(other.identifier)\n\(folder)/data\n1700000000\n5432\n\(folder)/run\n\n  1234567 99999\n"
        for file in [folder + "/data/postmaster.pid", folder + "/run/.s.PGSQL.5432.lock"] {
            try record.write(to: file)
            if let user { chown(file, user.user, user.group) }
        }
        let second = try await start()
        try await second.stop()
        other.send(SIGKILL)
        try await awaitEnd(of: other.identifier)
        _ = other.reap()
    }

    @Test("runs in a folder whose path is too long for a socket, below one that is closed to its user")
    func awkwardFolder() async throws {
        chmod(temporary.path, 0o700)
        let long = temporary.path + "/" + String(repeating: "x", count: 100)
        let cluster = try await PrivateCluster.start(.init(folder: long), logger: .quiet)
        let connection = try await DatabaseConnection.open(try DatabaseConfiguration(url: cluster.url))
        #expect(try await connection.query("SELECT 1").count == 1)
        await connection.close()
        let socket = try #require(cluster.url.firstRange(of: "/tmp/consult-")).lowerBound
        let folder = String(cluster.url[socket...].prefix { $0 != " " && $0 != "'" })
        try await cluster.stop()
        #expect(access(folder, F_OK) != 0)
    }

    @Test("says clearly what is wrong with its surroundings")
    func surroundings() async throws {
        func failure(_ change: (inout PrivateCluster.Configuration) -> Void) async -> ClusterError? {
            var configuration = PrivateCluster.Configuration(folder: folder)
            change(&configuration)
            do throws(ClusterError) {
                try await PrivateCluster.start(configuration, logger: .quiet).stop()
                return nil
            } catch {
                return error
            }
        }
        #expect(await failure { $0.folder = temporary.path + "/a,b" }?.code == .folder)
        #expect(await failure { $0.programs = "/usr/bin" }?.code == .noServer)
        if geteuid() == 0 {
            #expect(await failure { $0.user = "nobody-at-all" }?.code == .noServer)
        }
        let wrong = await failure { $0.settings["shared_buffers"] = "nonsense" }
        #expect(wrong?.code == .notStarted && wrong?.message.contains("shared_buffers") == true)
        #expect(await failure { _ in } == nil)
        try "13\n".write(to: folder + "/data/PG_VERSION")
        let old = await failure { _ in }
        #expect(old?.code == .noServer && old?.message.contains("PostgreSQL 13") == true)
    }
}

extension String {
    fileprivate func write(to path: String) throws {
        let stream = try #require(fopen(path, "w"))
        fputs(self, stream)
        fclose(stream)
    }
}
