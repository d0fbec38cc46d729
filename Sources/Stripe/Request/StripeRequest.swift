/// One request to Stripe as a value: it can be stored as text before it is sent, and sent again byte for byte.
public struct StripeRequest: Sendable, Hashable, Codable {
    /// What is done to the path.
    public enum Method: String, Sendable, Codable {
        /// Reads.
        case get = "GET"
        /// Creates or changes.
        case post = "POST"
        /// Removes; by its nature the same when repeated.
        case delete = "DELETE"
    }

    /// The method.
    public let method: Method
    /// The path, such as `/v1/payment_intents`.
    public let path: String
    /// The encoded parameters: the body of a POST, the query of the others.
    public let form: String
    /// The caller's key; each POST that may be repeated has one.
    public let idempotencyKey: IdempotencyKey?
    /// On whose behalf, where it is a connected account; nil: the platform's own.
    public let account: StripeID<Account>?

    /// A request.
    public init(
        _ method: Method, _ path: String, form: Form = Form(), idempotencyKey: IdempotencyKey? = nil,
        account: StripeID<Account>? = nil
    ) {
        self.method = method
        self.path = path
        self.form = form.encoded
        self.idempotencyKey = idempotencyKey
        self.account = account
    }

    /// A request that was stored, with its parameters as they were encoded.
    ///
    /// - Returns: nil where `encodedForm` is no such text.
    public init?(
        _ method: Method, _ path: String, encodedForm: String, idempotencyKey: IdempotencyKey? = nil,
        account: StripeID<Account>? = nil
    ) {
        guard Form(encoded: encodedForm) != nil else { return nil }
        self.method = method
        self.path = path
        form = encodedForm
        self.idempotencyKey = idempotencyKey
        self.account = account
    }

    /// Path and query as they stand on the request line.
    public var target: String {
        method == .post || form.isEmpty ? path : "\(path)?\(form)"
    }

    /// Whether doing it twice is the same as doing it once.
    public var isRepeatable: Bool { method != .post || idempotencyKey != nil }
}

/// A request together with the type of what a success answers.
public struct StripeCall<Object: Decodable & Sendable>: Sendable {
    /// What is sent.
    public let request: StripeRequest

    /// A call; a stored request becomes one again with this.
    public init(_ request: StripeRequest) { self.request = request }

    init(
        _ method: StripeRequest.Method, _ path: String, _ key: IdempotencyKey? = nil,
        account: StripeID<Account>? = nil, form: (inout Form) -> Void = { _ in }
    ) {
        var parameters = Form()
        form(&parameters)
        request = StripeRequest(method, path, form: parameters, idempotencyKey: key, account: account)
    }
}
