public import HTTPTypes
public import Identifiers

/// Who may use a route.
public enum Access: Sendable, Hashable {
    /// Everybody, signed in or not. A token is not looked at.
    case anyone
    /// Whoever is signed in, also before the e-mail address is confirmed.
    case signedIn
    /// Whoever is signed in with one of these roles and a confirmed e-mail address.
    case verified(Set<Role>)
}

/// How often something may be done: a bucket of `count` that fills up in `seconds`.
public struct RateLimit: Sendable, Hashable {
    /// Whose bucket it is.
    public enum Subject: Sendable, Hashable {
        /// The address the request comes from.
        case address
        /// The signed-in account; without one, the address.
        case account
    }

    /// Names the bucket: routes with the same name share it.
    public var name: String
    /// Requests at once.
    public var count: Int
    /// Seconds until an empty bucket is full again.
    public var seconds: Int
    /// Whose bucket.
    public var subject: Subject

    /// A limit.
    public init(_ name: String, _ count: Int, perSeconds seconds: Int, by subject: Subject) {
        self.name = name
        self.count = count
        self.seconds = seconds
        self.subject = subject
    }
}

/// A row of the API's one table: a path, who may use it, how often, and who answers.
public struct Route: Sendable {
    /// Answers a request.
    public typealias Handler = @Sendable (Call) async throws -> Reply

    /// The method.
    public var method: HTTPRequest.Method
    /// The path under `/api/v1`, with parameters in braces: `/consultants/{id}`.
    public var path: String
    /// Who may use it.
    public var access: Access
    /// How often.
    public var limits: [RateLimit]
    /// Whether it honours `Idempotency-Key`.
    public var isIdempotent: Bool
    /// The longest content, in bytes.
    public var contentLimit: Int
    /// Who answers.
    public var handler: Handler

    /// A row.
    public init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, limits: [RateLimit] = [],
        isIdempotent: Bool = false, contentLimit: Int = 64 << 10, _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.limits = limits
        self.isIdempotent = isIdempotent
        self.contentLimit = contentLimit
        self.handler = handler
    }

    /// The row's name: `POST /auth/register`.
    public var name: String { "\(method.rawValue) \(path)" }
}
