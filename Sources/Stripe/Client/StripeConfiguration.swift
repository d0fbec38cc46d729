internal import Foundation

/// Where Stripe is, who we are, and how long we wait.
public struct StripeConfiguration: Sendable {
    /// The API's address without a path, such as `https://api.stripe.com`.
    public let baseURL: String
    let secretKey: String
    /// When a request is sent again.
    public var retry = RetryPolicy()
    /// How long a connection may take to be made.
    public var connectTimeout = Duration.seconds(5)
    /// How long one attempt may take.
    public var requestTimeout = Duration.seconds(20)
    /// The longest answer that is read, in bytes.
    public var answerLimit = 4 << 20

    /// Stripe's own address.
    public static let stripeBaseURL = "https://api.stripe.com"

    /// - Throws: `StripeConfigurationError` where the address or key cannot be used, or a live key would travel unencrypted.
    public init(baseURL: String = stripeBaseURL, secretKey: String) throws(StripeConfigurationError) {
        guard let url = URLComponents(string: baseURL), let scheme = url.scheme?.lowercased(),
            let host = url.host, !host.isEmpty, url.query == nil, url.fragment == nil, url.user == nil,
            ["http", "https"].contains(scheme), ["", "/"].contains(url.path)
        else {
            throw StripeConfigurationError(description: "The address of Stripe must be like https://api.stripe.com.")
        }
        guard !secretKey.isEmpty, secretKey.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw StripeConfigurationError(
                description: "Stripe's secret key is empty or has characters that no key has.")
        }
        if scheme == "http", secretKey.hasPrefix("sk_live_") || secretKey.hasPrefix("rk_live_") {
            throw StripeConfigurationError(description: "A live key is sent over https only.")
        }
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.secretKey = secretKey
    }
}

/// A setting that the gateway cannot work with.
public struct StripeConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public let description: String
}
