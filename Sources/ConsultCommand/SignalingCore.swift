import Identifiers
import Logging
import Matching
import Operations
import Relay
import ServiceLifecycle
import Sessions
import Signaling
import SignalingEvents
import Tokens

/// The signaling core of a process with its relay, put together.
struct SignalingCore: Sendable {
    private let relay: MediaRelay?
    private let signaling: SignalingServer
    /// What the sidecar and this core tell each other; nil where there is no database.
    private let events: SignalingEvents?
    private let settings: Settings
    private let readiness: Readiness
    private let logger: Logger

    static let starting = "starting"
    private static let draining = "draining"

    /// - Parameters:
    ///   - store: the database, for what the sidecar and the core tell each other; nil for token rooms alone.
    ///   - knowsSidecar: whether `/config.json` tells clients of the API.
    init(
        settings: Settings, store: DataStore?, key: SigningKey, knowsSidecar: Bool, readiness: Readiness, logger: Logger
    ) async throws {
        relay = settings.relay ? try MediaRelay(configuration: settings.relayConfiguration, logger: logger) : nil
        let tokens = RoomTokens(await TokenSigner(key: key))
        let marketplace = store.map { store in
            let desk = RequestDesk(
                pool: store.pool, terms: settings.handoutTerms, sessions: SessionStore(terms: settings.sessionTerms))
            return MarketplaceQueue(store.pool, requests: LiveRequests(desk), tokens: tokens)
        }
        signaling = SignalingServer(
            configuration: settings.signalingConfiguration(knowsSidecar: knowsSidecar), relay: relay,
            verifier: TokenVerifier(key: key.publicKey), marketplace: marketplace,
            logger: logger)
        events = store.map { [signaling] in
            SignalingEvents(pool: $0.pool, server: signaling, tokens: tokens, logger: logger)
        }
        self.settings = settings
        self.readiness = readiness
        self.logger = logger
    }

    /// What runs; what is last stops first.
    var services: [any Service] {
        let media = Part("relay", start: {}, stop: { [relay] in await relay?.shutdown() })
        let signals = Part("signaling", start: { try await start() }, stop: { await stop() })
        return [media, signals] + (events.map { [$0] } ?? [])
    }

    private func start() async throws {
        await events?.announceStart()
        let port = try await listen()
        logger.info(
            "serving",
            metadata: [
                "address": "\(settings.address(port: port))", "relay": "\(settings.relay ? "on" : "off")",
                "data": "\(settings.dataFolder)", "version": "\(consultVersion)",
            ])
        if settings.clientFolder == nil {
            logger.warning("no web client found: build it with web-client/build.sh or set CONSULT_CLIENT_DIR")
        }
        readiness.clear(Self.starting)
    }

    private func stop() async {
        readiness.block(Self.draining)
        await signaling.shutdown()
    }

    /// Starts the signaling core; where it cannot listen, says why in the doctor's words.
    private func listen() async throws -> UInt16 {
        do {
            return try await signaling.start()
        } catch {
            let finding = examinePort(
                "signaling port", host: settings.bind, port: settings.signalPort, setting: "CONSULT_SIGNAL_PORT"
            ) { false }
            throw finding.verdict == .fail ? CannotListen(finding: finding) : error
        }
    }

    private struct CannotListen: Error, CustomStringConvertible {
        let finding: Finding
        var description: String { "\(finding.subject): \(finding.detail)" }
    }

    // MARK: For the private port

    func metrics() async -> [MetricFamily] {
        metricFamilies(relay: await relay?.metrics() ?? RelayMetrics(), signaling: await signaling.metrics())
            + (events?.readerMetrics.families(of: "signaling") ?? [])
    }

    func calls() async -> [CallReport] { await signaling.calls().map(CallReport.init) }

    /// Moves a room's horizon, and says what came of it in the private port's terms.
    func moveHorizon(of room: String, to seconds: Int) async -> OpsServer.HorizonOutcome {
        guard let id = RoomID(room), let status = try? await signaling.extendHorizon(room: id, to: seconds) else {
            return .notFound
        }
        guard status.horizonSeconds != nil else {
            return .refused(code: "unmetered", detail: "The room has no threshold, so its horizon cannot be moved.")
        }
        return .extended(ClockReport(status))
    }
}
