/// The parameters of a message, read field by field: each with its type and its bound.
struct Parameters: Sendable, Equatable {
    private let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// A member that may be missing; null counts as missing.
    private func member(_ name: String) -> JSONValue? {
        let value = object[name]
        return value == .null ? nil : value
    }

    func optionalString(_ name: String, maximumBytes: Int) throws(RPCError) -> String? {
        switch member(name) {
        case nil: return nil
        case .string(let text):
            guard text.utf8.count <= maximumBytes else {
                throw .invalidParams(name, "may have at most \(maximumBytes) bytes")
            }
            return text
        default: throw .invalidParams(name, "must be a string")
        }
    }

    func string(_ name: String, maximumBytes: Int) throws(RPCError) -> String {
        guard let text = try optionalString(name, maximumBytes: maximumBytes) else {
            throw .invalidParams(name, "is missing")
        }
        return text
    }

    func optionalBool(_ name: String) throws(RPCError) -> Bool? {
        switch member(name) {
        case nil: return nil
        case .bool(let value): return value
        default: throw .invalidParams(name, "must be true or false")
        }
    }

    func optionalInteger(_ name: String, in range: ClosedRange<Int64>) throws(RPCError) -> Int64? {
        switch member(name) {
        case nil: return nil
        case .integer(let value) where range.contains(value): return value
        default: throw .invalidParams(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
    }

    /// A counter that only grows, as W3C webrtc-stats has them.
    func optionalCounter(_ name: String) throws(RPCError) -> Double? {
        switch member(name) {
        case nil: return nil
        case .integer(let value): return Double(value)
        case .number(let value): return value
        default: throw .invalidParams(name, "must be a number")
        }
    }

    func optionalObject(_ name: String) throws(RPCError) -> Parameters? {
        switch member(name) {
        case nil: return nil
        case .object(let object): return Parameters(object)
        default: throw .invalidParams(name, "must be an object")
        }
    }
}
