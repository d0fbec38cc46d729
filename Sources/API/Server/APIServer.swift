public import Logging
public import Operations
public import REST
public import ServiceLifecycle

internal import Glibc
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore

/// The public HTTP port: the API under `/api/v1`, `/config.json`, and the web client.
///
/// TLS is a proxy's work. When it is to stop, it takes no further request, lets running ones finish for
/// `configuration.drain`, and cancels what is left.
public struct APIServer: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "api"
    private let configuration: APIConfiguration
    private let responder: Responder
    private let logger: Logger
    private let started: @Sendable (UInt16) -> Void

    /// A server that starts to listen when it runs.
    ///
    /// - Parameters:
    ///   - routes: those under `/api/v1`.
    ///   - rootRoutes: those whose path is the whole path, such as `/.well-known/jwks.json`.
    ///   - started: is told the port, once it listens.
    /// - Throws: `APIConfigurationError` where the configuration makes no sense.
    public init(
        configuration: APIConfiguration, routes: [Route], rootRoutes: [Route] = [],
        authenticator: @escaping Authenticator, logger: Logger,
        started: @escaping @Sendable (UInt16) -> Void = { _ in }
    ) throws(APIConfigurationError) {
        self.configuration = configuration
        self.logger = logger
        self.started = started
        responder = try Responder(
            configuration: configuration, routes: routes, rootRoutes: rootRoutes, authenticator: authenticator,
            logger: logger)
    }

    /// How long requests took, and how many run now.
    public var metrics: [MetricFamily] { responder.timings.families }

    /// Serves until a graceful shutdown.
    ///
    /// - Throws: `PortTaken` where somebody else listens on the port.
    public func run() async throws {
        let application = Application(
            responder: responder,
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [ConnectionHandler()], idleTimeout: .seconds(60),
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: .init(
                address: .hostname(configuration.host, port: Int(configuration.port)), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            onServerRunning: { [started] channel in started(UInt16(clamping: channel.localAddress?.port ?? 0)) },
            logger: quieter(logger))
        do {
            try await serve(application)
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortTaken(port: configuration.port, setting: "CONSULT_HTTP_PORT")
        }
    }

    /// Runs the application, and cancels it where its end takes too long.
    private func serve(_ application: some ApplicationProtocol) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await application.run()
                return true
            }
            group.addTask { [configuration] in
                try? await gracefulShutdown()
                try? await Task.sleep(for: configuration.drain)
                return false
            }
            defer { group.cancelAll() }
            if try await group.next() == false, !Task.isCancelled {
                logger.warning("requests that did not finish in time are cancelled")
            }
        }
    }

    /// Hummingbird announces its start as info; our own line says it already.
    private func quieter(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
