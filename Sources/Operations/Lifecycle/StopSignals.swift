// Dispatch sources may be used from any thread; their type does not say so yet.
@preconcurrency import Dispatch
import Foundation
public import Logging
public import ServiceLifecycle

/// Runs `services` until SIGTERM or SIGINT, then stops them one after the other, the last one first.
///
/// A second signal ends the process at once, with the exit code that a shell gives to a death by that signal.
///
/// - Parameter drain: how long stopping may take before what is left is cancelled.
/// - Throws: what the first failing service threw; the others have been stopped by then.
public func run(_ services: [any Service], drain: Duration = .seconds(20), logger: Logger) async throws {
    // What is started and stopped, and in which order, is for who looks for a fault.
    var quiet = logger
    if logger.logLevel > .debug { quiet.logLevel = max(logger.logLevel, .warning) }
    var configuration = ServiceGroupConfiguration(
        services: services.map { .init(service: $0) }, logger: quiet)
    configuration.maximumGracefulShutdownDuration = drain
    let group = ServiceGroup(configuration: configuration)
    let signals = StopSignals()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask {
            var isStopping = false
            for await number in signals.received {
                if isStopping {
                    writeToStandardError("consult: ended by a second signal\n")
                    _exit(128 + number)
                }
                isStopping = true
                logger.info("stopping", metadata: ["signal": "\(number == SIGINT ? "SIGINT" : "SIGTERM")"])
                await group.triggerGracefulShutdown()
            }
        }
        defer { tasks.cancelAll() }
        try await tasks.next()
    }
}

/// SIGTERM and SIGINT as they arrive, instead of the process's death; SIGPIPE never.
public final class StopSignals: Sendable {
    /// Their numbers; what comes while nobody looks is kept, up to four.
    public let received: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    /// From now on, until it is freed.
    public init() {
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(4))
        let queue = DispatchQueue(label: "consult.signals")
        received = stream
        sources = [SIGTERM, SIGINT].map { number in
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
