import ArgumentParser
import Operations

/// The `consult` executable: subcommands, and nothing else.
@main
struct Consult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consult",
        abstract: "Consultant Connect: instant video calls, metered and gated by media time.",
        version: consultVersion,
        subcommands: [
            ServeCommand.self, SignalCommand.self, APICommand.self, MigrateCommand.self, SeedCommand.self,
            TokenCommand.self, LoadCommand.self, MatchCommand.self, LedgerCommand.self, ReceiptCommand.self,
            StripeSandboxCommand.self,
            DoctorCommand.self,
            ConfigCommand.self,
        ])

    static func main() async {
        keepOpenSSLUntilExit()
        await main(nil)
    }
}
