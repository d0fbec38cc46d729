internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Closes the connection in the place of an answer that is marked for it.
final class CutHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var isCut = false

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .head(let head) = unwrapOutboundIn(data), head.headerFields[.cut] != nil {
            isCut = true
            context.close(promise: nil)
        }
        if isCut {
            promise?.fail(ChannelError.ioOnClosedChannel)
        } else {
            context.write(data, promise: promise)
        }
    }
}

extension HTTPField.Name {
    /// Marks an answer that is never sent.
    static let cut = HTTPField.Name("X-Sandbox-Cut") ?? .connection
    static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .connection
    static let stripeVersion = HTTPField.Name("Stripe-Version") ?? .connection
    static let stripeAccount = HTTPField.Name("Stripe-Account") ?? .connection
    static let shouldRetry = HTTPField.Name("Stripe-Should-Retry") ?? .connection
    static let replayed = HTTPField.Name("Idempotent-Replayed") ?? .connection
    static let requestID = HTTPField.Name("Request-Id") ?? .connection
}
