/// A request to the stand-in as it came off the wire.
public struct SandboxRequest: Sendable, Hashable, Codable {
    /// `GET`, `POST` or `DELETE`.
    public var method: String
    /// Without the query.
    public var path: String
    /// The encoded parameters, of the query and the body together.
    public var form: String
    /// From `Authorization: Bearer`, or Basic's user name.
    public var key: String?
    /// From `Stripe-Version`.
    public var version: String?
    /// From `Idempotency-Key`.
    public var idempotencyKey: String?
    /// From `Stripe-Account`.
    public var account: String?

    /// A request.
    public init(
        method: String, path: String, form: String = "", key: String?, version: String?,
        idempotencyKey: String? = nil, account: String? = nil
    ) {
        self.method = method
        self.path = path
        self.form = form
        self.key = key
        self.version = version
        self.idempotencyKey = idempotencyKey
        self.account = account
    }
}

/// What the stand-in answers.
public struct SandboxReply: Sendable, Equatable, Codable {
    /// The HTTP status.
    public var status: Int
    /// JSON.
    public var body: String
    /// Whether it is what the key's first request was answered.
    public var isReplay = false
    /// The value of `Stripe-Should-Retry`.
    public var shouldRetry: Bool?

    /// A reply.
    public init(status: Int, body: String, isReplay: Bool = false, shouldRetry: Bool? = nil) {
        self.status = status
        self.body = body
        self.isReplay = isReplay
        self.shouldRetry = shouldRetry
    }
}
