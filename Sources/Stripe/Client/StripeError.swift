/// Why a request to Stripe has no good answer. Fit for a log: no card, no person, no secret.
public struct StripeError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds a caller tells apart.
    public enum Kind: String, Sendable {
        /// The card was refused; `code` and `declineCode` say why. A new attempt takes a new idempotency key.
        case card
        /// The bank wants its customer to authenticate: confirm again while they are there.
        case authenticationRequired
        /// A request with the same key is still being worked on.
        case keyInUse
        /// The key was used for another request before: a fault of ours.
        case keyReused
        /// Too many requests, or somebody else holds the object; nothing was done.
        case rateLimit
        /// The parameters, or the object's state, do not allow it.
        case invalidRequest
        /// There is no such object.
        case notFound
        /// Our key is not accepted, or may not do this.
        case notAllowed
        /// Stripe failed, or answered something that cannot be read: whether it was done is not known.
        case service
        /// The connection was not made: nothing was done.
        case notSent
        /// The request went out and no answer came: whether it was done is not known.
        case unanswered
    }

    /// Which kind it is.
    public var kind: Kind
    /// The HTTP status, where there was an answer.
    public var status: Int?
    /// Stripe's `code`, such as `card_declined`.
    public var code: String?
    /// The bank's reason, such as `insufficient_funds`.
    public var declineCode: String?
    /// Which parameter it is about.
    public var parameter: String?
    /// What Stripe says, in English and for developers.
    public var message: String
    /// The PaymentIntent or SetupIntent that the error left behind.
    public var intent: String?
    /// Stripe's name for the request.
    public var requestID: String?

    /// An error.
    public init(
        _ kind: Kind, _ message: String, status: Int? = nil, code: String? = nil, declineCode: String? = nil,
        parameter: String? = nil, intent: String? = nil, requestID: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.status = status
        self.code = code
        self.declineCode = declineCode
        self.parameter = parameter
        self.intent = intent
        self.requestID = requestID
    }

    /// Whether the request may have been done all the same: read the object before anything else is decided.
    public var leavesOutcomeUnknown: Bool {
        switch kind {
        case .service, .unanswered, .keyInUse: true
        case .card, .authenticationRequired, .keyReused, .rateLimit, .invalidRequest, .notFound, .notAllowed, .notSent:
            false
        }
    }

    /// Kind, status, codes and message.
    public var description: String {
        let facts = [status.map { String($0) }, code, declineCode, parameter, requestID].compactMap { $0 }
        return "\(kind.rawValue)\(facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"): \(message)"
    }
}
