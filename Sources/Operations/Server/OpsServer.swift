import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// The private HTTP port: health, metrics, the calls, and the grant of more media time.
///
/// | route | what |
/// |---|---|
/// | `GET /livez` | 200 while the process runs |
/// | `GET /readyz` | 200 when calls are taken, 503 with the reasons otherwise |
/// | `GET /metrics` | Prometheus text format |
/// | `GET /calls` | the rooms and their media clocks |
/// | `POST /calls/{room}/horizon` `{"seconds": n}` | moves the media second up to which a call is paid for |
///
/// It has no users of its own: whoever reaches the port may use it, so it listens on loopback unless told otherwise. A
/// request that a web page makes (it carries `Origin`) is refused, so that no page in a browser on this machine can
/// grant time.
public struct OpsServer: Service {
    /// What the routes do, given by whoever assembles the process.
    public struct Handlers: Sendable {
        /// Reasons against taking calls now.
        public var reasonsAgainst: @Sendable () async -> [String]
        /// Every metric now.
        public var metrics: @Sendable () async -> [MetricFamily]
        /// Every call now.
        public var calls: @Sendable () async -> [CallReport]
        /// Moves a room's horizon.
        public var extendHorizon: @Sendable (_ room: String, _ seconds: Int) async -> HorizonOutcome

        /// The routes' ends.
        public init(
            reasonsAgainst: @escaping @Sendable () async -> [String],
            metrics: @escaping @Sendable () async -> [MetricFamily],
            calls: @escaping @Sendable () async -> [CallReport],
            extendHorizon: @escaping @Sendable (_ room: String, _ seconds: Int) async -> HorizonOutcome
        ) {
            self.reasonsAgainst = reasonsAgainst
            self.metrics = metrics
            self.calls = calls
            self.extendHorizon = extendHorizon
        }
    }

    /// What came of moving a horizon.
    public enum HorizonOutcome: Sendable, Equatable {
        /// The clock afterwards.
        case extended(ClockReport)
        /// No such room.
        case notFound
        /// The room is there, but its horizon cannot be moved: a reason for programs, and one for people.
        case refused(code: String, detail: String)
    }

    private let host: String
    private let port: UInt16
    private let handlers: Handlers
    private let logger: Logger
    private let started: @Sendable (Int) -> Void

    /// A server that starts to listen when it runs.
    ///
    /// - Parameter started: is told the port, once it listens.
    public init(
        host: String, port: UInt16, handlers: Handlers, logger: Logger,
        started: @escaping @Sendable (Int) -> Void = { _ in }
    ) {
        self.host = host
        self.port = port
        self.handlers = handlers
        self.logger = logger
        self.started = started
    }

    /// Serves until a graceful shutdown.
    public func run() async throws {
        let timings = RequestTimings(port: "ops", routes: OpsRoutes.all)
        let routes = OpsRoutes(handlers: handlers, timings: timings)
        let listener = HTTPListener(
            responder: routes.router().buildResponder(),
            configuration: .init(address: .hostname(host, port: Int(port)), reuseAddress: true),
            connection: .init(idleTimeout: .seconds(60)), drain: .seconds(2), logger: logger
        ) { [started] port in started(Int(port)) }
        do {
            try await listener.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw PortTaken(port: port, setting: SettingTable.standard.opsPort.name)
        }
    }
}

/// A port that somebody else listens on.
public struct PortTaken: Error, CustomStringConvertible {
    /// Which port.
    public let port: UInt16
    /// The setting that names another.
    public let setting: String

    /// A taken port, and the setting that names another.
    public init(port: UInt16, setting: String) {
        self.port = port
        self.setting = setting
    }

    /// What is wrong and how to mend it.
    public var description: String {
        "port \(port) is taken by another program; stop that, or choose another port with \(setting)"
    }
}
