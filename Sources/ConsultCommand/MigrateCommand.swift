import ArgumentParser
import Database
import Logging
import Operations

/// `migrate up|down|status`.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the database's tables up to date, or back.",
        discussion: """
            Works on CONSULT_DATABASE_URL; without it on the data folder's private PostgreSQL, while nothing else uses it.
            """,
        subcommands: [Up.self, Down.self, Status.self])

    /// Applies what is missing.
    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up", abstract: "Apply the migrations that the database lacks.",
            discussion: SettingOptions.discussion)

        @Option(help: ArgumentHelp("Stop after this one.", valueName: "number"))
        var to: Int?
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withMigrations(options) { runner in
                let applied = try await runner.up(to: to)
                for migration in applied { print("up \(migration.version) \(migration.name)") }
                if applied.isEmpty { print("nothing to do") }
            }
        }
    }

    /// Takes migrations back.
    struct Down: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "down", abstract: "Take back the newest migration, or all after a given one. Data is lost.",
            discussion: SettingOptions.discussion)

        @Option(help: ArgumentHelp("Keep this one and those before it; 0 takes all back.", valueName: "number"))
        var to: Int?
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withMigrations(options) { runner in
                let reverted = try await runner.down(to: to)
                for migration in reverted { print("down \(migration.version) \(migration.name)") }
                if reverted.isEmpty { print("nothing to do") }
            }
        }
    }

    /// Says where each migration stands.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say which migrations are applied; fails where one is missing or edited.",
            discussion: SettingOptions.discussion)

        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withMigrations(options) { runner in
                var isCurrent = true
                for migration in try await runner.status() {
                    let words: String
                    switch migration.state {
                    case .pending: words = "pending"
                    case .applied(let moment): words = "applied \(moment)"
                    case .edited(let moment): words = "applied \(moment), and its file was edited since"
                    case .unknown(let moment): words = "applied \(moment), and has no file here"
                    }
                    if case .applied = migration.state {} else { isCurrent = false }
                    print("\(migration.version) \(migration.name): \(words)")
                }
                if !isCurrent { throw ExitCode.failure }
            }
        }
    }
}

/// Runs `body` on the database's migrations; a failure is told on standard error and becomes exit code 1.
private func withMigrations(
    _ options: SettingOptions, _ body: (MigrationRunner) async throws -> Void
) async throws {
    let settings = try options.settings()
    bootstrapLogging(level: max(settings.logLevel, .warning), format: settings.logFormat)
    do {
        let store = try await DataStore.open(settings, embedded: true, logger: Logger(label: "consult"))
        do {
            try await body(try store.migrations(settings))
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    } catch let code as ExitCode {
        throw code
    } catch {
        printError("consult: \(error)")
        throw ExitCode.failure
    }
}
