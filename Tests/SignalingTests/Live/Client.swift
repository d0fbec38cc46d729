import Synchronization
import Testing

@testable import Signaling

/// A client that speaks the protocol: requests with their answers, and an inbox of notifications.
final class Client: Sendable {
    struct Refusal: Error, Equatable {
        var code: Int64
        var name: String
        var data: JSONObject
    }

    let socket: WebSocketClient
    private let inbox = Mutex<[(method: String, params: JSONObject)]>([])
    private let lastID = Mutex<Int64>(0)

    init(_ socket: WebSocketClient) { self.socket = socket }

    /// Sends a request.
    ///
    /// - Returns: its id.
    func send(_ method: String, _ params: JSONValue = [:]) throws -> Int64 {
        let id = lastID.withLock { id in
            id += 1
            return id
        }
        try socket.send(
            opcode: 1,
            (["jsonrpc": "2.0", "id": .integer(id), "method": .string(method), "params": params] as JSONValue)
                .serialized())
        return id
    }

    func notify(_ method: String, _ params: JSONValue = [:]) throws {
        try socket.send(
            opcode: 1, (["jsonrpc": "2.0", "method": .string(method), "params": params] as JSONValue).serialized())
    }

    /// Sends a request and waits for its answer.
    @discardableResult
    func call(_ method: String, _ params: JSONValue = [:]) async throws -> JSONObject {
        try await answer(to: try send(method, params))
    }

    /// The refusal that a request meets.
    func refusal(_ method: String, _ params: JSONValue = [:]) async throws -> Refusal? {
        do {
            _ = try await call(method, params)
            return nil
        } catch let error as Refusal {
            return error
        }
    }

    func answer(to id: Int64) async throws -> JSONObject {
        while true {
            guard let message = try await next() else { throw Refusal(code: 0, name: "closed", data: [:]) }
            guard message["id"] == .integer(id) || message["id"] == .null else { continue }
            if case .object(let error) = message["error"], case .integer(let code) = error["code"] {
                guard case .object(let data) = error["data"], case .string(let name) = data["code"] else {
                    throw Refusal(code: code, name: "", data: [:])
                }
                throw Refusal(code: code, name: name, data: data)
            }
            guard case .object(let result) = message["result"] else { throw Refusal(code: 0, name: "odd", data: [:]) }
            return result
        }
    }

    /// Waits for a notification; the ones before it stay in the inbox.
    func notification(
        _ method: String, seconds: Double = 20, where isWanted: (JSONObject) -> Bool = { _ in true }
    ) async throws -> JSONObject {
        while true {
            let found = inbox.withLock { inbox -> JSONObject? in
                guard let index = inbox.firstIndex(where: { $0.method == method && isWanted($0.params) }) else {
                    return nil
                }
                return inbox.remove(at: index).params
            }
            if let found { return found }
            guard try await next(seconds: seconds) != nil else {
                throw Refusal(code: 0, name: "closed before \(method)", data: [:])
            }
        }
    }

    /// Closes the connection and waits until the server has taken note.
    func close() async throws {
        try socket.send(opcode: 8, [0x03, 0xE8])
        _ = try await socket.closing()
        // The server has closed as soon as its side of the connection ends.
        while try await socket.receive() != .end {}
    }

    /// What has come so far and nobody asked for.
    var waiting: [String] { inbox.withLock { $0.map(\.method) } }

    /// The next message; a notification goes to the inbox too. Nil at the end.
    private func next(seconds: Double = 20) async throws -> JSONObject? {
        guard case .text(let bytes) = try await socket.receive(seconds: seconds),
            case .object(let message) = try JSONParser.parse(bytes)
        else { return nil }
        if case .string(let method) = message["method"], case .object(let params) = message["params"] {
            inbox.withLock { $0.append((method, params)) }
        }
        return message
    }
}

extension JSONObject {
    func text(_ name: String) -> String? {
        guard case .string(let text) = self[name] else { return nil }
        return text
    }

    func whole(_ name: String) -> Int? {
        guard case .integer(let value) = self[name] else { return nil }
        return Int(value)
    }

    func flag(_ name: String) -> Bool? {
        guard case .bool(let value) = self[name] else { return nil }
        return value
    }

    func object(_ name: String) -> JSONObject? {
        guard case .object(let value) = self[name] else { return nil }
        return value
    }
}
