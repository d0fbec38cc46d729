import Foundation
import NIOCore
import NIOWebSocket

/// The end of a WebSocket's pipeline: answers to requests find who asked, notifications become events, pings are answered.
/// On its channel's event loop alone.
final class SignalingHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private var waiting: [Int: EventLoopPromise<Data>] = [:]
    private var context: ChannelHandlerContext?
    private var reason: String?
    private let events: AsyncStream<SignalingEvent>.Continuation
    private let decoder = JSONDecoder()

    /// How long a request may take.
    static let patience = TimeAmount.seconds(15)

    init(events: AsyncStream<SignalingEvent>.Continuation) { self.events = events }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: Out

    /// Sends a request; the answer's bytes complete the promise.
    func request(_ id: Int, _ message: Data, _ answer: EventLoopPromise<Data>) {
        guard let context, context.channel.isActive else {
            return answer.fail(LoadError(reason ?? "the WebSocket is closed"))
        }
        waiting[id] = answer
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [self] in
            waiting.removeValue(forKey: id)?.fail(
                LoadError("no answer within \(Self.patience.nanoseconds / 1_000_000_000) s"))
        }
        send(.text, context.channel.allocator.buffer(bytes: message), context)
    }

    /// Says goodbye, and closes when the other side has too.
    func goodbye() {
        guard let context, context.channel.isActive else { return }
        var code = context.channel.allocator.buffer(capacity: 2)
        code.writeInteger(UInt16(1000))
        send(.connectionClose, code, context)
        context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { context.close(promise: nil) }
    }

    private func send(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        // RFC 6455 §5.3: what a client sends is masked.
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        var payload = frame.unmaskedData
        switch frame.opcode {
        case .text: received(Data(payload.readableBytesView))
        case .ping: send(.pong, payload, context)
        case .connectionClose:
            let code: UInt16 = payload.readInteger() ?? 1005
            let words = payload.readString(length: payload.readableBytes) ?? ""
            reason = "the server closed the WebSocket: \(code)\(words.isEmpty ? "" : " \(words)")"
            context.close(promise: nil)
        default: break
        }
    }

    func channelInactive(context: ChannelHandlerContext) { end(reason ?? "the WebSocket broke") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        reason = reason ?? "the WebSocket: \(error)"
        context.close(promise: nil)
    }

    private func received(_ message: Data) {
        guard let envelope = try? decoder.decode(SignalingEnvelope.self, from: message) else { return }
        if let id = envelope.id, envelope.method == nil {
            guard let promise = waiting.removeValue(forKey: id) else { return }
            if let failure = envelope.error {
                promise.fail(LoadError(failure.words))
            } else {
                promise.succeed(message)
            }
            return
        }
        switch envelope.method {
        case "media.candidate": events.yield(.candidate(envelope.params?.candidate ?? ""))
        case "room.ended": events.yield(.ended(envelope.params?.reason ?? "unknown"))
        default: break
        }
    }

    private func end(_ reason: String) {
        for promise in waiting.values { promise.fail(LoadError(reason)) }
        waiting = [:]
        events.yield(.closed(reason))
        events.finish()
    }
}
