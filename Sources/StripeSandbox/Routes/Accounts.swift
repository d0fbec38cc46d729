extension APIRoute {
    private static let fields = [
        "business_profile[mcc]", "business_profile[name]", "business_profile[product_description]",
        "business_profile[url]", "business_type", "capabilities[card_payments][requested]",
        "capabilities[transfers][requested]", "default_currency", "email", "metadata", "metadata[*]",
        "settings[payouts][debit_negative_balances]", "settings[payouts][schedule][delay_days]",
        "settings[payouts][schedule][interval]", "settings[payouts][schedule][monthly_anchor]",
        "settings[payouts][schedule][weekly_anchor]",
    ]

    static let accountRoutes = [
        APIRoute(
            "POST", "v1/accounts",
            fields + [
                "controller[fees][payer]", "controller[losses][payments]", "controller[requirement_collection]",
                "controller[stripe_dashboard][type]", "country",
            ]
        ) { sandbox, call throws(Failure) in try sandbox.createAccount(call) },
        APIRoute("GET", "v1/accounts/*") { sandbox, call throws(Failure) in
            sandbox.json(try sandbox.account(call.id))
        },
        APIRoute("GET", "v1/accounts", page) { sandbox, call throws(Failure) in
            try sandbox.page(
                sandbox.accounts.newestFirst, of: call, created: { sandbox.accounts[$0]?.created },
                json: { sandbox.accounts[$0].map { sandbox.json($0) } })
        },
        APIRoute("POST", "v1/accounts/*", fields) { sandbox, call throws(Failure) in
            try sandbox.updateAccount(call)
        },
        APIRoute("DELETE", "v1/accounts/*") { sandbox, call throws(Failure) in try sandbox.deleteAccount(call) },
        APIRoute(
            "POST", "v1/account_links",
            ["account", "collection_options[fields]", "collect", "refresh_url", "return_url", "type"]
        ) { sandbox, call throws(Failure) in try sandbox.createLink(call) },
    ]
}

