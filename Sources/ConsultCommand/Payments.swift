import Foundation
import Logging
import Operations
import Payments
import ServiceLifecycle
import Stripe
import StripeSandbox

/// Who moves the money in this process: Stripe; a stand-in somewhere else; embedded, a stand-in of our own; or nobody.
struct PaymentParts: Sendable {
    let processor: PaymentProcessor
    /// What webhooks may be signed with; none: every one is refused.
    let webhookSecrets: [String]
    /// What has to run for it: to be started before whoever asks, and stopped after them.
    let services: [any Service]
    /// Ends once it can be asked.
    private let ready: AsyncStream<Void>

    /// - Parameter embedded: whether a stand-in of our own takes the place of Stripe where no key is set. Its state is in the
    ///   data folder, and one process uses it at a time.
    init(settings: Settings, embedded: Bool, logger: Logger) throws {
        if let key = settings.stripeSecretKey {
            let configuration = try StripeConfiguration(baseURL: settings.stripeBase, secretKey: key)
            let isSimulated =
                key.hasPrefix("sk_test_") && configuration.baseURL != StripeConfiguration.stripeBaseURL
            self.init(
                configuration, isSimulated: isSimulated, publishableKey: settings.stripePublishableKey,
                webhookSecrets: settings.stripeWebhookSecrets, before: [], ready: AsyncStream { $0.finish() },
                logger: logger)
            if isSimulated {
                logger.warning(
                    "money is simulated: a stand-in takes the place of Stripe",
                    metadata: ["address": "\(configuration.baseURL)"])
            }
        } else if embedded {
            try self.init(standInOf: settings, logger: logger)
        } else {
            self.init(
                PaymentProcessor(gateway: .unavailable(logger: logger), isSimulated: false, isConfigured: false),
                webhookSecrets: [], services: [], ready: AsyncStream { $0.finish() })
        }
    }

    private init(
        _ processor: PaymentProcessor, webhookSecrets: [String], services: [any Service], ready: AsyncStream<Void>
    ) {
        self.processor = processor
        self.webhookSecrets = webhookSecrets
        self.services = services
        self.ready = ready
    }

    private init(standInOf settings: Settings, logger: Logger) throws {
        try settings.makeDataFolder()
        let port = try ReservedPort()
        let secret = try settings.standInSecret()
        let lock = try FileLock(settings.dataFolder + "/stripe-sandbox.lock")
        let (ready, told) = AsyncStream<Void>.makeStream()
        let server = try StripeSandboxServer(
            SandboxConfiguration(
                port: port.number, webhookURL: settings.ownWebhookURL, webhookSecret: secret,
                stateFile: settings.dataFolder + "/stripe-sandbox.journal"),
            logger: logger
        ) { number in
            port.giveBack()
            logger.warning(
                "money is simulated: a stand-in of this process takes the place of Stripe",
                metadata: ["address": "http://127.0.0.1:\(number)"])
            told.finish()
        }
        self.init(
            try StripeConfiguration(baseURL: "http://127.0.0.1:\(port.number)", secretKey: "sk_test_embedded"),
            isSimulated: true, publishableKey: nil, webhookSecrets: [secret],
            before: [LockedStandIn(server: server, lock: lock)], ready: ready, logger: logger)
    }

    private init(
        _ configuration: StripeConfiguration, isSimulated: Bool, publishableKey: String?, webhookSecrets: [String],
        before: [any Service], ready: AsyncStream<Void>, logger: Logger
    ) {
        let http = StripeHTTP(configuration)
        self.init(
            PaymentProcessor(
                gateway: http.gateway(logger: logger), isSimulated: isSimulated,
                publishableKey: isSimulated ? nil : publishableKey,
                standInURL: isSimulated ? configuration.baseURL : nil),
            webhookSecrets: webhookSecrets,
            services: before + [Part("stripe", start: {}, stop: { await http.shutdown() })], ready: ready)
    }

    /// Runs what has to run while `body` uses it: for what is done before anything is served.
    func whileRunning(logger: Logger, _ body: @escaping @Sendable (PaymentProcessor) async throws -> Void) async throws
    {
        let (done, ended) = AsyncStream<Void>.makeStream()
        let group = ServiceGroup(configuration: .init(services: services.map { .init(service: $0) }, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { ended.finish() }
                try await group.run()
            }
            tasks.addTask { [processor, ready] in
                // Whichever comes first: it can be asked, or it did not start.
                await withTaskGroup(of: Void.self) { first in
                    first.addTask { for await _ in ready {} }
                    first.addTask { for await _ in done {} }
                    await first.next()
                    first.cancelAll()
                }
                let result: Result<Void, any Error>
                do { result = .success(try await body(processor)) } catch { result = .failure(error) }
                await group.triggerGracefulShutdown()
                try result.get()
            }
            try await tasks.waitForAll()
        }
    }
}

/// A stand-in that nobody else may use while it runs.
private struct LockedStandIn: Service, CustomStringConvertible {
    let server: StripeSandboxServer
    let lock: FileLock
    var description: String { server.description }

    func run() async throws {
        defer { lock.release() }
        try await server.run()
    }
}

extension Settings {
    /// The secrets of webhooks, as they are set.
    fileprivate var stripeWebhookSecrets: [String] {
        (self.stripeWebhookSecret ?? "").split(separator: ",")
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    /// Where our own stand-in sends its events: to this process.
    fileprivate var ownWebhookURL: String {
        let host =
            switch self.bind {
            case "0.0.0.0", "::": "127.0.0.1"
            case let address where address.contains(":"): "[\(address)]"
            case let address: address
            }
        return "http://\(host):\(self.httpPort)/api/v1/webhooks/stripe"
    }

    /// What our own stand-in signs its events with: of the data folder, made there where it is missing.
    fileprivate func standInSecret() throws -> String {
        let file = self.dataFolder + "/stripe-webhook-secret"
        if let text = try? String(contentsOfFile: file, encoding: .utf8) {
            let secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
            if !secret.isEmpty { return secret }
        }
        let secret =
            "whsec_" + (0..<40).map { _ in String("abcdefghijkmnpqrstuvwxyz23456789".randomElement() ?? "x") }.joined()
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data((secret + "\n").utf8), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        return secret
    }
}
