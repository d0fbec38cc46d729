import Foundation
import Identifiers
import Logging
import Operations
import Relay
import ServiceLifecycle
import Signaling
import Tokens

/// The parts of a serving process, put together.
struct Assembly {
    private let relay: MediaRelay?
    private let signaling: SignalingServer
    private let settings: Settings
    private let command: String
    private let logger: Logger
    private let readiness = Readiness([Self.starting])

    private static let starting = "starting"
    private static let draining = "draining"

    init(settings: Settings, key: SigningKey, command: String, logger: Logger) throws {
        raiseFileLimit()
        relay = settings.relay ? try MediaRelay(configuration: settings.relayConfiguration, logger: logger) : nil
        signaling = SignalingServer(
            configuration: settings.signalingConfiguration, relay: relay,
            verifier: TokenVerifier(key: key.publicKey), logger: logger)
        self.settings = settings
        self.command = command
        self.logger = logger
    }

    /// Runs until a signal. What is started last is stopped first, so that the private port tells of the draining.
    func run() async throws {
        let media = Part("relay", start: {}, stop: { await relay?.shutdown() })
        let signals = Part(
            "signaling",
            start: {
                let port = try await listen()
                logger.info(
                    "serving",
                    metadata: [
                        "address": "\(settings.address(port: port))", "command": "\(command)",
                        "relay": "\(settings.relay ? "on" : "off")", "data": "\(settings.dataFolder)",
                        "version": "\(consultVersion)",
                    ])
                if settings.clientFolder == nil {
                    logger.warning("no web client found: build it with web-client/build.sh or set CONSULT_CLIENT_DIR")
                }
                readiness.clear(Self.starting)
            },
            stop: {
                readiness.block(Self.draining)
                await signaling.shutdown()
            })
        try await Operations.run([opsServer, media, signals], logger: logger)
        logger.info("stopped")
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

    private var opsServer: OpsServer {
        let handlers = OpsServer.Handlers(
            reasonsAgainst: { [readiness] in readiness.reasonsAgainst },
            metrics: { [relay, signaling] in
                metricFamilies(relay: await relay?.metrics() ?? RelayMetrics(), signaling: await signaling.metrics())
                    + processMetrics()
            },
            calls: { [signaling] in await signaling.calls().map(CallReport.init) },
            extendHorizon: { [signaling] room, seconds in await signaling.moveHorizon(of: room, to: seconds) })
        return OpsServer(host: settings.opsBind, port: settings.opsPort, handlers: handlers, logger: logger) { port in
            logger.info("private port", metadata: ["address": "http://\(settings.opsBind):\(port)"])
        }
    }
}

extension SignalingServer {
    /// Moves a room's horizon, and says what came of it in the private port's terms.
    func moveHorizon(of room: String, to seconds: Int) async -> OpsServer.HorizonOutcome {
        guard let id = RoomID(room), let status = try? await extendHorizon(room: id, to: seconds) else {
            return .notFound
        }
        guard status.horizonSeconds != nil else {
            return .refused(code: "unmetered", detail: "The room has no threshold, so its horizon cannot be moved.")
        }
        return .extended(ClockReport(status))
    }
}
