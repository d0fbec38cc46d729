extension APIRoute {
    private static let fields = [
        "description", "email", "metadata", "metadata[*]", "name", "invoice_settings[default_payment_method]",
    ]

    static let customerRoutes = [
        APIRoute("POST", "v1/customers", fields + ["payment_method"]) { sandbox, call throws(Failure) in
            try sandbox.createCustomer(call)
        },
        APIRoute("GET", "v1/customers", page + ["email"]) { sandbox, call throws(Failure) in
            let email = call.parameters.text("email")
            return try sandbox.page(
                sandbox.customers.newestFirst, of: call, created: { sandbox.customers[$0]?.created },
                json: { id in
                    sandbox.customers[id].flatMap {
                        $0.isDeleted || $0.email != email ?? $0.email ? nil : sandbox.json($0)
                    }
                })
        },
        APIRoute("GET", "v1/customers/*") { sandbox, call throws(Failure) in
            guard let row = sandbox.customers[call.id] else { throw .missing("customer", call.id) }
            return sandbox.json(row)
        },
        APIRoute("POST", "v1/customers/*", fields) { sandbox, call throws(Failure) in
            try sandbox.updateCustomer(call)
        },
        APIRoute("DELETE", "v1/customers/*") { sandbox, call throws(Failure) in try sandbox.deleteCustomer(call) },
    ]
}

extension Sandbox {
    fileprivate mutating func createCustomer(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        let method = parameters.text("payment_method")
        // What could fail is looked at before anything is made.
        if let method, let traits = TestCard(rawValue: method)?.traits {
            if traits.isRefusedWhenAttached, let problem = traits.problem { throw problem.failure(intent: nil) }
        } else if let method, try self.method(method, parameter: "payment_method").customer != nil {
            throw .invalid(
                "The payment method you provided has already been attached to a customer.",
                code: "payment_method_unexpected_state")
        }
        if parameters.has("invoice_settings[default_payment_method]"), method == nil {
            throw .invalid("A new customer has no payment method that could be the default.")
        }
        let metadata = try parameters.metadata()
        let id = makeID("cus_")
        var row = CustomerRow(
            id: id, created: call.now, email: parameters.text("email"), name: parameters.text("name"),
            description: parameters.text("description"), metadata: metadata)
        customers.insert(row, id: id)
        if let method {
            let card = try attach(method, to: id, call).id
            if parameters.has("invoice_settings[default_payment_method]") {
                row.defaultMethod = card
                customers.update(id) { $0.defaultMethod = card }
            }
        }
        emit("customer.created", json(row), at: call.now, by: call.request)
        return json(row)
    }

    fileprivate mutating func updateCustomer(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        var row = try customer(call.id)
        row.metadata = try parameters.metadata(over: row.metadata)
        if parameters.has("email") { row.email = parameters.text("email") }
        if parameters.has("name") { row.name = parameters.text("name") }
        if parameters.has("description") { row.description = parameters.text("description") }
        let standard = "invoice_settings[default_payment_method]"
        if let method = parameters.text(standard) {
            row.defaultMethod = try ownMethod(method, of: row.id)
        } else if parameters.has(standard) {
            row.defaultMethod = nil
        }
        customers.update(row.id) { $0 = row }
        emit("customer.updated", json(row), at: call.now, by: call.request)
        return json(row)
    }

    fileprivate mutating func deleteCustomer(_ call: Call) throws(Failure) -> JSON {
        var row = try customer(call.id)
        for id in methods.newestFirst where methods[id]?.customer == row.id {
            methods.update(id) { $0.customer = nil }
        }
        let before = json(row)
        row.isDeleted = true
        customers.update(row.id) { $0 = row }
        emit("customer.deleted", before, at: call.now, by: call.request)
        return json(row)
    }

    /// A customer who was not removed.
    func customer(_ id: String, parameter: String = "id") throws(Failure) -> CustomerRow {
        guard let row = customers[id], !row.isDeleted else {
            throw .missing("customer", id, parameter: parameter, status: parameter == "id" ? 404 : 400)
        }
        return row
    }

    func json(_ row: CustomerRow) -> JSON {
        if row.isDeleted { return .object(["id": .text(row.id), "object": "customer", "deleted": true]) }
        return .object([
            "id": .text(row.id), "object": "customer", "created": .int(row.created), "livemode": false,
            "email": .text(row.email), "name": .text(row.name), "description": .text(row.description),
            "metadata": .texts(row.metadata), "balance": .int(0), "currency": .null, "default_source": .null,
            "delinquent": false, "discount": .null, "phone": .null, "shipping": .null, "address": .null,
            "invoice_settings": .object([
                "custom_fields": .null, "default_payment_method": .text(row.defaultMethod), "footer": .null,
                "rendering_options": .null,
            ]),
        ])
    }
}

extension Problem {
    /// The refusal as it is answered, with the intent that it left behind.
    func failure(intent: (kind: String, object: JSON)?) -> Failure {
        Failure(
            status: 402, type: "card_error", message: message, code: code, declineCode: declineCode, intent: intent)
    }

    var json: JSON {
        var fields: [String: JSON] = ["type": "card_error", "code": .text(code), "message": .text(message)]
        if let declineCode { fields["decline_code"] = .text(declineCode) }
        return .object(fields)
    }
}
