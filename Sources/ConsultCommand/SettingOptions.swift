import ArgumentParser
import Foundation
import Operations

/// `--config` and every setting as a flag: what all commands that read settings share.
struct SettingOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: ArgumentHelp("YAML file with settings.", valueName: "file"))
    var configFile: String?

    @Argument(
        parsing: .allUnrecognized,
        help: ArgumentHelp("Any setting as a flag, like --signal-port 8081.", valueName: "--setting value"))
    var flags: [String] = []

    /// What a command's help says about settings.
    static let discussion = """
        Every setting may be a flag, an environment variable (CONSULT_SIGNAL_PORT for --signal-port) or a key of the \
        YAML file (signal-port), in this order of precedence.

        SETTINGS:
        \(SettingTable.standard.help)
        """

    /// The settings in effect.
    ///
    /// - Throws: the exit code, after every problem has been told on standard error.
    func settings() throws -> Settings {
        switch resolve() {
        case .success(let settings): return settings
        case .failure(let failure):
            for problem in failure.problems { printError("consult: \(problem)") }
            throw failure.isUsageOnly ? ExitCode(EX_USAGE) : ExitCode(EX_CONFIG)
        }
    }

    /// The settings in effect, or everything that is wrong with them.
    func resolve() -> Result<Settings, SettingProblems> {
        let environment = ProcessInfo.processInfo.environment
        var file: Settings.File?
        if let configFile {
            do {
                file = Settings.File(path: configFile, text: try String(contentsOfFile: configFile, encoding: .utf8))
            } catch {
                return .failure(.unreadable(configFile, error.localizedDescription))
            }
        }
        return Settings.resolve(
            flags: flags, environment: environment, file: file, machine: .current(environment: environment)
        ) { path in
            try String(contentsOfFile: path, encoding: .utf8)
        }
    }
}

/// A line on standard error.
func printError(_ line: String) { writeToStandardError(line + "\n") }
