extension APIRoute {
    static let intentRoutes = [
        APIRoute(
            "POST", "v1/payment_intents",
            [
                "allowed_payment_method_types[]", "amount", "application_fee_amount",
                "automatic_payment_methods[allow_redirects]", "automatic_payment_methods[enabled]", "capture_method",
                "confirm", "currency", "customer", "description", "error_on_requires_action", "metadata",
                "metadata[*]", "off_session", "payment_method", "receipt_email", "return_url", "setup_future_usage",
                "statement_descriptor_suffix", "transfer_data[amount]", "transfer_data[destination]", "transfer_group",
            ]
        ) { sandbox, call throws(Failure) in try sandbox.createIntent(call) },
        APIRoute("GET", "v1/payment_intents/*", ["client_secret"]) { sandbox, call throws(Failure) in
            sandbox.json(try sandbox.intent(call.id))
        },
        APIRoute("GET", "v1/payment_intents", page + ["customer"]) { sandbox, call throws(Failure) in
            let owner = call.parameters.text("customer")
            return try sandbox.page(
                sandbox.intents.newestFirst, of: call, created: { sandbox.intents[$0]?.created },
                json: { id in
                    sandbox.intents[id].flatMap { owner == nil || $0.customer == owner ? sandbox.json($0) : nil }
                })
        },
        APIRoute("POST", "v1/payment_intents/*", ["description", "metadata", "metadata[*]", "receipt_email"]) {
            sandbox, call throws(Failure) in
            var row = try sandbox.intent(call.id)
            row.metadata = try call.parameters.metadata(over: row.metadata)
            if let description = call.parameters.text("description") { row.description = description }
            if let address = call.parameters.text("receipt_email") { row.receiptEmail = address }
            sandbox.intents.update(row.id) { $0 = row }
            return sandbox.json(row)
        },
        APIRoute(
            "POST", "v1/payment_intents/*/confirm",
            ["error_on_requires_action", "off_session", "payment_method", "receipt_email", "return_url"]
        ) { sandbox, call throws(Failure) in
            let method = try sandbox.chosenMethod(call)
            return try sandbox.confirm(call.id, method: method, call)
        },
        APIRoute(
            "POST", "v1/payment_intents/*/capture",
            [
                "amount_to_capture", "application_fee_amount", "final_capture", "metadata", "metadata[*]",
                "statement_descriptor_suffix", "transfer_data[amount]",
            ]
        ) { sandbox, call throws(Failure) in try sandbox.capture(call) },
        APIRoute("POST", "v1/payment_intents/*/cancel", ["cancellation_reason"]) { sandbox, call throws(Failure) in
            try sandbox.cancel(call)
        },
    ]
}

extension Sandbox {
    func intent(_ id: String, parameter: String = "intent") throws(Failure) -> IntentRow {
        guard let row = intents[id] else {
            throw .missing(
                "payment_intent", id, parameter: parameter, status: parameter == "intent" ? 404 : 400)
        }
        return row
    }

    fileprivate mutating func createIntent(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        try checkMethodTypes(parameters)
        let currency = try currency(parameters)
        guard let amount = try parameters.amount("amount") else {
            throw .invalid("Missing required param: amount.", code: "parameter_missing", parameter: "amount")
        }
        guard amount >= Self.leastCharge(currency) else {
            throw .invalid(
                "Amount must be at least \(Self.leastCharge(currency)) in minor units of \(currency).",
                code: "amount_too_small", parameter: "amount")
        }
        let owner = try parameters.text("customer").map { id throws(Failure) in
            try customer(id, parameter: "customer").id
        }
        let confirms = try parameters.bool("confirm") ?? false
        if parameters.text("off_session") == "true", !confirms {
            throw .invalid("off_session can only be used with confirm=true.", parameter: "off_session")
        }
        let destination = try destination(parameters)
        let share = try share(of: amount, parameters, hasDestination: destination != nil)
        let captureMethod = try parameters.choice("capture_method", ["automatic", "automatic_async", "manual"])
        let metadata = try parameters.metadata()
        let method = try parameters.text("payment_method").map { id throws(Failure) in
            try usableMethod(id, by: owner, now: call.now)
        }
        if confirms, method == nil {
            throw .invalid("You must provide a payment method to confirm.", parameter: "payment_method")
        }
        let id = makeID("pi_")
        var row = IntentRow(
            id: id, created: call.now, secret: "\(id)_secret_\(makeID(""))", amount: amount, currency: currency,
            isManual: captureMethod == "manual", status: method == nil ? .needsMethod : .needsConfirmation,
            metadata: metadata)
        row.customer = owner
        row.method = method
        row.fee = share.fee
        row.transferAmount = share.transfer
        row.destination = destination
        row.description = parameters.text("description")
        row.receiptEmail = parameters.text("receipt_email")
        row.transferGroup = parameters.text("transfer_group")
        intents.insert(row, id: id)
        emit("payment_intent.created", json(row), at: call.now, by: call.request)
        return confirms ? try confirm(id, method: nil, call) : json(row)
    }

