/// A request that is not done, as Stripe words it.
struct Failure: Error, Sendable {
    var status: Int
    var type: String
    var message: String
    var code: String?
    var declineCode: String?
    var parameter: String?
    /// `payment_intent` or `setup_intent` with the whole object, where one was left behind.
    var intent: (kind: String, object: JSON)?

    static func invalid(
        _ message: String, code: String? = nil, parameter: String? = nil, status: Int = 400
    ) -> Failure {
        Failure(status: status, type: "invalid_request_error", message: message, code: code, parameter: parameter)
    }

    static func missing(_ kind: String, _ id: String, parameter: String = "id", status: Int = 404) -> Failure {
        invalid("No such \(kind): '\(id)'", code: "resource_missing", parameter: parameter, status: status)
    }

    var reply: SandboxReply {
        var error: [String: JSON] = ["type": .text(type), "message": .text(message)]
        if let code { error["code"] = .text(code) }
        if let declineCode { error["decline_code"] = .text(declineCode) }
        if let parameter { error["param"] = .text(parameter) }
        if let intent { error[intent.kind] = intent.object }
        return SandboxReply(status: status, body: JSON.object(["error": .object(error)]).encoded)
    }
}
