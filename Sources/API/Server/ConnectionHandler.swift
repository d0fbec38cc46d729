internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import REST

/// The manners of one connection that have nothing to do with any route: what cannot be read as HTTP is answered with
/// a problem, `Expect: 100-continue` is honoured, and a connection that ends with a response is closed so that the
/// response arrives.
///
/// Closing a socket while the peer still sends makes the kernel reset the connection, and the peer may lose what it was
/// told. So after a response with `Connection: close` our side alone is closed, what still comes is dropped, and the
/// rest follows when the peer closes or a second later (RFC 9112 §9.6).
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private static let patience = TimeAmount.seconds(1)

    /// What could not be read; Hummingbird's empty 400 is replaced with it.
    private var refusal: Reply?
    private var unanswered = 0
    private var isLast = false
    private var isClosing = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isClosing { return }
        if case .head(let head) = unwrapInboundIn(data) {
            unanswered += 1
            if unanswered == 1, head.headerFields[.expect]?.lowercased() == "100-continue" {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if let refusal, head.status == .badRequest, head.headerFields[.contentLength] == "0" {
                isLast = true
                write(refusal, context: context, promise: promise)
                return
            }
            if head.headerFields[.connection]?.lowercased() == "close" { isLast = true }
        case .body: break
        case .end:
            unanswered -= 1
            if isLast {
                context.writeAndFlush(data, promise: promise)
                close(context)
                return
            }
        }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is IOError, is ChannelError: context.fireErrorCaught(error)
        case let error as HTTPParserError:
            refuse(error)
            context.fireErrorCaught(error)
        default:
            // Well-formed HTTP/1.1 that is no request, such as one with two hosts.
            refuse(.unknown)
            context.fireErrorCaught(HTTPParserError.unknown)
        }
    }

    private func refuse(_ error: HTTPParserError) {
        let problem =
            switch error {
            case .headerOverflow:
                Problem(.requestHeaderFieldsTooLarge, code: "headers_too_large", "The header fields are too long.")
            case .invalidVersion:
                Problem(.httpVersionNotSupported, code: "unsupported_version", "This port speaks HTTP/1.1.")
            case .invalidMethod:
                Problem(.notImplemented, code: "unknown_method", "There is no such method.")
            default: Problem(.badRequest, code: "malformed_request", "The request is not well-formed HTTP.")
            }
        refusal = problem.reply(requestID: nil)
    }

    private func write(_ reply: Reply, context: ChannelHandlerContext, promise: EventLoopPromise<Void>?) {
        var head = HTTPResponse(status: reply.status, headerFields: reply.headers)
        AnswerFields.addSecurity(to: &head.headerFields, for: .data, isSecure: false)
        head.headerFields[.contentLength] = String(reply.body.count)
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(context.channel.allocator.buffer(bytes: reply.body))), promise: promise)
    }

    private func close(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
    }
}