    /// The card that the request names, which may be one of the test methods.
    fileprivate mutating func chosenMethod(_ call: Call) throws(Failure) -> String? {
        let row = try intent(call.id)
        return try call.parameters.text("payment_method").map { id throws(Failure) in
            try usableMethod(id, by: row.customer, now: call.now)
        }
    }

    private mutating func usableMethod(_ id: String, by owner: String?, now: Int64) throws(Failure) -> String {
        let row = try methodOrTestCard(id, now: now)
        if let holder = row.customer, holder != owner {
            throw .invalid(
                "The provided PaymentMethod cannot be used: it belongs to another customer, or none was given.",
                code: "payment_method_unexpected_state", parameter: "payment_method")
        }
        return row.id
    }

    private func currency(_ parameters: Parameters) throws(Failure) -> String {
        let currency = try parameters.required("currency").lowercased()
        guard currency.utf8.count == 3, currency.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            throw .invalid("Invalid currency: \(currency).", parameter: "currency")
        }
        return currency
    }

    private func destination(_ parameters: Parameters) throws(Failure) -> String? {
        guard let id = parameters.text("transfer_data[destination]") else { return nil }
        let row = try account(id, parameter: "transfer_data[destination]")
        guard row.isEnabled, row.requested.contains("transfers") else {
            throw .invalid(
                "Your destination account needs to have at least one of the following capabilities enabled: "
                    + "transfers, crypto_transfers, legacy_payments",
                code: "insufficient_capabilities_for_transfer", parameter: "transfer_data[destination]")
        }
        return id
    }

    /// Our fee and what is transferred, of which at most one may be given.
    func share(
        of amount: Int64, _ parameters: Parameters, hasDestination: Bool
    ) throws(Failure) -> (fee: Int64?, transfer: Int64?) {
        let fee = try parameters.amount("application_fee_amount", least: 0)
        let transfer = try parameters.amount("transfer_data[amount]")
        if !hasDestination, fee != nil || transfer != nil {
            throw .invalid(
                "You can only apply an application_fee_amount to a payment with transfer_data[destination].",
                parameter: fee != nil ? "application_fee_amount" : "transfer_data[amount]")
        }
        if fee != nil, transfer != nil {
            throw .invalid("Provide one of application_fee_amount and transfer_data[amount].")
        }
        if let fee, fee > amount {
            throw .invalid(
                "Your application fee (\(fee)) must be less than or equal to the amount of the charge (\(amount)).",
                code: "application_fee_too_large", parameter: "application_fee_amount")
        }
        if let transfer, transfer > amount {
            throw .invalid("The transfer cannot exceed the charge.", parameter: "transfer_data[amount]")
        }
        return (fee, transfer)
    }

    /// Stripe's smallest charge in minor units, for the currencies that people here use.
    private static func leastCharge(_ currency: String) -> Int64 {
        switch currency {
        case "gbp": 30
        case "jpy": 50
        case "dkk": 250
        case "nok", "sek": 300
        case "czk": 1500
        case "pln": 200
        case "huf": 17_500
        case "mxn": 1000
        case "hkd": 400
        default: 50
        }
    }

    func json(_ row: IntentRow) -> JSON {
        let capturable = row.status == .needsCapture ? row.amount : 0
        var transfer = JSON.null
        if let destination = row.destination {
            transfer = .object(["destination": .text(destination), "amount": .int(row.transferAmount)])
        }
        return .object([
            "id": .text(row.id), "object": "payment_intent", "created": .int(row.created), "livemode": false,
            "amount": .int(row.amount), "amount_capturable": .int(capturable), "amount_received": .int(row.received),
            "currency": .text(row.currency), "status": .text(row.status.rawValue), "customer": .text(row.customer),
            "payment_method": .text(row.method), "latest_charge": .text(row.charge),
            "capture_method": row.isManual ? "manual" : "automatic_async", "confirmation_method": "automatic",
            "application": .null, "application_fee_amount": .int(row.fee), "transfer_data": transfer,
            "transfer_group": .text(row.transferGroup ?? (row.destination == nil ? nil : "group_\(row.id)")),
            "automatic_payment_methods": .object(["enabled": true, "allow_redirects": "never"]),
            "payment_method_types": .array(["card"]), "client_secret": .text(row.secret),
            "description": .text(row.description), "receipt_email": .text(row.receiptEmail),
            "metadata": .texts(row.metadata), "canceled_at": .int(row.canceledAt),
            "cancellation_reason": .text(row.cancellationReason), "last_payment_error": row.problem?.json ?? .null,
            "next_action": nextAction(row), "on_behalf_of": .null, "setup_future_usage": .null, "shipping": .null,
            "statement_descriptor": .null, "statement_descriptor_suffix": .null, "review": .null,
            "processing": .null,
        ])
    }

    /// Where the card's owner authenticates: at Stripe a matter of its client side, here a plain page.
    private func nextAction(_ row: IntentRow) -> JSON {
        guard row.status == .needsAction else { return .null }
        let page = "\(Self.ownAddress)/_sandbox/authenticate/\(row.id)?client_secret=\(row.secret)"
        return .object([
            "type": "use_stripe_sdk",
            "use_stripe_sdk": .object(["type": "three_d_secure_redirect", "stripe_js": .text(page)]),
        ])
    }
}
