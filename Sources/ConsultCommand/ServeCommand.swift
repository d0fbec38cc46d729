import ArgumentParser
import Logging
import Operations

/// Serves: the signaling core with its relay, and the private port.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve calls: WebSocket signaling, the web client, the media relay and the private port.",
        discussion: SettingOptions.discussion)

    @Flag(help: "Need nothing else running: everything is kept in the data folder, keys included.")
    var embedded = false

    @OptionGroup var options: SettingOptions

    func run() async throws { try await serve(try options.settings(), as: embedded ? "embedded" : "serve") }
}

/// Serves the signaling core alone: without a database, a plain media server for rooms of minted tokens.
struct SignalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "signal",
        abstract: "Serve the signaling core alone, for rooms of tokens that `consult token` minted.",
        discussion: SettingOptions.discussion)

    @OptionGroup var options: SettingOptions

    func run() async throws { try await serve(try options.settings(), as: "signal") }
}

/// Runs until told to stop; a failure is told on standard error and becomes exit code 1.
private func serve(_ settings: Settings, as command: String) async throws {
    bootstrapLogging(level: settings.logLevel, format: settings.logFormat)
    let logger = Logger(label: "consult")
    let key = try settings.signingKey()
    try settings.checkFiles()
    if !settings.unused.isEmpty {
        logger.info("settings this build does not use", metadata: ["names": "\(settings.unused)"])
    }
    do {
        let assembly = try Assembly(settings: settings, key: key, command: command, logger: logger)
        try await assembly.run()
    } catch {
        printError("consult: \(error)")
        throw ExitCode.failure
    }
}
