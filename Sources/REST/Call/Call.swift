public import Database
public import HTTPTypes
public import Logging

internal import FoundationEssentials

/// A request as its handler sees it: checked against the route's row, read to its end.
public struct Call: Sendable {
    /// The route as it is in the table: `POST /auth/register`.
    public var route: String
    /// The path's parameters.
    public var parameters: [String: String]
    /// The query's parameters, percent-decoded; of a repeated one the first.
    public var query: [String: String]
    /// The header fields.
    public var headers: HTTPFields
    /// The content.
    public var body: [UInt8]
    /// Where the request comes from: an IPv4 address, or the /64 of an IPv6 address.
    public var address: String
    /// Who makes it; nil where the route is open and no token came.
    public var caller: Caller?
    /// Names the request in logs and refusals.
    public var requestID: String
    /// The `Idempotency-Key`, where the route takes one and one came.
    public var idempotencyKey: String?
    /// Where this request's client finds the WebSocket; nil where that follows from the `Host`, and there is none.
    public var webSocketURL: String?
    /// Carries the request's id.
    public var logger: Logger

    /// A request.
    public init(
        route: String, parameters: [String: String] = [:], query: [String: String] = [:], headers: HTTPFields = [:],
        body: [UInt8] = [], address: String, caller: Caller? = nil, requestID: String, idempotencyKey: String? = nil,
        webSocketURL: String? = nil, logger: Logger
    ) {
        self.route = route
        self.parameters = parameters
        self.query = query
        self.headers = headers
        self.body = body
        self.address = address
        self.caller = caller
        self.requestID = requestID
        self.idempotencyKey = idempotencyKey
        self.webSocketURL = webSocketURL
        self.logger = logger
    }

    /// Who makes the request.
    ///
    /// - Throws: ``Problem`` of status 401 where nobody is signed in.
    public func signedIn() throws(Problem) -> Caller {
        guard let caller else { throw .unauthenticated() }
        return caller
    }

    /// A path parameter that is an id.
    ///
    /// - Throws: ``Problem`` of status 404 where it is not one: nothing has such an id.
    public func id(_ parameter: String = "id", of what: String) throws(Problem) -> UniqueID {
        guard let id = parameters[parameter].flatMap({ UniqueID($0) }) else { throw .notFound(what) }
        return id
    }

    /// The content as JSON of this type. Fields the type does not know are ignored.
    ///
    /// - Throws: ``Problem``: 415 where it is not JSON by its media type, 400 where it is not well formed, 422 where it
    ///   is not of the type.
    public func content<Value: Decodable>(_ type: Value.Type) throws(Problem) -> Value {
        let mediaType = headers[.contentType]?.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        guard let mediaType, mediaType == "application/json" || mediaType.hasSuffix("+json") else {
            throw Problem(.unsupportedMediaType, code: "not_json", "The content must be application/json.")
        }
        guard String(validating: body, as: UTF8.self) != nil else {
            throw Problem(.badRequest, code: "malformed_json", "The content is not UTF-8.")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            if case .dataCorrupted(let context) = error, context.codingPath.isEmpty, isWellFormedJSON {
                // The decoder says neither where nor what; of well-formed content it is this.
                throw .invalid("", "has a number that is not whole, or too large")
            }
            throw Self.problem(error)
        } catch {
            throw Problem(.badRequest, code: "malformed_json", "The content is not well-formed JSON.")
        }
    }

    private var isWellFormedJSON: Bool { (try? JSONDecoder().decode(AnyJSON.self, from: Data(body))) != nil }

    private static func problem(_ error: DecodingError) -> Problem {
        func pointer(_ path: [any CodingKey]) -> String {
            path.map { key in
                let name = key.stringValue.replacing("~", with: "~0").replacing("/", with: "~1")
                return "/" + (key.intValue.map(String.init) ?? name)
            }.joined()
        }
        switch error {
        case .keyNotFound(let key, let context): return .invalid(pointer(context.codingPath + [key]), "is required")
        case .valueNotFound(_, let context): return .invalid(pointer(context.codingPath), "must not be null")
        case .typeMismatch(let type, let context):
            return .invalid(pointer(context.codingPath), "is not a \(words(type))")
        case .dataCorrupted(let context):
            // Without a place it is the document itself that cannot be read.
            if context.codingPath.isEmpty {
                return Problem(.badRequest, code: "malformed_json", "The content is not well-formed JSON.")
            }
            // Of a word that is none of an enumeration's, the decoder tells the type's name, which is ours alone.
            let isUnknownWord = context.debugDescription.hasPrefix("Cannot initialize ")
            return .invalid(
                pointer(context.codingPath),
                isUnknownWord ? "is none of the words that are known here" : context.debugDescription)
        @unknown default: return Problem(.badRequest, code: "malformed_json", "The content cannot be read.")
        }
    }

    private static func words(_ type: any Any.Type) -> String {
        switch type {
        case is String.Type: "string"
        case is Bool.Type: "boolean"
        case is any BinaryInteger.Type: "whole number in range"
        case is any BinaryFloatingPoint.Type: "number"
        default: "value of the expected shape"
        }
    }
}

/// Any JSON, looked at for being that.
private struct AnyJSON: Decodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        if let container = try? decoder.container(keyedBy: Key.self) {
            for key in container.allKeys { _ = try container.decode(AnyJSON.self, forKey: key) }
        } else if var container = try? decoder.unkeyedContainer() {
            while !container.isAtEnd { _ = try container.decode(AnyJSON.self) }
        } else {
            let value = try decoder.singleValueContainer()
            if value.decodeNil() || (try? value.decode(Bool.self)) != nil || (try? value.decode(String.self)) != nil {
                return
            }
            _ = try value.decode(Double.self)
        }
    }
}
