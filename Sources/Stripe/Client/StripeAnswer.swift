/// An answer of Stripe as it came.
public struct StripeAnswer: Sendable, Equatable {
    /// The HTTP status.
    public var status: Int
    /// The body, as JSON where Stripe itself wrote it.
    public var body: [UInt8]
    /// Stripe's name for the request, which its support asks for.
    public var requestID: String?
    /// Seconds to wait, from `Retry-After`.
    public var retryAfter: Int?
    /// Stripe's own word on whether to try again, from `Stripe-Should-Retry`.
    public var shouldRetry: Bool?
    /// Whether it is what the key's first request was answered.
    public var isReplay: Bool

    /// An answer.
    public init(
        status: Int, body: [UInt8], requestID: String? = nil, retryAfter: Int? = nil, shouldRetry: Bool? = nil,
        isReplay: Bool = false
    ) {
        self.status = status
        self.body = body
        self.requestID = requestID
        self.retryAfter = retryAfter
        self.shouldRetry = shouldRetry
        self.isReplay = isReplay
    }
}
