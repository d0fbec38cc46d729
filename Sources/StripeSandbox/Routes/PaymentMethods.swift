extension APIRoute {
    static let methodRoutes = [
        APIRoute("GET", "v1/payment_methods/*") { sandbox, call throws(Failure) in
            sandbox.json(try sandbox.method(call.id))
        },
        APIRoute("GET", "v1/payment_methods", page + ["customer", "type"]) { sandbox, call throws(Failure) in
            let owner = try call.parameters.required("customer")
            return try sandbox.listMethods(call, of: owner)
        },
        APIRoute("GET", "v1/customers/*/payment_methods", page + ["type"]) { sandbox, call throws(Failure) in
            let owner = try sandbox.customer(call.id).id
            return try sandbox.listMethods(call, of: owner)
        },
        APIRoute("POST", "v1/payment_methods/*/attach", ["customer"]) { sandbox, call throws(Failure) in
            let owner = try sandbox.customer(try call.parameters.required("customer"), parameter: "customer").id
            return sandbox.json(try sandbox.attach(call.id, to: owner, call))
        },
        APIRoute("POST", "v1/payment_methods/*/detach") { sandbox, call throws(Failure) in
            try sandbox.detach(call)
        },
    ]
}

extension Sandbox {
    fileprivate func listMethods(_ call: Call, of owner: String) throws(Failure) -> JSON {
        _ = try call.parameters.choice("type", ["card"])
        return try page(
            methods.newestFirst, of: call, created: { methods[$0]?.created },
            json: { id in methods[id].flatMap { $0.customer == owner ? json($0) : nil } })
    }

    /// A stored card, or a new one where `id` is the name of a test method.
    mutating func methodOrTestCard(_ id: String, now: Int64) throws(Failure) -> MethodRow {
        guard let card = TestCard(rawValue: id) else { return try method(id, parameter: "payment_method") }
        let row = MethodRow(id: makeID("pm_"), created: now, card: card)
        methods.insert(row, id: row.id)
        return row
    }

    func method(_ id: String, parameter: String = "id") throws(Failure) -> MethodRow {
        guard let row = methods[id] else {
            throw .missing("PaymentMethod", id, parameter: parameter, status: parameter == "id" ? 404 : 400)
        }
        return row
    }

    /// The id of a card that belongs to `owner`.
    func ownMethod(_ id: String, of owner: String) throws(Failure) -> String {
        guard try method(id, parameter: "payment_method").customer == owner else {
            throw .invalid(
                "The payment method must be attached to the customer first.", code: "resource_missing",
                parameter: "payment_method")
        }
        return id
    }

    /// Stores a card with a customer; a bank that refuses it is answered with 402.
    mutating func attach(_ id: String, to owner: String, _ call: Call) throws(Failure) -> MethodRow {
        if let card = TestCard(rawValue: id), card.traits.isRefusedWhenAttached, let problem = card.traits.problem {
            throw problem.failure(intent: nil)
        }
        if let verdict = call.verdict { throw verdict.failure(intent: nil) }
        if let present = methods[id], let holder = present.customer, holder != owner {
            throw .invalid(
                "The payment method you provided has already been attached to a customer.",
                code: "payment_method_unexpected_state")
        }
        var row = try methodOrTestCard(id, now: call.now)
        guard row.customer == nil else { return row }
        row.customer = owner
        methods.update(row.id) { $0 = row }
        emit("payment_method.attached", json(row), at: call.now, by: call.request)
        return row
    }

    fileprivate mutating func detach(_ call: Call) throws(Failure) -> JSON {
        var row = try method(call.id)
        guard let owner = row.customer else {
            throw .invalid(
                "The payment method you provided is not attached to a customer so detachment is impossible.",
                code: "payment_method_unexpected_state")
        }
        row.customer = nil
        methods.update(row.id) { $0 = row }
        customers.update(owner) { if $0.defaultMethod == row.id { $0.defaultMethod = nil } }
        emit("payment_method.detached", json(row), at: call.now, by: call.request)
        return json(row)
    }

    func json(_ row: MethodRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "payment_method", "created": .int(row.created), "livemode": false,
            "type": "card", "customer": .text(row.customer), "metadata": .object([:]), "card": card(row.card),
            "billing_details": .object(["address": .null, "email": .null, "name": .null, "phone": .null]),
            "allow_redisplay": "unspecified",
        ])
    }

    /// What is shown of a card.
    func card(_ card: TestCard) -> JSON {
        .object([
            "brand": .text(card.traits.brand), "last4": .text(card.traits.last4), "exp_month": .int(12),
            "exp_year": .int(2034), "country": "US", "funding": "credit", "wallet": .null,
            "fingerprint": .text("sandbox\(card.traits.last4)"),
        ])
    }
}
