import Foundation
import Identifiers
import Logging
import Operations
import Relay
import ServiceLifecycle
import Tokens

/// The parts of a serving process, put together.
struct Assembly {
    /// Which halves run in this process.
    enum Halves: String {
        /// Both.
        case both = "serve"
        /// The signaling core.
        case signaling = "signal"
        /// The sidecar.
        case sidecar = "api"

        var hasSignaling: Bool { self != .sidecar }
        var hasSidecar: Bool { self != .signaling }
    }

    private let settings: Settings
    private let halves: Halves
    private let logger: Logger
    private let readiness: Readiness
    private let store: DataStore?
    private let core: SignalingCore?
    private let sidecar: Sidecar?

    /// - Parameters:
    ///   - store: the database; nil for a signaling core that serves token rooms alone.
    ///   - payments: who moves the money; nil without a sidecar.
    init(
        settings: Settings, halves: Halves, store: DataStore?, payments: PaymentParts?, key: SigningKey, logger: Logger
    ) async throws {
        raiseFileLimit()
        let readiness = Readiness(
            [halves.hasSignaling ? SignalingCore.starting : nil, halves.hasSidecar ? Self.apiStarting : nil]
                .compactMap { $0 })
        self.settings = settings
        self.halves = halves
        self.store = store
        self.logger = logger
        self.readiness = readiness
        core =
            halves.hasSignaling
            ? try await SignalingCore(
                settings: settings, store: store, key: key, knowsSidecar: halves == .both || store != nil,
                readiness: readiness, logger: logger) : nil
        guard halves.hasSidecar, let store, let payments else {
            sidecar = nil
            return
        }
        sidecar = try await Sidecar(
            settings: settings, store: store, payments: payments, key: key, logger: logger
        ) { port in
            logger.info(
                "serving the API",
                metadata: ["address": "\(settings.address(port: port))/api/v1", "data": "\(settings.dataFolder)"])
            readiness.clear(Self.apiStarting)
        }
    }

    private static let apiStarting = "api starting"

    /// Runs until a signal. What is started last is stopped first, so that the private port tells of the draining.
    func run() async throws {
        let services: [any Service] =
            (store?.services ?? []) + [opsServer] + (sidecar?.services ?? []) + (core?.services ?? [])
        try await Operations.run(services, logger: logger)
        logger.info("stopped")
    }

    private var opsServer: OpsServer {
        let handlers = OpsServer.Handlers(
            reasonsAgainst: { [readiness, store] in
                let reachable = await store?.isReachable() ?? true
                return readiness.reasonsAgainst + (reachable ? [] : ["database unreachable"])
            },
            metrics: { [core, sidecar] in
                (await core?.metrics() ?? []) + (await sidecar?.metrics() ?? []) + processMetrics()
            },
            calls: { [core] in await core?.calls() ?? [] },
            extendHorizon: { [core] room, seconds in await core?.moveHorizon(of: room, to: seconds) ?? .notFound })
        return OpsServer(host: settings.opsBind, port: settings.opsPort, handlers: handlers, logger: logger) { port in
            logger.info("private port", metadata: ["address": "http://\(settings.opsBind):\(port)"])
        }
    }
}
