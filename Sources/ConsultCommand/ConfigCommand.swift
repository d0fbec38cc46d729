import ArgumentParser
import Operations

/// `config print`.
struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the settings.", subcommands: [Print.self])

    /// Prints what is in effect; fails where it is not valid.
    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "print",
            abstract:
                "Print the settings in effect and where each came from, secrets hidden; fails where one is wrong.",
            discussion: SettingOptions.discussion)

        @OptionGroup var options: SettingOptions

        func run() async throws {
            let settings = try options.settings()
            _ = try settings.configuredKey()
            print(settings.report())
        }
    }
}