extension Sandbox {
    fileprivate mutating func createAccount(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        let choices = [
            "fees[payer]": ["account", "application"], "losses[payments]": ["application", "stripe"],
            "requirement_collection": ["application", "stripe"], "stripe_dashboard[type]": ["express", "full", "none"],
        ]
        var controller: [String: String] = [:]
        for (name, values) in choices {
            let full = name.hasSuffix("]") ? name.replacing("[", with: "][", maxReplacements: 1) : "\(name)]"
            controller[name] = try parameters.choice("controller[\(full)", values)
        }
        // Who bears losses with Stripe's dashboard for them decides who may collect requirements.
        if controller["requirement_collection"] == "application", controller["losses[payments]"] != "application" {
            throw .invalid(
                "controller[requirement_collection]=application needs controller[losses][payments]=application.",
                parameter: "controller")
        }
        if controller["stripe_dashboard[type]"] == "express", controller["requirement_collection"] == "application" {
            throw .invalid(
                "controller[stripe_dashboard][type]=express needs controller[requirement_collection]=stripe.",
                parameter: "controller")
        }
        let country = parameters.text("country") ?? "US"
        guard country.utf8.count == 2, country.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw .invalid("Country '\(country)' is unknown.", code: "country_unsupported", parameter: "country")
        }
        let capabilities = ["card_payments", "transfers"]
        var requested: [String] = []
        for name in capabilities where try parameters.bool("capabilities[\(name)][requested]") == true {
            requested.append(name)
        }
        let metadata = try parameters.metadata()
        let (interval, anchor) = try schedule(parameters) ?? ("daily", nil)
        let id = makeID("acct_")
        let row = AccountRow(
            id: id, created: call.now, country: country, currency: parameters.text("default_currency") ?? "usd",
            controller: controller, requested: requested, email: parameters.text("email"), metadata: metadata,
            interval: interval, anchor: anchor, lastPayout: call.now)
        accounts.insert(row, id: id)
        return json(row)
    }

    fileprivate mutating func updateAccount(_ call: Call) throws(Failure) -> JSON {
        var row = try account(call.id)
        row.metadata = try call.parameters.metadata(over: row.metadata)
        if let email = call.parameters.text("email") { row.email = email }
        if let (interval, anchor) = try schedule(call.parameters) { (row.interval, row.anchor) = (interval, anchor) }
        accounts.update(row.id) { $0 = row }
        emit("account.updated", json(row), account: row.id, at: call.now, by: call.request)
        return json(row)
    }

    fileprivate mutating func deleteAccount(_ call: Call) throws(Failure) -> JSON {
        let row = try account(call.id)
        guard balances[row.id, default: [:]].values.allSatisfy({ $0 == 0 }) else {
            throw .invalid("The account's balance is not zero.", code: "account_invalid")
        }
        accounts.remove(row.id)
        return .object(["id": .text(row.id), "object": "account", "deleted": true])
    }

    private func schedule(_ parameters: Parameters) throws(Failure) -> (String, String?)? {
        let name = "settings[payouts][schedule]"
        guard
            let interval = try parameters.choice("\(name)[interval]", ["manual", "daily", "weekly", "monthly"])
        else { return nil }
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"]
        let weekly = try parameters.choice("\(name)[weekly_anchor]", days)
        let monthly = try parameters.int("\(name)[monthly_anchor]")
        if interval == "weekly", weekly == nil {
            throw .invalid("Missing required param: \(name)[weekly_anchor].", code: "parameter_missing")
        }
        if interval == "monthly", !(1...31).contains(monthly ?? 0) {
            throw .invalid("\(name)[monthly_anchor] must be 1 to 31.", parameter: "\(name)[monthly_anchor]")
        }
        return (interval, weekly ?? monthly.map { String($0) })
    }

    func account(_ id: String, parameter: String = "id") throws(Failure) -> AccountRow {
        guard let row = accounts[id] else {
            throw .missing("account", id, parameter: parameter, status: parameter == "id" ? 404 : 400)
        }
        return row
    }

    fileprivate mutating func createLink(_ call: Call) throws(Failure) -> JSON {
        let parameters = call.parameters
        let row = try account(try parameters.required("account"), parameter: "account")
        _ = try parameters.required("type")
        _ = try parameters.choice("type", ["account_onboarding", "account_update"])
        let returnURL = try webAddress("return_url", parameters)
        let refreshURL = try webAddress("refresh_url", parameters)
        let link = LinkRow(
            token: makeID(""), account: row.id, expires: call.now + 300, returnURL: returnURL, refreshURL: refreshURL)
        links.insert(link, id: link.token)
        links.keep(1000)
        if options.enablesAccountsAtOnce { enable(row.id, now: call.now, by: call.request) }
        // The server puts its own address before the path.
        return .object([
            "object": "account_link", "created": .int(call.now), "expires_at": .int(link.expires),
            "url": .text("\(Self.ownAddress)/_sandbox/onboarding/\(link.token)"),
        ])
    }

    /// Stands for the server's address in what the machine answers.
    static let ownAddress = "sandbox:own-address"

    private func webAddress(_ name: String, _ parameters: Parameters) throws(Failure) -> String {
        let address = try parameters.required(name)
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw .invalid("Not a valid URL", code: "url_invalid", parameter: name)
        }
        return address
    }

    private mutating func enable(_ id: String, now: Int64, by request: SandboxRequest?) {
        guard var row = accounts[id], !row.isEnabled else { return }
        row.isEnabled = true
        accounts.update(id) { $0 = row }
        emit("account.updated", json(row), account: id, at: now, by: request)
    }

    /// What the onboarding page does: the link is used up, the account ready.
    mutating func completeOnboarding(_ token: String, now: Int64) throws(Failure) -> JSON {
        guard let link = links[token], link.expires >= now else { throw .missing("account_link", token) }
        links.remove(token)
        enable(link.account, now: now, by: nil)
        return .object(["return_url": .text(link.returnURL)])
    }

    func json(_ row: AccountRow) -> JSON {
        let due: [JSON] = row.isEnabled ? [] : ["external_account", "tos_acceptance.date"]
        let state = row.isEnabled ? "active" : "inactive"
        var schedule: [String: JSON] = ["interval": .text(row.interval), "delay_days": .int(2)]
        if row.interval == "weekly" { schedule["weekly_anchor"] = .text(row.anchor) }
        if row.interval == "monthly" { schedule["monthly_anchor"] = .int(row.anchor.flatMap { Int64($0) }) }
        let controller = row.controller
        return .object([
            "id": .text(row.id), "object": "account", "created": .int(row.created), "country": .text(row.country),
            "default_currency": .text(row.currency), "email": .text(row.email), "metadata": .texts(row.metadata),
            "type": "none", "charges_enabled": .bool(row.isEnabled), "payouts_enabled": .bool(row.isEnabled),
            "details_submitted": .bool(row.isEnabled),
            "capabilities": .object(Dictionary(uniqueKeysWithValues: row.requested.map { ($0, JSON.text(state)) })),
            "controller": .object([
                "type": "application", "is_controller": true,
                "fees": .object(["payer": .text(controller["fees[payer]"] ?? "account")]),
                "losses": .object(["payments": .text(controller["losses[payments]"] ?? "stripe")]),
                "requirement_collection": .text(controller["requirement_collection"] ?? "stripe"),
                "stripe_dashboard": .object(["type": .text(controller["stripe_dashboard[type]"] ?? "full")]),
            ]),
            "requirements": .object([
                "currently_due": .array(due), "past_due": .array([]), "eventually_due": .array(due),
                "pending_verification": .array([]), "errors": .array([]), "current_deadline": .null,
                "disabled_reason": row.isEnabled ? .null : "requirements.past_due",
            ]),
            "settings": .object([
                "payouts": .object(["debit_negative_balances": true, "schedule": .object(schedule)])
            ]),
        ])
    }
}
