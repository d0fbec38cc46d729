internal import FoundationEssentials
public import HTTPTypes

/// A refusal in the form of RFC 9457, `application/problem+json`.
public struct Problem: Error, Sendable, Equatable {
    /// One field of the request's body or query that is not as it must be.
    public struct FieldError: Sendable, Equatable, Encodable {
        /// Where, as a JSON Pointer into the body (RFC 6901), or the query parameter's name.
        public var pointer: String
        /// What is expected.
        public var detail: String

        /// A field and what is expected of it.
        public init(pointer: String, detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    /// The HTTP status.
    public var status: HTTPResponse.Status
    /// Names the reason for programs; never changes.
    public var code: String
    /// Names it for people.
    public var detail: String
    /// The fields that are wrong, where the request's content is.
    public var errors: [FieldError]
    /// Further header fields, such as `Retry-After`.
    public var headers: HTTPFields
    /// Why a bank refused a card, in the payment processor's word, such as `insufficient_funds`.
    public var declineCode: String?

    /// A refusal.
    public init(
        _ status: HTTPResponse.Status, code: String, _ detail: String, errors: [FieldError] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    /// The same, to be tried again after so many seconds.
    public func retry(after seconds: Int) -> Problem {
        var problem = self
        problem.headers[.retryAfter] = String(max(1, seconds))
        return problem
    }
}

extension Problem {
    /// 401: no token, or one that does not hold (RFC 6750 §3).
    public static func unauthenticated(_ detail: String = "A valid access token is needed.") -> Problem {
        Problem(
            .unauthorized, code: "unauthenticated", detail, headers: [.wwwAuthenticate: "Bearer realm=\"consult\""])
    }

    /// 403: signed in, but not allowed to.
    public static func forbidden(_ detail: String = "Your role does not allow this.") -> Problem {
        Problem(.forbidden, code: "forbidden", detail)
    }

    /// 404: there is no such thing, or it is not the caller's to see.
    public static func notFound(_ what: String) -> Problem {
        Problem(.notFound, code: "not_found", "There is no such \(what).")
    }

    /// 422: the content is well formed, but a field is not as it must be.
    public static func invalid(_ errors: [FieldError]) -> Problem {
        let words = errors.map { "\($0.pointer.isEmpty ? "the content" : $0.pointer): \($0.detail)" }
            .joined(separator: "; ")
        return Problem(.unprocessableContent, code: "invalid_content", words, errors: errors)
    }

    /// 422 for one field.
    public static func invalid(_ pointer: String, _ detail: String) -> Problem {
        invalid([FieldError(pointer: pointer, detail: detail)])
    }

    /// 429.
    public static func tooMany(_ detail: String = "Too many requests.", retryAfter seconds: Int) -> Problem {
        Problem(.tooManyRequests, code: "rate_limited", detail).retry(after: seconds)
    }

    /// 503.
    public static func unavailable(_ detail: String = "The service is not available at the moment.") -> Problem {
        Problem(.serviceUnavailable, code: "unavailable", detail).retry(after: 1)
    }
}

extension Problem {
    private struct Document: Encodable {
        var type = "about:blank"
        var title: String
        var status: Int
        var code: String
        var detail: String
        var errors: [FieldError]?
        var declineCode: String?
        var requestId: String?
    }

    /// The refusal as a reply.
    public func reply(requestID: String?) -> Reply {
        let document = Document(
            title: status.reasonPhrase, status: status.code, code: code, detail: detail,
            errors: errors.isEmpty ? nil : errors, declineCode: declineCode, requestId: requestID)
        var reply = Reply.json(document, status: status)
        reply.headers[.contentType] = "application/problem+json"
        for field in headers { reply.headers.append(field) }
        return reply
    }
}
