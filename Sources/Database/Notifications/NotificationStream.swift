public import Logging

/// What `NOTIFY` brought.
public struct Notification: Sendable, Hashable {
    /// The channel.
    public let channel: String
    /// What the sender added.
    public let payload: String
}

/// What a listener learns.
public enum ListenerEvent: Sendable, Hashable {
    /// It listens from now on. What was sent before is lost to it: read what the notifications are about.
    case listening(again: Bool)
    /// A notification.
    case notification(Notification)
    /// The connection is lost; the next event is `listening` when there is one again.
    case disconnected
}

/// The notifications of some channels, over a connection of its own that is made again whenever it is lost.
///
///     for await event in NotificationStream(configuration, channels: ["outbox"], logger: logger) { … }
///
/// The sequence is pulled: it connects at the first `next`, and between two of them what arrives waits in the socket.
/// It ends when the task is cancelled.
public struct NotificationStream: AsyncSequence, Sendable {
    /// What a listener learns.
    public typealias Element = ListenerEvent
    /// It goes on through every failure.
    public typealias Failure = Never

    private let configuration: DatabaseConfiguration
    private let channels: [String]
    private let logger: Logger

    /// The notifications of these channels.
    public init(_ configuration: DatabaseConfiguration, channels: [String], logger: Logger) {
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
    }

    /// A listener that connects at its first `next`.
    public func makeAsyncIterator() -> Iterator {
        Iterator(configuration: configuration, channels: channels, logger: logger)
    }

    /// One listener.
    public struct Iterator: AsyncIteratorProtocol {
        private enum State {
            case disconnected(attempts: Int)
            case listening(DatabaseConnection)
        }

        private let configuration: DatabaseConfiguration
        private let channels: [String]
        private let logger: Logger
        private var state = State.disconnected(attempts: 0)
        private var hasListened = false
        private var arrived: ArraySlice<Notification> = []

        /// A silent connection is asked for a sign of life this often.
        private static let silence = Duration.seconds(20)

        fileprivate init(configuration: DatabaseConfiguration, channels: [String], logger: Logger) {
            self.configuration = configuration
            self.channels = channels
            self.logger = logger
        }

        /// The next event; nil once the task is cancelled.
        public mutating func next() async -> ListenerEvent? { await next(isolation: nil) }

        /// The next event; nil once the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async -> ListenerEvent? {
            if let notification = arrived.popFirst() { return .notification(notification) }
            while !Task.isCancelled {
                switch state {
                case .disconnected(let attempts):
                    if let event = await connect(attempts) { return event }
                case .listening(let connection):
                    if let event = await listen(on: connection) { return event }
                }
            }
            if case .listening(let connection) = state { await connection.close() }
            return nil
        }

        private nonisolated(nonsending) mutating func connect(_ attempts: Int) async -> ListenerEvent? {
            if attempts > 0 {
                let pause = Swift.min(Duration.milliseconds(20) * (1 << Swift.min(attempts, 7)), .seconds(2))
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
            }
            do throws(DatabaseError) {
                let connection = try await DatabaseConnection.open(configuration)
                _ = try await connection.pipeline(channels.map { "LISTEN \(identifier: $0)" })
                state = .listening(connection)
                defer { hasListened = true }
                return .listening(again: hasListened)
            } catch {
                if attempts == 0 { logger.warning("cannot listen", metadata: ["error": "\(error)"]) }
                state = .disconnected(attempts: attempts + 1)
                return nil
            }
        }

        private nonisolated(nonsending) mutating func listen(on connection: DatabaseConnection) async -> ListenerEvent?
        {
            do throws(DatabaseError) {
                arrived = try await connection.notifications(within: Self.silence)[...]
                if arrived.isEmpty { _ = try await connection.pipeline(["SELECT 1"]) }
                return arrived.popFirst().map { .notification($0) }
            } catch {
                if error.code == .cancelled { return nil }
                logger.warning("the listening connection is lost", metadata: ["error": "\(error)"])
                await connection.close()
                state = .disconnected(attempts: 0)
                return .disconnected
            }
        }
    }
}
