public import Logging

/// Brings a database's schema to where the migrations want it.
///
/// Each migration is one transaction, entered into `schema_migrations` with it. Runners take turns by an advisory lock:
/// of two servers that start together one migrates, and the other finds it done.
public struct MigrationRunner: Sendable {
    private let configuration: DatabaseConfiguration
    private let migrations: MigrationSet
    private let logger: Logger

    /// Names the lock among a database's advisory locks: "consult" and a number, in ASCII.
    private static let lock: Int64 = 0x636f_6e73_756c_7401

    /// A runner for this database. Of the configuration's limits only `lockTimeout` holds while a migration runs.
    public init(_ configuration: DatabaseConfiguration, migrations: MigrationSet, logger: Logger) {
        self.configuration = configuration
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies what is missing, up to `version` or to the last.
    ///
    /// - Returns: what was applied; nothing where the database is up to date.
    /// - Throws: `MigrationError`, or `DatabaseError` where the database cannot be asked.
    @discardableResult
    public func up(to version: Int? = nil) async throws -> [Migration] {
        try await run { applied in try MigrationPlan.up(migrations, applied: applied, to: version) }
    }

    /// Takes back migrations until `version` is the last one; without a version the last one only.
    ///
    /// - Returns: what was taken back.
    /// - Throws: `MigrationError`, or `DatabaseError` where the database cannot be asked.
    @discardableResult
    public func down(to version: Int? = nil) async throws -> [Migration] {
        try await run { applied in
            try MigrationPlan.down(migrations, applied: applied, to: version ?? max(0, applied.count - 1))
        }
    }

    /// Where every migration stands. Changes nothing.
    public func status() async throws(DatabaseError) -> [MigrationStatus] {
        let connection = try await DatabaseConnection.open(configuration)
        do throws(DatabaseError) {
            let applied = try await Self.applied(connection)
            await connection.close()
            return MigrationPlan.status(migrations, applied: applied)
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: Running

    private func run(_ plan: ([AppliedMigration]) throws -> MigrationPlan) async throws -> [Migration] {
        // The lock is waited for as long as another runner needs; the statements of a migration take what they take.
        var unlimited = configuration
        unlimited.statementTimeout = .zero
        unlimited.lockTimeout = .zero
        unlimited.idleInTransactionTimeout = .zero
        let connection = try await DatabaseConnection.open(unlimited)
        do {
            try await connection.query("SELECT pg_advisory_lock(\(Self.lock))")
            try await connection.query(
                "SELECT set_config('lock_timeout', \(configuration.lockTimeout.milliseconds), false)")
            let steps = try plan(try await Self.applied(connection)).steps
            var done: [Migration] = []
            for step in steps { done.append(try await run(step, on: connection)) }
            await connection.close()
            return done
        } catch {
            await connection.close()
            throw error
        }
    }

    private func run(_ step: MigrationPlan.Step, on connection: DatabaseConnection) async throws -> Migration {
        let (migration, script, record): (Migration, String, SQL) =
            switch step {
            case .up(let migration):
                (
                    migration, migration.up,
                    """
                    INSERT INTO schema_migrations (version, name, checksum)
                    VALUES (\(migration.version), \(migration.name), \(migration.checksum))
                    """
                )
            case .down(let migration):
                (migration, migration.down, "DELETE FROM schema_migrations WHERE version = \(migration.version)")
            }
        let started = ContinuousClock.now
        let key = TransactionKey()
        try await connection.query(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version int PRIMARY KEY,
                name text NOT NULL,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """)
        try await connection.begin("BEGIN", key)
        do throws(DatabaseError) {
            let before = try await Self.transactionNumber(connection, key)
            try await connection.script(script)
            guard try await Self.transactionNumber(connection, key) == before else {
                throw DatabaseError(.misuse, "the script ends its transaction")
            }
            _ = try await connection.run([record], in: key)
            let ending = try await connection.end("COMMIT", key)
            guard ending == "COMMIT" else { throw DatabaseError(.misuse, "the script leaves a failed transaction") }
        } catch {
            _ = try? await connection.end("ROLLBACK", key)
            throw MigrationError(.failed, "migration \(migration.version) (\(migration.name)) failed", cause: error)
        }
        logger.info(
            "migrated",
            metadata: [
                "version": "\(migration.version)", "name": "\(migration.name)",
                "milliseconds": "\(started.duration(to: .now).milliseconds)",
            ])
        return migration
    }

    private static func transactionNumber(
        _ connection: DatabaseConnection, _ key: TransactionKey
    ) async throws(DatabaseError) -> String {
        let rows = try await connection.run(["SELECT pg_current_xact_id()"], in: key)
        return try rows[0][0].get(0, as: String.self)
    }

    /// What the database has; nothing where it has no list yet.
    private static func applied(_ connection: DatabaseConnection) async throws(DatabaseError) -> [AppliedMigration] {
        let exists = try await connection.query("SELECT to_regclass('schema_migrations') IS NOT NULL")
        guard try exists[0].get(0, as: Bool.self) else { return [] }
        let rows = try await connection.query(
            "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version")
        var applied: [AppliedMigration] = []
        for row in rows {
            applied.append(
                AppliedMigration(
                    version: try row.get("version", as: Int.self), name: try row.get("name", as: String.self),
                    checksum: try row.get("checksum", as: String.self),
                    appliedAt: try row.get("applied_at", as: Timestamp.self)))
        }
        return applied
    }
}
