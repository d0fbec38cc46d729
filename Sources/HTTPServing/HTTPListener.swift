public import Hummingbird
public import HummingbirdCore
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// An HTTP/1.1 server on one port, and the order of its end.
///
/// When it is to stop, it takes no further connection, closes those on which nothing is asked, lets running requests
/// finish for `drain`, and then cancels them. Cancelling it is the same: Hummingbird's own server, when it is cancelled
/// while it listens, drops a connection that it accepts in that moment, and NIO ends the process for it.
public struct HTTPListener<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    private let responder: Responder
    private let configuration: ApplicationConfiguration
    private let connection: HTTP1Channel.Configuration
    private let drain: Duration
    private let logger: Logger
    private let started: @Sendable (UInt16) -> Void

    /// A server that starts to listen when it runs.
    ///
    /// - Parameters:
    ///   - configuration: where it listens.
    ///   - connection: what holds for each connection.
    ///   - drain: how long running requests may take after the stop.
    ///   - started: is told the port, once it listens.
    public init(
        responder: Responder, configuration: ApplicationConfiguration, connection: HTTP1Channel.Configuration,
        drain: Duration, logger: Logger, started: @escaping @Sendable (UInt16) -> Void
    ) {
        self.responder = responder
        self.configuration = configuration
        self.connection = connection
        self.drain = drain
        self.logger = logger
        self.started = started
    }

    /// Serves until a graceful shutdown, or until it is cancelled.
    ///
    /// - Throws: an `IOError` where it cannot listen.
    public func run() async throws {
        let connections = OpenConnections()
        let running = Signal()
        let stop = Signal()
        let group = ServiceGroup(
            configuration: .init(services: [application(connections, running)], logger: quietLogger))
        // Of their own, so that neither a stop nor a cancellation reaches the server but through `end`.
        let serving = Task.detached {
            defer {
                running.give()
                stop.give()
            }
            try await group.run()
        }
        let ending = Task.detached {
            await stop.wait()
            await running.wait()
            await end(serving, of: group, connections)
        }
        defer {
            ending.cancel()
            connections.close()
        }
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await serving.value
        } onCancelOrGracefulShutdown: {
            stop.give()
        }
    }

    private func end(
        _ serving: Task<Void, any Error>, of group: ServiceGroup, _ connections: OpenConnections
    ) async {
        connections.quiesce()
        await group.triggerGracefulShutdown()
        do { try await Task.sleep(for: drain) } catch { return }
        logger.warning("requests that did not finish in time are cancelled")
        serving.cancel()
        connections.close()
    }

    private func application(_ connections: OpenConnections, _ running: Signal) -> some ApplicationProtocol {
        Application(
            responder: responder,
            server: HTTPServerBuilder { [connection] responder in
                TrackedChannel(
                    base: HTTP1Channel(responder: responder, configuration: connection), connections: connections)
            },
            configuration: configuration,
            onServerRunning: { [started] channel in
                started(UInt16(clamping: channel.localAddress?.port ?? 0))
                running.give()
            },
            logger: quietLogger)
    }

    /// Hummingbird announces its start as info; the line of whoever started it says it already.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }
}

/// Something that happens once.
private struct Signal: Sendable {
    private let stream: AsyncStream<Never>
    private let continuation: AsyncStream<Never>.Continuation

    init() { (stream, continuation) = AsyncStream<Never>.makeStream() }

    /// It has happened.
    func give() { continuation.finish() }

    /// Returns once it has happened, or the task is cancelled.
    func wait() async { for await _ in stream {} }
}
