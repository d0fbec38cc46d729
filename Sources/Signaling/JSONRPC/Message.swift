/// The id of a request, which its response repeats as it was.
enum RequestID: Sendable, Equatable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case null

    var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .integer(let value): .integer(value)
        case .number(let value): .number(value)
        case .null: .null
        }
    }
}

/// A request or notification from a client (JSON-RPC 2.0 §4).
struct IncomingMessage: Sendable, Equatable {
    /// Nil for a notification, which is never answered.
    var id: RequestID?
    var method: String
    var params: Parameters

    /// A message that can't be taken, with the id that the answer has to bear.
    struct Failure: Error, Equatable {
        var id: RequestID
        var error: RPCError
    }

    static let maximumMethodBytes = 64
    static let maximumIDBytes = 128

    init(_ bytes: [UInt8]) throws(Failure) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(bytes)
        } catch {
            throw Failure(id: .null, error: .parse(error))
        }
        guard case .object(let object) = value else {
            let isBatch = if case .array = value { true } else { false }
            throw Failure(
                id: .null,
                error: isBatch
                    ? .invalidRequest("batch_unsupported", "Batches are not supported")
                    : .invalidRequest("not_an_object", "A message is an object"))
        }
        let id = try Self.id(object["id"])
        func invalid(_ name: String, _ message: String) -> Failure {
            Failure(id: id ?? .null, error: .invalidRequest(name, message))
        }
        guard object["jsonrpc"] == .string("2.0") else { throw invalid("wrong_version", "jsonrpc must be \"2.0\"") }
        guard case .string(let method) = object["method"], method.utf8.count <= Self.maximumMethodBytes else {
            throw invalid("no_method", "method must be a string")
        }
        switch object["params"] {
        case nil: params = Parameters([:])
        case .object(let object): params = Parameters(object)
        default: throw Failure(id: id ?? .null, error: .invalidParams("params", "must be an object"))
        }
        self.id = id
        self.method = method
    }

    private static func id(_ value: JSONValue?) throws(Failure) -> RequestID? {
        switch value {
        case nil: return nil
        case .null: return .null
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let text) where text.utf8.count <= maximumIDBytes: return .string(text)
        default: throw Failure(id: .null, error: .invalidRequest("wrong_id", "id must be a short string or a number"))
        }
    }
}

/// What the server sends.
enum OutgoingMessage {
    static func result(_ result: JSONValue, id: RequestID) -> [UInt8] {
        (["jsonrpc": "2.0", "id": id.json, "result": result] as JSONValue).serialized()
    }

    static func error(_ error: RPCError, id: RequestID) -> [UInt8] {
        (["jsonrpc": "2.0", "id": id.json, "error": error.json] as JSONValue).serialized()
    }

    static func notification(_ method: String, _ params: JSONValue) -> [UInt8] {
        (["jsonrpc": "2.0", "method": .string(method), "params": params] as JSONValue).serialized()
    }
}
