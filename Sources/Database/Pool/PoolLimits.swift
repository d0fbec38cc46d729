/// How far a pool may go.
public struct PoolLimits: Sendable {
    /// Connections at a time.
    public var connections: Int
    /// Callers that may wait for a connection; one more is refused at once.
    public var waiting: Int
    /// How long a caller waits for a connection, connecting included.
    public var patience: Duration
    /// A connection older than this is replaced when it is returned.
    public var lifetime: Duration
    /// A connection idle for longer is closed.
    public var idleTime: Duration
    /// How often a transaction starts over when it conflicts with others.
    public var conflictRetries: Int

    /// Limits that suit one server process.
    public init(
        connections: Int = 10, waiting: Int = 1000, patience: Duration = .seconds(5),
        lifetime: Duration = .seconds(3600),
        idleTime: Duration = .seconds(300), conflictRetries: Int = 10
    ) {
        self.connections = max(1, connections)
        self.waiting = max(0, waiting)
        self.patience = patience
        self.lifetime = lifetime
        self.idleTime = idleTime
        self.conflictRetries = max(0, conflictRetries)
    }
}

/// A pool's numbers at one moment.
public struct PoolMetrics: Sendable, Equatable {
    /// Connections that are open or being opened.
    public let connections: Int
    /// Of these, the ones nobody uses.
    public let idle: Int
    /// Callers that wait.
    public let waiting: Int
    /// Callers that were refused or ran out of patience, since the start.
    public let refused: Int
    /// Transactions that started over, since the start.
    public let conflicts: Int
}
