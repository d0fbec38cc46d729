public import Logging
public import Operations
public import REST
public import ServiceLifecycle

internal import Glibc
internal import HTTPServing
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
        let listener = HTTPListener(
            responder: responder,
            configuration: .init(
                address: .hostname(configuration.host, port: Int(configuration.port)), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.maximumConnections)),
            connection: .init(
                additionalChannelHandlers: [ConnectionHandler()], idleTimeout: .seconds(60),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)),
            drain: configuration.drain, logger: logger, started: started)
        do {
            try await listener.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortTaken(port: configuration.port, setting: "CONSULT_HTTP_PORT")
        }
    }
}
