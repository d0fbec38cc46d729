extension APIRoute {
    private static let evidence = [
        "access_activity_log", "billing_address", "cancellation_policy", "cancellation_policy_disclosure",
        "cancellation_rebuttal", "customer_communication", "customer_email_address", "customer_name",
        "customer_purchase_ip", "customer_signature", "duplicate_charge_documentation", "duplicate_charge_explanation",
        "duplicate_charge_id", "product_description", "receipt", "refund_policy", "refund_policy_disclosure",
        "refund_refusal_explanation", "service_date", "service_documentation", "shipping_address", "shipping_carrier",
        "shipping_date", "shipping_documentation", "shipping_tracking_number", "uncategorized_file",
        "uncategorized_text",
    ]

    static let disputeRoutes = [
        APIRoute("GET", "v1/disputes/*") { sandbox, call throws(Failure) in
            sandbox.json(try sandbox.dispute(call.id))
        },
        APIRoute("GET", "v1/disputes", page + ["charge", "payment_intent"]) { sandbox, call throws(Failure) in
            let charge = call.parameters.text("charge")
            let intent = call.parameters.text("payment_intent")
            return try sandbox.page(
                sandbox.disputes.newestFirst, of: call, created: { sandbox.disputes[$0]?.created },
                json: { id in
                    sandbox.disputes[id].flatMap {
                        $0.charge == charge ?? $0.charge && $0.intent == intent ?? $0.intent ? sandbox.json($0) : nil
                    }
                })
        },
        APIRoute(
            "POST", "v1/disputes/*", ["metadata", "metadata[*]", "submit"] + evidence.map { "evidence[\($0)]" }
        ) { sandbox, call throws(Failure) in try sandbox.respond(call) },
        APIRoute("POST", "v1/disputes/*/close") { sandbox, call throws(Failure) in
            let row = try sandbox.dispute(call.id)
            guard row.isOpen else { throw .invalid("This dispute is already closed.") }
            sandbox.end(row.id, won: false, now: call.now, by: call.request)
            return sandbox.json(try sandbox.dispute(call.id))
        },
    ]
}

extension DisputeRow {
    /// Whether evidence is still taken.
    fileprivate var isOpen: Bool { status == .needsResponse || status == .warningNeedsResponse }

    fileprivate var isDecided: Bool {
        switch status {
        case .won, .lost, .warningClosed: true
        case .needsResponse, .underReview, .warningNeedsResponse, .warningUnderReview: false
        }
    }
}

extension Sandbox {
    func dispute(_ id: String) throws(Failure) -> DisputeRow {
        guard let row = disputes[id] else { throw .missing("dispute", id) }
        return row
    }

    /// The customer goes to the bank; the bank takes the money and a fee, but for an inquiry.
    mutating func openDispute(
        _ chargeID: String, _ amount: Int64, reason: String, isInquiry: Bool, now: Int64, by request: SandboxRequest?
    ) {
        guard let charge = charges[chargeID] else { return }
        let id = makeID("du_")
        var row = DisputeRow(
            id: id, created: now, charge: charge.id, intent: charge.intent, amount: amount,
            currency: charge.currency, reason: reason, dueBy: now + 9 * 86_400,
            status: isInquiry ? .warningNeedsResponse : .needsResponse)
        if !isInquiry { withdraw(&row, now: now) }
        disputes.insert(row, id: id)
        charges.update(chargeID) { $0.dispute = id }
        emit("charge.dispute.created", json(row), at: now, by: request)
        if !isInquiry { emit("charge.dispute.funds_withdrawn", json(row), at: now, by: request) }
    }

    /// The same from the stand-in's own route: also of a part, and once more after a part.
    mutating func openDispute(
        _ id: String, amount: Int64?, reason: String, isInquiry: Bool, now: Int64
    ) throws(Failure) -> JSON {
        guard let charge = charges[id] else { throw .missing("charge", id) }
        let disputed = disputes.newestFirst.compactMap { disputes[$0] }.filter { $0.charge == id }
            .reduce(Int64(0)) { $0 + $1.amount }
        let left = charge.captured - disputed
        let amount = amount ?? left
        guard amount > 0, amount <= left else {
            throw .invalid("Of this charge \(left) can be disputed.", parameter: "amount")
        }
        openDispute(id, amount, reason: reason, isInquiry: isInquiry, now: now, by: nil)
        return charges[id]?.dispute.flatMap { disputes[$0] }.map { json($0) } ?? .null
    }

