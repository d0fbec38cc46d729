import ArgumentParser
import Foundation
import Logging
import Operations
import StripeSandbox

/// `stripe-sandbox`: a stand-in for Stripe.
struct StripeSandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stripe-sandbox", abstract: "Run a stand-in for Stripe: simulated cards, accounts and payouts.",
        discussion: """
            Point CONSULT_STRIPE_API_BASE at it, with any CONSULT_STRIPE_SECRET_KEY that begins with sk_test_. No real money \
            moves. Whoever reaches its port may use it, so it listens on loopback unless told otherwise.
            """)

    @Option(help: ArgumentHelp("Where to listen.", valueName: "host:port"))
    var listen = "127.0.0.1:12111"
    @Option(help: ArgumentHelp("Where events are sent.", valueName: "url"))
    var webhookURL: String?
    @Option(help: ArgumentHelp("What they are signed with.", valueName: "secret"))
    var webhookSecret: String?
    @Option(help: ArgumentHelp("Keeps the state over a restart.", valueName: "file"))
    var state: String?
    @Option(help: ArgumentHelp("The address under which browsers reach its pages.", valueName: "url"))
    var publicURL: String?
    @Flag(help: "An account is ready only once its onboarding page was filled in.")
    var onboardingPage = false

    func validate() throws {
        guard address != nil else { throw ValidationError("--listen is like 127.0.0.1:12111.") }
        guard (webhookURL == nil) == (webhookSecret == nil) else {
            throw ValidationError("--webhook-url and --webhook-secret go together.")
        }
    }

    private var address: (host: String, port: UInt16)? {
        guard let colon = listen.lastIndex(of: ":"), colon > listen.startIndex,
            let port = UInt16(listen[listen.index(after: colon)...])
        else {
            return nil
        }
        return (listen[..<colon].trimmingCharacters(in: CharacterSet(charactersIn: "[]")), port)
    }

    func run() async throws {
        guard let address else { throw ExitCode(EX_USAGE) }
        bootstrapLogging(level: .info, format: .text)
        let logger = Logger(label: "stripe-sandbox")
        var configuration = SandboxConfiguration(
            host: address.host, port: address.port, publicURL: publicURL, webhookURL: webhookURL,
            webhookSecret: webhookSecret ?? "", stateFile: state)
        configuration.options.enablesAccountsAtOnce = !onboardingPage
        do {
            let server = try StripeSandboxServer(configuration, logger: logger) { port in
                logger.info("serving", metadata: ["address": "http://\(address.host):\(port)"])
            }
            try await Operations.run([server], logger: logger)
        } catch {
            printError("consult: \(error)")
            throw ExitCode.failure
        }
    }
}
