internal import Stripe

extension Sandbox {
    mutating func perform(_ action: SandboxAction, fault: SandboxFault?, now: Int64) -> SandboxReply {
        do {
            switch action {
            case .request(let request): return try answer(request, fault: fault, now: now)
            case .setUp(let intent, let secret, let method):
                return reply(to: try completeSetup(intent, secret: secret, method: method, now: now))
            case .authenticate(let intent, let secret, let agrees):
                return reply(to: try completeAuthentication(intent, secret: secret, agrees: agrees, now: now))
            case .onboard(let token): return reply(to: try completeOnboarding(token, now: now))
            case .dispute(let charge, let amount, let reason, let inquiry):
                return reply(
                    to: try openDispute(charge, amount: amount, reason: reason, isInquiry: inquiry, now: now))
            case .escalate(let dispute): return reply(to: try escalate(dispute, now: now))
            case .decide(let dispute, let won): return reply(to: try decide(dispute, won: won, now: now))
            case .delivered(let event):
                events.update(event) { $0.isDelivered = true }
                return reply(to: .object([:]))
            case .advance: return reply(to: .object(["now": .int(now)]))
            }
        } catch {
            return error.reply
        }
    }

    private func reply(to object: JSON) -> SandboxReply { SandboxReply(status: 200, body: object.encoded) }

    /// Answers a request to the API: who asks, what was asked before with this key, and only then the request itself.
    private mutating func answer(
        _ request: SandboxRequest, fault: SandboxFault?, now: Int64
    ) throws(Failure) -> SandboxReply {
        try authenticate(request)
        let (route, ids) = try route(of: request)
        if fault?.kind == .http429 { return Self.tooMany }
        let parameters = try Parameters(request.form, allowed: route.parameters)
        let account = try account(of: request, route: route)
        let keyName = request.idempotencyKey.map { "\(account)\u{0}\($0)" }
        let fingerprint = "\(request.method) \(request.path)\u{0}\(parameters.fingerprint)"
        if let keyName, request.method == "POST", let kept = kept(keyName, now: now) {
            guard kept.fingerprint == fingerprint else { throw Self.keyReused(request.idempotencyKey ?? "") }
            var reply = kept.reply
            reply.isReplay = true
            return reply
        }
        let call = Call(
            parameters: parameters, ids: ids, account: account, now: now, verdict: fault?.verdict, request: request)
        let reply = carryOut(route, call, fault: fault)
        if let keyName, request.method == "POST" {
            answers.insert(KeptAnswer(fingerprint: fingerprint, reply: reply, at: now), id: keyName)
        }
        return reply
    }

    private mutating func carryOut(_ route: APIRoute, _ call: Call, fault: SandboxFault?) -> SandboxReply {
        if fault?.kind == .http500 { return Self.broken }
        let reply: SandboxReply
        do {
            let object = try route.handler(&self, call)
            reply = self.reply(to: try expand(object, call.parameters.list("expand")))
        } catch {
            reply = error.reply
        }
        return fault?.kind == .applied500 ? Self.broken : reply
    }

    /// What the key was answered in the last 24 hours.
    private mutating func kept(_ name: String, now: Int64) -> KeptAnswer? {
        guard let kept = answers[name] else { return nil }
        if now - kept.at > 24 * 3600 {
            answers.remove(name)
            return nil
        }
        return kept
    }

    private func authenticate(_ request: SandboxRequest) throws(Failure) {
        guard let key = request.key, !key.isEmpty else {
            throw .invalid("You did not provide an API key.", status: 401)
        }
        guard key.hasPrefix("sk_test_") else {
            throw .invalid("Invalid API Key provided: this stand-in takes keys that begin with sk_test_.", status: 401)
        }
        if let version = request.version, version != stripeVersion {
            throw .invalid("Invalid Stripe API version: \(version)")
        }
        if let key = request.idempotencyKey, IdempotencyKey(key) == nil {
            throw .invalid("Idempotency keys have 1 to 255 visible ASCII characters.")
        }
    }

    private func route(of request: SandboxRequest) throws(Failure) -> (APIRoute, [String]) {
        let segments = request.path.split(separator: "/").map { String($0) }
        for route in APIRoute.all {
            if let ids = route.ids(in: segments, method: request.method) { return (route, ids) }
        }
        throw .invalid("Unrecognized request URL (\(request.method): \(request.path)).", status: 404)
    }

    private func account(of request: SandboxRequest, route: APIRoute) throws(Failure) -> String {
        guard let account = request.account, !account.isEmpty else { return "" }
        guard accounts[account] != nil else {
            throw .invalid(
                "The provided key does not have access to account '\(account)'.", code: "account_invalid", status: 403)
        }
        guard route.isForAccounts else {
            throw .invalid("This stand-in has payouts, balance and events alone on connected accounts.")
        }
        return account
    }

    private static let tooMany: SandboxReply = {
        var reply = Failure(
            status: 429, type: "invalid_request_error", message: "Too many requests.", code: "rate_limit"
        ).reply
        reply.shouldRetry = true
        return reply
    }()

    private static let broken = Failure(
        status: 500, type: "api_error", message: "An unknown error occurred."
    ).reply

    private static func keyReused(_ key: String) -> Failure {
        Failure(
            status: 400, type: "idempotency_error",
            message: "Keys for idempotent requests can only be used with the same parameters they were first used "
                + "with. Try using a key other than '\(key)' if you meant to execute a different request.")
    }

    /// What is said while a request with the same key is being worked on.
    static let keyInUse = Failure(
        status: 409, type: "idempotency_error",
        message: "There is currently another in-progress request using this Idempotent Key.",
        code: "idempotency_key_in_use"
    ).reply
}

extension SandboxFault {
    fileprivate var verdict: Problem? {
        switch kind {
        case .declined: .declined
        case .authenticationRequired: .authentication
        case .appliedThenCut, .cut, .slow, .http500, .applied500, .http429, .webhookLost, .webhookDoubled,
            .webhookReordered, .webhookLate:
            nil
        }
    }
}
