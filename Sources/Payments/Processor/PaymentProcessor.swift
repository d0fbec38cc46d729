public import Stripe

/// Who moves the money, and what people have to know about that.
public struct PaymentProcessor: Sendable {
    /// The way to it.
    public let gateway: StripeGateway
    /// Whether the money is play money; said wherever money is shown.
    public let isSimulated: Bool
    /// The key that browsers give Stripe's own script; nil where there is none.
    public let publishableKey: String?
    /// The address of the stand-in, whose plain pages take the place of Stripe's own; nil where Stripe itself is used.
    public let standInURL: String?

    /// Whether there is one; without, nothing is charged, and calls end with their free time.
    public let isConfigured: Bool

    /// A processor.
    public init(
        gateway: StripeGateway, isSimulated: Bool, publishableKey: String? = nil, standInURL: String? = nil,
        isConfigured: Bool = true
    ) {
        self.isConfigured = isConfigured
        self.gateway = gateway
        self.isSimulated = isSimulated
        self.publishableKey = publishableKey
        self.standInURL = standInURL
    }
}
