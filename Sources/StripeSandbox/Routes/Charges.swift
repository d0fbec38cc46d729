extension APIRoute {
    static let chargeRoutes = [
        APIRoute("GET", "v1/charges/*") { sandbox, call throws(Failure) in
            guard let row = sandbox.charges[call.id] else { throw .missing("charge", call.id) }
            return sandbox.json(row)
        },
        APIRoute("GET", "v1/charges", page + ["customer", "payment_intent"]) { sandbox, call throws(Failure) in
            let owner = call.parameters.text("customer")
            let intent = call.parameters.text("payment_intent")
            return try sandbox.page(
                sandbox.charges.newestFirst, of: call, created: { sandbox.charges[$0]?.created },
                json: { id in
                    sandbox.charges[id].flatMap {
                        $0.customer == owner ?? $0.customer && $0.intent == intent ?? $0.intent ? sandbox.json($0) : nil
                    }
                })
        },
        APIRoute(
            "POST", "v1/refunds",
            [
                "amount", "charge", "metadata", "metadata[*]", "payment_intent", "reason", "refund_application_fee",
                "reverse_transfer",
            ]
        ) { sandbox, call throws(Failure) in try sandbox.refund(call) },
        APIRoute("GET", "v1/refunds/*") { sandbox, call throws(Failure) in
            guard let row = sandbox.refunds[call.id] else { throw .missing("refund", call.id) }
            return sandbox.json(row)
        },
        APIRoute("GET", "v1/refunds", page + ["charge", "payment_intent"]) { sandbox, call throws(Failure) in
            let charge = call.parameters.text("charge")
            let intent = call.parameters.text("payment_intent")
            return try sandbox.page(
                sandbox.refunds.newestFirst, of: call, created: { sandbox.refunds[$0]?.created },
                json: { id in
                    sandbox.refunds[id].flatMap {
                        $0.charge == charge ?? $0.charge && $0.intent == intent ?? $0.intent ? sandbox.json($0) : nil
                    }
                })
        },
        APIRoute("GET", "v1/transfers/*") { sandbox, call throws(Failure) in
            guard let row = sandbox.transfers[call.id] else { throw .missing("transfer", call.id) }
            return sandbox.json(row)
        },
        APIRoute("GET", "v1/transfers", page + ["destination"]) { sandbox, call throws(Failure) in
            let account = call.parameters.text("destination")
            return try sandbox.page(
                sandbox.transfers.newestFirst, of: call, created: { sandbox.transfers[$0]?.created },
                json: { id in
                    sandbox.transfers[id].flatMap {
                        $0.destination == account ?? $0.destination ? sandbox.json($0) : nil
                    }
                })
        },
        APIRoute(
            "POST", "v1/transfers/*/reversals",
            ["amount", "description", "metadata", "metadata[*]", "refund_application_fee"]
        ) { sandbox, call throws(Failure) in try sandbox.reverse(call) },
        APIRoute("GET", "v1/transfers/*/reversals", page) { sandbox, call throws(Failure) in
            try sandbox.page(
                sandbox.reversals.newestFirst, of: call, created: { sandbox.reversals[$0]?.created },
                json: { id in
                    sandbox.reversals[id].flatMap { $0.transfer == call.id ? sandbox.json($0) : nil }
                })
        },
        APIRoute("GET", "v1/application_fees/*") { sandbox, call throws(Failure) in
            guard let fee = sandbox.fee(call.id) else { throw .missing("application_fee", call.id) }
            return fee
        },
    ]
}

extension Sandbox {
    func json(_ row: ChargeRow) -> JSON {
        let isPaid = row.problem == nil
        let refunded = row.isReleased ? row.amount : row.refunded
        let full = row.isCaptured ? row.captured : row.amount
        var card = JSON.null
        if case .object(var fields) = self.card(row.card) {
            fields["capture_before"] = .int(row.captureBefore)
            fields["checks"] = .null
            card = .object(fields)
        }
        return .object([
            "id": .text(row.id), "object": "charge", "created": .int(row.created), "livemode": false,
            "amount": .int(row.amount), "amount_captured": .int(row.captured), "amount_refunded": .int(refunded),
            "currency": .text(row.currency), "captured": .bool(row.isCaptured), "paid": .bool(isPaid),
            "status": isPaid ? "succeeded" : "failed", "refunded": .bool(isPaid && refunded == full),
            "disputed": .bool(row.dispute != nil), "dispute": .text(row.dispute), "customer": .text(row.customer),
            "payment_intent": .text(row.intent), "payment_method": .text(row.method), "transfer": .text(row.transfer),
            "application_fee": .text(row.feeID), "application_fee_amount": .int(row.feeID == nil ? nil : row.fee),
            "balance_transaction": .text(row.entry), "metadata": .texts(row.metadata), "description": .null,
            "failure_code": .text(row.problem?.code), "failure_message": .text(row.problem?.message),
            "outcome": .object([
                "type": isPaid ? "authorized" : "issuer_declined", "reason": .text(row.problem?.declineCode),
                "network_status": isPaid ? "approved_by_network" : "declined_by_network", "risk_level": "normal",
            ]),
            "payment_method_details": .object(["type": "card", "card": card]),
            "transfer_data": row.destination.map { .object(["destination": .text($0), "amount": .null]) } ?? .null,
            "billing_details": .object(["address": .null, "email": .null, "name": .null, "phone": .null]),
        ])
    }

    func fee(_ id: String) -> JSON? {
        guard let charge = fees[id].flatMap({ charges[$0] }) else { return nil }
        return .object([
            "id": .text(id), "object": "application_fee", "amount": .int(charge.fee),
            "amount_refunded": .int(charge.feeRefunded), "account": .text(charge.destination),
            "charge": .text(charge.id), "created": .int(charge.created), "currency": .text(charge.currency),
            "livemode": false, "refunded": .bool(charge.feeRefunded == charge.fee),
            "originating_transaction": .text(charge.id),
        ])
    }

    func json(_ row: RefundRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "refund", "created": .int(row.created), "amount": .int(row.amount),
            "currency": .text(row.currency), "charge": .text(row.charge), "payment_intent": .text(row.intent),
            "status": "succeeded", "reason": .text(row.reason), "metadata": .texts(row.metadata),
            "transfer_reversal": .text(row.reversal), "source_transfer_reversal": .null,
            "balance_transaction": .text(row.entry), "receipt_number": .null,
        ])
    }

    func json(_ row: TransferRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "transfer", "created": .int(row.created), "livemode": false,
            "amount": .int(row.amount), "amount_reversed": .int(row.reversed), "currency": .text(row.currency),
            "destination": .text(row.destination), "source_transaction": .text(row.charge), "metadata": .object([:]),
            "reversed": .bool(row.reversed == row.amount), "description": .null,
        ])
    }

    func json(_ row: ReversalRow) -> JSON {
        .object([
            "id": .text(row.id), "object": "transfer_reversal", "created": .int(row.created),
            "amount": .int(row.amount), "currency": .text(row.currency), "transfer": .text(row.transfer),
            "metadata": .texts(row.metadata), "source_refund": .text(row.refund), "destination_payment_refund": .null,
            "balance_transaction": .null,
        ])
    }
}
