public import ServiceLifecycle

/// A part of the process that is started, runs by itself, and is stopped: a `Service` made of two closures.
///
/// `stop` is called once, also when `start` failed half-way or the process is cancelled instead of stopped.
public struct Part: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description: String
    private let start: @Sendable () async throws -> Void
    private let stop: @Sendable () async -> Void

    /// A part by its two ends.
    public init(
        _ name: String, start: @escaping @Sendable () async throws -> Void, stop: @escaping @Sendable () async -> Void
    ) {
        description = name
        self.start = start
        self.stop = stop
    }

    /// Starts, waits until it is told to stop, and stops.
    public func run() async throws {
        do {
            try await start()
            try await gracefulShutdown()
        } catch is CancellationError {
            // Cancelled because another part failed: stopping is the same.
        } catch {
            await stop()
            throw error
        }
        await stop()
    }
}
