extension APIRoute {
    static let setupRoutes = [
        APIRoute(
            "POST", "v1/setup_intents",
            [
                "allowed_payment_method_types[]", "automatic_payment_methods[allow_redirects]",
                "automatic_payment_methods[enabled]", "confirm", "customer", "description", "metadata", "metadata[*]",
                "payment_method", "return_url", "usage",
            ]
        ) { sandbox, call throws(Failure) in try sandbox.createSetup(call) },
        APIRoute("GET", "v1/setup_intents/*", ["client_secret"]) { sandbox, call throws(Failure) in
            sandbox.json(try sandbox.setup(call.id))
        },
        APIRoute("GET", "v1/setup_intents", page + ["customer"]) { sandbox, call throws(Failure) in
            let owner = call.parameters.text("customer")
            return try sandbox.page(
                sandbox.setups.newestFirst, of: call, created: { sandbox.setups[$0]?.created },
                json: { id in
                    sandbox.setups[id].flatMap { owner == nil || $0.customer == owner ? sandbox.json($0) : nil }
                })
        },
        APIRoute("POST", "v1/setup_intents/*/confirm", ["payment_method", "return_url"]) {
            sandbox, call throws(Failure) in
            try sandbox.confirmSetup(
                call.id, method: call.parameters.text("payment_method"), present: false, verdict: call.verdict,
                now: call.now, by: call.request)
        },
        APIRoute("POST", "v1/setup_intents/*/cancel", ["cancellation_reason"]) { sandbox, call throws(Failure) in
            try sandbox.cancelSetup(call)
        },
    ]
}

extension Sandbox {
    fileprivate mutating func createSetup(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        try checkMethodTypes(parameters)
        let owner = try parameters.text("customer").map { id throws(Failure) in
            try customer(id, parameter: "customer").id
        }
        let usage = try parameters.choice("usage", ["on_session", "off_session"]) ?? "off_session"
        let confirms = try parameters.bool("confirm") ?? false
        let metadata = try parameters.metadata()
        let method = parameters.text("payment_method")
        if confirms, method == nil { throw .invalid("You must provide a payment method to confirm.") }
        let kept = try method.map { id throws(Failure) in try methodOrTestCard(id, now: call.now).id }
        let id = makeID("seti_")
        let row = SetupRow(
            id: id, created: call.now, secret: "\(id)_secret_\(makeID(""))", customer: owner, usage: usage,
            status: kept == nil ? .needsMethod : .needsConfirmation, method: kept, metadata: metadata,
            returnURL: parameters.text("return_url"))
        setups.insert(row, id: id)
        emit("setup_intent.created", json(row), at: call.now, by: call.request)
        guard confirms else { return json(row) }
        return try confirmSetup(
            id, method: nil, present: false, verdict: call.verdict, now: call.now, by: call.request)
    }

    fileprivate func setup(_ id: String) throws(Failure) -> SetupRow {
        guard let row = setups[id] else { throw .missing("setupintent", id) }
        return row
    }

