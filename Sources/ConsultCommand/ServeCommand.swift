import ArgumentParser
import Database
import Demo
import Foundation
import Logging
import Operations

/// Serves both halves in one process.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve everything: the REST sidecar, WebSocket signaling, the web client and the media relay.",
        discussion: SettingOptions.discussion)

    @Flag(
        help: """
            Need nothing else running: without CONSULT_DATABASE_URL a private PostgreSQL in the data folder is used. \
            Migrations are applied, and an empty database gets demo accounts.
            """)
    var embedded = false

    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await serve(try options.settings(), .both, embedded: embedded)
    }
}

/// Serves the signaling core alone: without a database, a plain media server for rooms of minted tokens.
struct SignalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract:
            "Serve the signaling core alone; without a database, for rooms of tokens that `consult token` minted.",
        discussion: SettingOptions.discussion)

    @OptionGroup var options: SettingOptions

    func run() async throws { try await serve(try options.settings(), .signaling, embedded: false) }
}

/// Serves the REST sidecar alone.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api", abstract: "Serve the REST sidecar alone: /api, the web client, /config.json.",
        discussion: SettingOptions.discussion)

    @OptionGroup var options: SettingOptions

    func run() async throws { try await serve(try options.settings(), .sidecar, embedded: false) }
}

/// Runs until told to stop; a failure is told on standard error and becomes exit code 1, a missing database 78.
private func serve(_ settings: Settings, _ halves: Assembly.Halves, embedded: Bool) async throws {
    bootstrapLogging(level: settings.logLevel, format: settings.logFormat)
    let logger = Logger(label: "consult")
    let key = try settings.signingKey()
    try settings.checkFiles()
    try settings.checkMarketplace()
    if !settings.unused.isEmpty {
        logger.info("settings this build does not use", metadata: ["names": "\(settings.unused)"])
    }
    do {
        let store =
            halves.hasSidecar || settings.databaseURL != nil
            ? try await DataStore.open(settings, embedded: embedded, logger: logger) : nil
        do {
            if let store { try await prepare(store, settings, embedded: embedded, logger: logger) }
            let payments =
                halves.hasSidecar ? try PaymentParts(settings: settings, embedded: embedded, logger: logger) : nil
            let assembly = try await Assembly(
                settings: settings, halves: halves, store: store, payments: payments, key: key, logger: logger)
            try await assembly.run()
        } catch {
            await store?.close()
            throw error
        }
    } catch let error as DataStore.NoDatabase {
        printError("consult: \(error)")
        throw ExitCode(EX_CONFIG)
    } catch {
        printError("consult: \(error)")
        throw ExitCode.failure
    }
}

/// Embedded, the database is brought up to date and an empty one gets demo accounts; otherwise it has to be up to date.
private func prepare(_ store: DataStore, _ settings: Settings, embedded: Bool, logger: Logger) async throws {
    guard embedded else { return try await store.requireMigrated(settings) }
    let applied = try await store.migrations(settings).up()
    if !applied.isEmpty { logger.info("migrated", metadata: ["migrations": "\(applied.count)"]) }
    if try await DemoSeed.isEmpty(store.pool) {
        try await store.seed(settings)
        await store.seedPayments(settings, logger: logger)
        logger.info("demo accounts were made", metadata: ["password": "in \(settings.dataFolder)/demo-password"])
    }
}
