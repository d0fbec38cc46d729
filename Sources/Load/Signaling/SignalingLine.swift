import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// One caller's WebSocket to the server: requests with answers, and events.
final class SignalingLine: Sendable {
    /// What the server says by itself; ends when the connection does.
    let events: AsyncStream<SignalingEvent>
    private let channel: any Channel
    private let handler: NIOLoopBound<SignalingHandler>
    private let nextID = Atomic<Int>(1)

    private init(channel: any Channel, handler: NIOLoopBound<SignalingHandler>, events: AsyncStream<SignalingEvent>) {
        self.channel = channel
        self.handler = handler
        self.events = events
    }

    // MARK: Requests

    /// Asks something.
    ///
    /// - Throws: `LoadError` with the server's words, or where no answer comes.
    func request<Result: Decodable & Sendable>(
        _ method: String, _ parameters: some Encodable & Sendable, as result: Result.Type
    ) async throws(LoadError) -> Result {
        let id = nextID.add(1, ordering: .relaxed).oldValue
        do {
            let message = try JSONEncoder().encode(SignalingRequest(id: id, method: method, params: parameters))
            let promise = channel.eventLoop.makePromise(of: Data.self)
            channel.eventLoop.execute { [handler] in handler.value.request(id, message, promise) }
            return try JSONDecoder().decode(SignalingReply<Result>.self, from: try await promise.futureResult.get())
                .result
        } catch let error as LoadError {
            throw LoadError("\(method): \(error)")
        } catch {
            throw LoadError("\(method): the answer is not what docs/protocol.md says: \(error)")
        }
    }

    /// Closes the WebSocket and waits until it is closed.
    func close() async {
        channel.eventLoop.execute { [handler] in handler.value.goodbye() }
        // It is closed in any case, whatever came before.
        _ = try? await channel.closeFuture.get()
    }

    // MARK: Opening

    /// What came of asking for a WebSocket.
    private enum Upgrade: Sendable {
        case opened(any Channel, NIOLoopBound<SignalingHandler>)
        case refused(NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>)
    }

    private static let connectTimeout = TimeAmount.seconds(10)
    private static let longestMessage = 1 << 20

    /// Opens a WebSocket (RFC 6455).
    ///
    /// - Throws: `LoadError` where nobody answers, or somebody refuses.
    static func open(
        to server: ServerAddress, tls: NIOSSLContext?, on group: any EventLoopGroup
    ) async throws(LoadError) -> SignalingLine {
        let (events, continuation) = AsyncStream.makeStream(of: SignalingEvent.self)
        do {
            let upgrade: EventLoopFuture<Upgrade> = try await ClientBootstrap(group: group)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connectTimeout(connectTimeout)
                .connect(host: server.host, port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture { try assemble(channel, server, tls, continuation) }
                }
            switch try await upgrade.get() {
            case .opened(let channel, let handler):
                return SignalingLine(channel: channel, handler: handler, events: events)
            case .refused(let answer): throw await refusal(answer)
            }
        } catch let error as LoadError {
            throw error
        } catch let error as NIOConnectionError {
            let reasons = [error.dnsAError, error.dnsAAAAError].compactMap { $0 } + error.connectionErrors.map(\.error)
            throw LoadError("cannot connect to \(server.text): \(reasons.map { "\($0)" }.joined(separator: "; "))")
        } catch {
            let words = "\(error)"
            throw LoadError(
                words.contains("CERTIFICATE_VERIFY_FAILED")
                    ? "\(server.text): the certificate is not trusted; --ca names a file with one that is"
                    : "cannot connect to \(server.text): \(words)")
        }
    }

    private static func assemble(
        _ channel: any Channel, _ server: ServerAddress, _ tls: NIOSSLContext?,
        _ events: AsyncStream<SignalingEvent>.Continuation
    ) throws -> EventLoopFuture<Upgrade> {
        if let tls {
            let isAddress = (try? SocketAddress(ipAddress: server.host, port: 0)) != nil
            try channel.pipeline.syncOperations.addHandler(
                NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : server.host))
        }
        let upgrader = NIOTypedWebSocketClientUpgrader<Upgrade>(maxFrameSize: longestMessage) { channel, _ in
            channel.eventLoop.makeCompletedFuture {
                let handler = SignalingHandler(events: events)
                try channel.pipeline.syncOperations.addHandlers(
                    NIOWebSocketFrameAggregator(
                        minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 64,
                        maxAccumulatedFrameSize: longestMessage), handler)
                return .opened(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
            }
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: server.path, headers: ["Host": server.hostField])
        return try channel.pipeline.syncOperations.configureUpgradableHTTPClientPipeline(
            configuration: .init(
                upgradeConfiguration: NIOTypedHTTPClientUpgradeConfiguration(
                    upgradeRequestHead: head, upgraders: [upgrader]
                ) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        .refused(try NIOAsyncChannel(wrappingChannelSynchronously: channel))
                    }
                }))
    }

    /// Why there is no WebSocket, from the answer's status.
    private static func refusal(
        _ answer: NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
    ) async -> LoadError {
        do {
            return try await answer.executeThenClose { inbound, _ in
                for try await part in inbound {
                    guard case .head(let head) = part else { continue }
                    let hint =
                        head.status == .tooManyRequests
                        ? ": set CONSULT_CONNECTIONS_PER_ADDRESS=0 for the time of the test" : ""
                    return LoadError("the server answers \(head.status.code) instead of a WebSocket\(hint)")
                }
                return LoadError("the server closes instead of opening a WebSocket")
            }
        } catch {
            return LoadError("the server answers no WebSocket: \(error)")
        }
    }
}
