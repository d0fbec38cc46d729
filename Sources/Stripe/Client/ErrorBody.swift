internal import Foundation

/// The `error` object of an answer that is no success. Every field may be missing.
struct ErrorBody: Decodable {
    let type: String?
    let code: String?
    let declineCode: String?
    let message: String?
    let parameter: String?
    let intent: String?

    private enum Outer: String, CodingKey { case error }
    private enum Key: String, CodingKey {
        case type, code, message, param
        case declineCode = "decline_code"
        case paymentIntent = "payment_intent"
        case setupIntent = "setup_intent"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Outer.self).nestedContainer(keyedBy: Key.self, forKey: .error)
        type = try? fields.decode(String.self, forKey: .type)
        code = try? fields.decode(String.self, forKey: .code)
        declineCode = try? fields.decode(String.self, forKey: .declineCode)
        message = try? fields.decode(String.self, forKey: .message)
        parameter = try? fields.decode(String.self, forKey: .param)
        intent =
            (try? fields.decode(StripeID<PaymentIntent>.self, forKey: .paymentIntent))?.text
            ?? (try? fields.decode(StripeID<SetupIntent>.self, forKey: .setupIntent))?.text
    }
}

extension StripeError {
    /// The error that an answer is; nil for a success.
    init?(_ answer: StripeAnswer) {
        if (200..<300).contains(answer.status) { return nil }
        let body = try? JSONDecoder().decode(ErrorBody.self, from: Data(answer.body))
        self.init(
            Kind(status: answer.status, body: body), body?.message ?? "Stripe answered \(answer.status).",
            status: answer.status, code: body?.code, declineCode: body?.declineCode, parameter: body?.parameter,
            intent: body?.intent, requestID: answer.requestID)
    }
}

extension StripeError.Kind {
    fileprivate init(status: Int, body: ErrorBody?) {
        if body?.type == "idempotency_error" {
            self = status == 409 ? .keyInUse : .keyReused
            return
        }
        switch status {
        case 402:
            let wantsOwner = [body?.code, body?.declineCode].contains("authentication_required")
            self = wantsOwner ? .authenticationRequired : .card
        case 401, 403: self = .notAllowed
        case 404: self = .notFound
        case 409: self = .keyInUse
        case 429: self = .rateLimit
        case 400..<500: self = body?.type == "card_error" ? .card : .invalidRequest
        default: self = .service
        }
    }
}