    /// An inquiry becomes a dispute, to be answered anew.
    mutating func escalate(_ id: String, now: Int64) throws(Failure) -> JSON {
        var row = try dispute(id)
        guard row.status == .warningNeedsResponse || row.status == .warningUnderReview else {
            throw .invalid("This dispute is no inquiry.")
        }
        row.status = .needsResponse
        row.dueBy = now + 9 * 86_400
        withdraw(&row, now: now)
        disputes.update(id) { $0 = row }
        emit("charge.dispute.updated", json(row), at: now, by: nil)
        emit("charge.dispute.funds_withdrawn", json(row), at: now, by: nil)
        return json(row)
    }

    private mutating func withdraw(_ row: inout DisputeRow, now: Int64) {
        row.entries.append(
            enter("adjustment", -row.amount, fee: options.disputeFee, currency: row.currency, source: row.id, at: now))
    }

    /// Stages evidence, and hands it in where `submit` says so. The words `winning_evidence` and `losing_evidence` decide
    /// at once, as in Stripe's test mode.
    fileprivate mutating func respond(_ call: Call) throws(Failure) -> JSON {
        var row = try dispute(call.id)
        guard row.isOpen else {
            throw .invalid("This dispute has a status of \(row.status.rawValue) and takes no evidence any more.")
        }
        guard call.now <= row.dueBy else { throw .invalid("The evidence for this dispute is past due.") }
        let given = call.parameters.entries("evidence")
        let texts = row.evidence.merging(given) { $1 }.filter { !$0.value.isEmpty }
        guard texts.values.reduce(0, { $0 + $1.count }) <= 150_000, texts.values.allSatisfy({ $0.count <= 20_000 })
        else {
            throw .invalid("Evidence has at most 20000 characters in a field and 150000 in all.", parameter: "evidence")
        }
        row.metadata = try call.parameters.metadata(over: row.metadata)
        let submits = try call.parameters.bool("submit") ?? true
        row.evidence = texts
        if submits, !texts.isEmpty {
            row.submissions += 1
            row.status = row.status == .needsResponse ? .underReview : .warningUnderReview
        }
        disputes.update(row.id) { $0 = row }
        emit("charge.dispute.updated", json(row), at: call.now, by: call.request)
        if submits, let word = texts["uncategorized_text"] {
            if word == "winning_evidence" { end(row.id, won: true, now: call.now, by: call.request) }
            if word == "losing_evidence" { end(row.id, won: false, now: call.now, by: call.request) }
        }
        return json(try dispute(row.id))
    }

    /// What the bank decides, from the stand-in's own route.
    mutating func decide(_ id: String, won: Bool, now: Int64) throws(Failure) -> JSON {
        let row = try dispute(id)
        guard !row.isDecided else { throw .invalid("This dispute is decided.") }
        end(id, won: won, now: now, by: nil)
        return json(try dispute(id))
    }

    fileprivate mutating func end(_ id: String, won: Bool, now: Int64, by request: SandboxRequest?) {
        guard var row = disputes[id] else { return }
        let tookMoney = !row.entries.isEmpty
        if won, tookMoney {
            row.entries.append(
                enter(
                    "adjustment", row.amount, fee: options.givesDisputeFeeBack ? -options.disputeFee : 0,
                    currency: row.currency, source: id, at: now))
        }
        row.status = tookMoney ? (won ? .won : .lost) : .warningClosed
        disputes.update(id) { $0 = row }
        emit("charge.dispute.closed", json(row), at: now, by: request)
        if won, tookMoney { emit("charge.dispute.funds_reinstated", json(row), at: now, by: request) }
    }

    func json(_ row: DisputeRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "dispute", "created": .int(row.created), "livemode": false,
            "amount": .int(row.amount), "currency": .text(row.currency), "charge": .text(row.charge),
            "payment_intent": .text(row.intent), "reason": .text(row.reason), "status": .text(row.status.rawValue),
            "metadata": .texts(row.metadata), "evidence": .texts(row.evidence), "is_charge_refundable": false,
            "evidence_details": .object([
                "due_by": .int(row.dueBy), "has_evidence": .bool(!row.evidence.isEmpty), "past_due": false,
                "submission_count": .int(row.submissions),
            ]),
            "balance_transactions": .array(row.entries.compactMap { entries[$0].map { json($0) } }),
            "enhanced_eligibility_types": .array([]),
        ])
    }
}
