extension APIRoute {
    static let eventRoutes = [
        APIRoute("GET", "v1/events/*", forAccounts: true) { sandbox, call throws(Failure) in
            guard let row = sandbox.events[call.id], row.account == call.account else {
                throw .missing("event", call.id)
            }
            return sandbox.json(row)
        },
        APIRoute("GET", "v1/events", page + ["delivery_success", "type", "types[]"], forAccounts: true) {
            sandbox, call throws(Failure) in
            var types = call.parameters.list("types")
            if let type = call.parameters.text("type") { types.append(type) }
            let delivered = try call.parameters.bool("delivery_success")
            return try sandbox.page(
                sandbox.events.newestFirst, of: call, created: { sandbox.events[$0]?.created },
                json: { id in
                    guard let row = sandbox.events[id], row.account == call.account,
                        types.isEmpty || types.contains(where: { row.isOf($0) }),
                        delivered == nil || delivered == row.isDelivered
                    else { return nil }
                    return sandbox.json(row)
                })
        },
    ]
}

extension EventRow {
    /// Whether it is of a type; `payment_intent.*` is every one that begins so.
    fileprivate func isOf(_ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? type.hasPrefix(pattern.dropLast()) : type == pattern
    }
}

extension Sandbox {
    func json(_ row: EventRow) -> JSON { .raw(row.body) }
}
