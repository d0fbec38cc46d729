internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOExtras
internal import NIOHTTPTypes
internal import Synchronization

/// The connections of a server, from before anybody can lose them to their end.
///
/// A connection whose preparation ends in the moment in which the server stops to listen is handed to nobody, and NIO
/// ends the process when its writer is freed before it is closed. So each is held here until it is closed.
final class OpenConnections: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private enum Phase {
        case open
        case quiescing
        case closed
    }

    private struct State {
        var phase = Phase.open
        var connections: [ObjectIdentifier: Connection] = [:]
    }

    private let state = Mutex(State())

    /// Holds a connection until it is closed; closes it where the server has ended.
    func hold(_ connection: Connection) {
        let id = ObjectIdentifier(connection.channel)
        let phase = state.withLock { state in
            state.connections[id] = connection
            return state.phase
        }
        connection.channel.closeFuture.whenComplete { [self] _ in
            _ = state.withLock { $0.connections.removeValue(forKey: id) }
        }
        if phase == .closed { connection.channel.close(promise: nil) }
    }

    /// Somebody answers on this connection from now on. What stopped before it could be told is told now.
    func begin(_ connection: Connection) {
        guard state.withLock({ $0.phase }) != .open else { return }
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
    }

    /// From now on a connection ends when nothing is asked on it.
    func quiesce() {
        state.withLock { state in
            if state.phase == .open { state.phase = .quiescing }
        }
    }

    /// Closes all, and whatever still comes.
    func close() {
        let left = state.withLock { state in
            state.phase = .closed
            return Array(state.connections.values)
        }
        for connection in left { connection.channel.close(promise: nil) }
    }
}

/// Hummingbird's HTTP/1.1, its connections held until they are closed.
struct TrackedChannel: ServerChildChannel {
    let base: HTTP1Channel
    let connections: OpenConnections

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<OpenConnections.Connection> {
        base.setup(channel: channel, logger: logger).map { [connections] connection in
            connections.hold(connection)
            return connection
        }
    }

    func handle(value connection: OpenConnections.Connection, logger: Logger) async {
        connections.begin(connection)
        await base.handle(value: connection, logger: logger)
    }
}
