internal import AsyncHTTPClient
internal import Foundation
internal import HTTPServing
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// The stand-in for Stripe as a server: Stripe's API under `/v1`, plain pages in the place of Stripe's own, and
/// `/_sandbox` for what no Stripe has: faults, the requests received, the clock.
///
/// It has no real money, no real cards and no users: whoever reaches it may use it, so it listens on loopback unless told
/// otherwise, and refuses web pages wherever it is not itself a page.
public struct StripeSandboxServer: Service, CustomStringConvertible {
    /// What it is called in the log.
    public let description = "stripe-sandbox"
    private let configuration: SandboxConfiguration
    private let host: SandboxHost
    private let works: AsyncStream<Deliverer.Work>
    private let more: AsyncStream<Deliverer.Work>.Continuation
    private let logger: Logger
    private let started: @Sendable (UInt16) -> Void

    /// A server that starts to listen when it runs.
    ///
    /// - Parameter started: is told the port, once it listens.
    /// - Throws: `SandboxError` where the state file cannot be used.
    public init(
        _ configuration: SandboxConfiguration, logger: Logger, started: @escaping @Sendable (UInt16) -> Void = { _ in }
    ) throws {
        self.configuration = configuration
        self.logger = logger
        self.started = started
        let (stream, continuation) = AsyncStream<Deliverer.Work>.makeStream(bufferingPolicy: .bufferingNewest(20_000))
        works = stream
        more = continuation
        let hasReceiver = configuration.webhookURL != nil
        host = try SandboxHost(configuration, logger: logger) { event in
            if hasReceiver { continuation.yield(.event(event)) }
        }
    }

    /// Makes something go wrong; false where too many faults wait already.
    @discardableResult
    public func inject(_ fault: SandboxFault) async -> Bool { await host.add(fault) }

    /// Takes back every fault that did not happen yet.
    public func clearFaults() async { await host.clearFaults() }

    /// The requests received, oldest first, 20,000 at most.
    public func received() async -> [ReceivedRequest] { await host.received }

    /// Does something to the machine that no request can do.
    @discardableResult
    public func perform(_ action: SandboxAction) async -> SandboxReply { await host.apply(action) }

    /// Serves until a graceful shutdown.
    public func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let result: Result<Void, any Error>
        do {
            try await serve(client)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try? await client.shutdown()
        try result.get()
    }

    private func serve(_ client: HTTPClient) async throws {
        if configuration.webhookURL != nil {
            for event in await host.undelivered where event.mishap?.kind != .lost { more.yield(.event(event)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let deliverer = deliverer(client) {
                group.addTask { [works, more] in await deliverer.run(works, more) }
            }
            do {
                try await listener().run()
            } catch {
                group.cancelAll()
                throw error
            }
            more.finish()
            group.cancelAll()
        }
    }

    private func deliverer(_ client: HTTPClient) -> Deliverer? {
        configuration.webhookURL.map { url in
            Deliverer(
                url: url, secret: configuration.webhookSecret, firstRetry: configuration.firstRetry, client: client,
                logger: logger
            ) { [host] id in _ = await host.apply(.delivered(event: id)) }
        }
    }

    private func listener() -> some Service {
        let doors = SandboxDoors(host: host, publicURL: configuration.publicURL)
        return HTTPListener(
            responder: CallbackResponder<BasicRequestContext> { request, _ in await doors.respond(to: request) },
            configuration: .init(
                address: .hostname(configuration.host, port: Int(configuration.port)), backlog: 1024,
                reuseAddress: true),
            connection: .init(additionalChannelHandlers: [CutHandler()], idleTimeout: .seconds(60)),
            drain: .seconds(1), logger: logger, started: started)
    }
}
