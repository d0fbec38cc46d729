extension Sandbox {
    /// A page of objects, newest first.
    ///
    /// - Parameter json: the object of an id; nil: it is not on the list.
    func page(
        _ ids: some Sequence<String>, of call: Call, created: (String) -> Int64?, json: (String) -> JSON?
    ) throws(Failure) -> JSON {
        let parameters = call.parameters
        let limit = Int(try parameters.int("limit") ?? 10)
        guard (1...100).contains(limit) else {
            throw .invalid("Limit must be between 1 and 100.", code: "parameter_invalid_integer", parameter: "limit")
        }
        let window = try Window(parameters)
        let after = parameters.text("starting_after")
        let before = parameters.text("ending_before")
        var listed: [(id: String, json: JSON)] = []
        var hasMore = false
        var isOpen = after == nil
        for id in ids {
            if id == before { break }
            if !isOpen {
                isOpen = id == after
                continue
            }
            guard let time = created(id), window.contains(time), let object = json(id) else { continue }
            // Before an object, the page nearest to it is wanted.
            if before == nil, listed.count == limit {
                hasMore = true
                break
            }
            listed.append((id, object))
        }
        if let after, !isOpen { throw .missing("object", after, parameter: "starting_after", status: 400) }
        if before != nil, listed.count > limit {
            hasMore = true
            listed.removeFirst(listed.count - limit)
        }
        return .object([
            "object": "list", "url": .text(call.request.path), "has_more": .bool(hasMore),
            "data": .array(listed.map(\.json)),
        ])
    }

    /// The bounds of `created`.
    private struct Window {
        private var least = Int64.min
        private var most = Int64.max

        init(_ parameters: Parameters) throws(Failure) {
            if let exact = try parameters.int("created") { (least, most) = (exact, exact) }
            if let bound = try parameters.int("created[gte]") { least = max(least, bound) }
            if let bound = try parameters.int("created[gt]"), bound < .max { least = max(least, bound + 1) }
            if let bound = try parameters.int("created[lte]") { most = min(most, bound) }
            if let bound = try parameters.int("created[lt]"), bound > .min { most = min(most, bound - 1) }
        }

        func contains(_ time: Int64) -> Bool { least <= time && time <= most }
    }

    /// Puts whole objects in the place of the ids at `paths`, such as `latest_charge.balance_transaction`.
    func expand(_ object: JSON, _ paths: [String]) throws(Failure) -> JSON {
        var expanded = object
        for path in paths {
            let segments = path.split(separator: ".").map { String($0) }
            guard (1...4).contains(segments.count) else {
                throw .invalid("You cannot expand more than 4 levels.", parameter: "expand")
            }
            expanded = try expand(expanded, segments[...], whole: path)
        }
        return expanded
    }

    private func expand(_ value: JSON, _ path: ArraySlice<String>, whole: String) throws(Failure) -> JSON {
        switch value {
        case .object(var fields):
            guard let name = path.first else { return value }
            guard let field = fields[name] else {
                throw .invalid("This property cannot be expanded (\(whole)).", parameter: "expand")
            }
            var inner = field
            if case .text(let id) = field {
                guard let object = object(id) else {
                    throw .invalid("This property cannot be expanded (\(whole)).", parameter: "expand")
                }
                inner = object
            }
            fields[name] = try expand(inner, path.dropFirst(), whole: whole)
            return .object(fields)
        case .array(let values):
            var all: [JSON] = []
            for value in values { all.append(try expand(value, path, whole: whole)) }
            return .array(all)
        case .null, .bool, .int, .text, .raw: return value
        }
    }

    /// Any object by its id.
    private func object(_ id: String) -> JSON? {
        switch id.prefix(while: { $0 != "_" }) {
        case "cus": customers[id].map { json($0) }
        case "pm": methods[id].map { json($0) }
        case "seti": setups[id].map { json($0) }
        case "pi": intents[id].map { json($0) }
        case "ch": charges[id].map { json($0) }
        case "re": refunds[id].map { json($0) }
        case "tr": transfers[id].map { json($0) }
        case "trr": reversals[id].map { json($0) }
        case "acct": accounts[id].map { json($0) }
        case "du": disputes[id].map { json($0) }
        case "po": payouts[id].map { json($0) }
        case "txn": entries[id].map { json($0) }
        case "fee": fee(id)
        default: nil
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
}