    /// - Parameter present: whether the card's owner authenticates at once, as they do on the stand-in's page.
    fileprivate mutating func confirmSetup(
        _ id: String, method: String?, present: Bool, verdict: Problem?, now: Int64, by request: SandboxRequest?
    ) throws(Failure) -> JSON {
        var row = try setup(id)
        guard row.status != .succeeded, row.status != .canceled else {
            throw .invalid(
                "You cannot confirm this SetupIntent because it has status \(row.status.rawValue).",
                code: "setup_intent_unexpected_state")
        }
        guard let chosen = method ?? row.method else {
            throw .invalid("You must provide a payment method to confirm.", parameter: "payment_method")
        }
        var card = try methodOrTestCard(chosen, now: now)
        if let holder = card.customer, holder != row.customer {
            throw .invalid(
                "The payment method belongs to another customer.", code: "payment_method_unexpected_state")
        }
        let traits = card.card.traits
        if let problem = verdict ?? (traits.isRefusedWhenAttached ? traits.problem : nil) {
            row.status = .needsMethod
            row.method = nil
            row.problem = problem
            setups.update(id) { $0 = row }
            emit("setup_intent.setup_failed", json(row), at: now, by: request)
            throw problem.failure(intent: ("setup_intent", json(row)))
        }
        row.method = card.id
        row.problem = nil
        if card.card.wantsOwnerAtSetup, !present {
            row.status = .needsAction
            setups.update(id) { $0 = row }
            emit("setup_intent.requires_action", json(row), at: now, by: request)
            return json(row)
        }
        row.status = .succeeded
        card.isSetUp = true
        let isNew = card.customer == nil && row.customer != nil
        card.customer = row.customer
        methods.update(card.id) { $0 = card }
        setups.update(id) { $0 = row }
        if isNew { emit("payment_method.attached", json(card), at: now, by: request) }
        emit("setup_intent.succeeded", json(row), at: now, by: request)
        return json(row)
    }

    fileprivate mutating func cancelSetup(_ call: Call) throws(Failure) -> JSON {
        var row = try setup(call.id)
        guard row.status != .succeeded, row.status != .canceled else {
            throw .invalid(
                "You cannot cancel this SetupIntent because it has a status of \(row.status.rawValue).",
                code: "setup_intent_unexpected_state")
        }
        row.status = .canceled
        setups.update(row.id) { $0 = row }
        emit("setup_intent.canceled", json(row), at: call.now, by: call.request)
        return json(row)
    }

    /// What the stand-in's page does when a test method was chosen.
    mutating func completeSetup(
        _ id: String, secret: String, method: String, now: Int64
    ) throws(Failure) -> JSON {
        guard try setup(id).secret == secret else { throw .missing("setupintent", id) }
        guard TestCard(rawValue: method) != nil else { throw .missing("PaymentMethod", method) }
        return try confirmSetup(id, method: method, present: true, verdict: nil, now: now, by: nil)
    }

    func json(_ row: SetupRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "setup_intent", "created": .int(row.created), "livemode": false,
            "client_secret": .text(row.secret), "customer": .text(row.customer), "usage": .text(row.usage),
            "status": .text(row.status.rawValue), "payment_method": .text(row.method),
            "metadata": .texts(row.metadata), "payment_method_types": .array(["card"]), "application": .null,
            "automatic_payment_methods": .object(["allow_redirects": "never", "enabled": true]),
            "cancellation_reason": .null, "description": .null, "latest_attempt": .null, "mandate": .null,
            "next_action": row.status == .needsAction ? .object(["type": "use_stripe_sdk"]) : .null,
            "last_setup_error": row.problem?.json ?? .null,
        ])
    }

    /// Which kinds of methods may be used has to be said in one of the two ways that are left.
    func checkMethodTypes(_ parameters: Parameters) throws(Failure) {
        let types = parameters.list("allowed_payment_method_types")
        if types.contains(where: { $0 != "card" }) {
            throw .invalid("This stand-in knows cards alone.", parameter: "allowed_payment_method_types")
        }
        let automatic = try parameters.bool("automatic_payment_methods[enabled]") ?? true
        let redirects = try parameters.choice("automatic_payment_methods[allow_redirects]", ["always", "never"])
        if parameters.has("automatic_payment_methods[allow_redirects]"),
            !parameters.has("automatic_payment_methods[enabled]")
        {
            throw .invalid(
                "Missing required param: automatic_payment_methods[enabled].", code: "parameter_missing",
                parameter: "automatic_payment_methods[enabled]")
        }
        if automatic, redirects != "never", types.isEmpty, parameters.text("return_url") == nil,
            try parameters.bool("confirm") == true
        {
            throw .invalid(
                "A return_url is needed where payment methods may redirect; or set "
                    + "automatic_payment_methods[allow_redirects] to never.", parameter: "return_url")
        }
    }
}
