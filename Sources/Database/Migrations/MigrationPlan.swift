/// What is to be done to a database: found out from the folder and the database's own list, without either.
public struct MigrationPlan: Sendable, Equatable {
    /// One migration, forwards or back.
    public enum Step: Sendable, Equatable {
        /// Apply it.
        case up(Migration)
        /// Take it back.
        case down(Migration)
    }

    /// What is done, in order.
    public let steps: [Step]

    /// Applies what is missing, up to `version` or to the last.
    public static func up(
        _ migrations: MigrationSet, applied: [AppliedMigration], to version: Int? = nil
    ) throws(MigrationError) -> MigrationPlan {
        try check(migrations, applied)
        if let version, !migrations.all.contains(where: { $0.version == version }) {
            throw MigrationError(.noSuchVersion, "there is no migration \(version)")
        }
        let missing = migrations.all.dropFirst(applied.count).prefix { $0.version <= version ?? .max }
        return MigrationPlan(steps: missing.map { .up($0) })
    }

    /// Takes back the last migrations, until `version` is the last one; 0 for none.
    public static func down(
        _ migrations: MigrationSet, applied: [AppliedMigration], to version: Int
    ) throws(MigrationError) -> MigrationPlan {
        try check(migrations, applied)
        guard (0...migrations.all.count).contains(version) else {
            throw MigrationError(.noSuchVersion, "there is no migration \(version)")
        }
        let later = migrations.all.prefix(applied.count).filter { $0.version > version }
        return MigrationPlan(steps: later.reversed().map { .down($0) })
    }

    /// Where every migration stands, of the folder's and of the database's.
    public static func status(_ migrations: MigrationSet, applied: [AppliedMigration]) -> [MigrationStatus] {
        let done = Dictionary(applied.map { ($0.version, $0) }, uniquingKeysWith: { first, _ in first })
        let known = migrations.all.map { migration in
            let state: MigrationStatus.State =
                switch done[migration.version] {
                case nil: .pending
                case .some(let applied) where applied.checksum == migration.checksum: .applied(at: applied.appliedAt)
                case .some(let applied): .edited(at: applied.appliedAt)
                }
            return MigrationStatus(version: migration.version, name: migration.name, state: state)
        }
        let unknown = applied.filter { $0.version > migrations.all.count || $0.version < 1 }.map {
            MigrationStatus(version: $0.version, name: $0.name, state: .unknown(at: $0.appliedAt))
        }
        return known + unknown
    }

    /// Refuses a past that is not the folder's.
    private static func check(_ migrations: MigrationSet, _ applied: [AppliedMigration]) throws(MigrationError) {
        for (index, done) in applied.enumerated() {
            guard done.version == index + 1 else {
                throw MigrationError(.gap, "the database has migration \(done.version) but not \(index + 1)")
            }
            guard index < migrations.all.count else {
                throw MigrationError(
                    .unknown, "the database has migration \(done.version) (\(done.name)), which this server has not")
            }
            guard migrations.all[index].checksum == done.checksum else {
                throw MigrationError(
                    .edited,
                    "migration \(done.version) (\(done.name)) was changed after it was applied; write a new one instead"
                )
            }
        }
    }
}
