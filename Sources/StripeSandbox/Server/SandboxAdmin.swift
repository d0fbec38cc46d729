internal import Foundation
internal import Hummingbird
internal import NIOCore

/// What tests and operators ask of the stand-in, and no Stripe has.
///
/// | route | what |
/// |---|---|
/// | `GET /_sandbox/health` | 200 |
/// | `POST GET DELETE /_sandbox/faults` | adds a fault, lists or takes back those that wait |
/// | `GET DELETE /_sandbox/requests` | the requests received, oldest first |
/// | `POST /_sandbox/clock` `{"advance": seconds}` | moves its clock ahead |
/// | `POST /_sandbox/charges/{id}/dispute` `{"amount", "reason", "inquiry"}` | a customer goes to the bank |
/// | `POST /_sandbox/disputes/{id}` `{"won": true}` | the bank decides |
/// | `POST /_sandbox/disputes/{id}/escalate` | an inquiry becomes a dispute |
struct SandboxAdmin: Sendable {
    let host: SandboxHost

    func respond(_ request: Request, path: String, body: [UInt8]) async -> Response? {
        if request.headers[.origin] != nil { return plain(.forbidden, "These routes do not serve web pages.\n") }
        let parts = path.split(separator: "/").dropFirst().map { String($0) }
        switch (request.method.rawValue, parts.first ?? "", parts.count) {
        case ("GET", "health", 1): return plain(.ok, "ok\n")
        case ("POST", "faults", 1): return await addFault(body)
        case ("GET", "faults", 1): return json(["data": await host.faults])
        case ("DELETE", "faults", 1):
            await host.clearFaults()
            return json(["data": await host.faults])
        case ("GET", "requests", 1): return json(["data": await host.received])
        case ("DELETE", "requests", 1):
            await host.clearReceived()
            return json(["data": await host.received])
        case ("POST", "clock", 1): return await moveClock(body)
        case ("POST", "charges", 3) where parts[2] == "dispute": return await openDispute(parts[1], body)
        case ("POST", "disputes", 2): return await decide(parts[1], body)
        case ("POST", "disputes", 3) where parts[2] == "escalate":
            return response(await host.apply(.escalate(dispute: parts[1])))
        default: return nil
        }
    }

    private func addFault(_ body: [UInt8]) async -> Response {
        do {
            let fault = try JSONDecoder().decode(SandboxFault.self, from: Data(body))
            guard await host.add(fault) else {
                return plain(.badRequest, "A fault happens at least once, and at most 1000 wait.\n")
            }
            return json(fault)
        } catch {
            let kinds = SandboxFault.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            return plain(
                .badRequest,
                "Expected {\"match\": {\"method\", \"pathPrefix\"}, \"kind\": …, \"times\": n, \"ms\": n}; "
                    + "kinds: \(kinds).\n")
        }
    }

    private func moveClock(_ body: [UInt8]) async -> Response {
        struct Move: Decodable { let advance: Int64 }
        guard let move = try? JSONDecoder().decode(Move.self, from: Data(body)), move.advance >= 0 else {
            return plain(.badRequest, "Expected {\"advance\": seconds}.\n")
        }
        return response(await host.apply(.advance(seconds: move.advance)))
    }

    private func openDispute(_ id: String, _ body: [UInt8]) async -> Response {
        struct Objection: Decodable {
            let amount: Int64?
            let reason: String?
            let inquiry: Bool?
        }
        let content = body.isEmpty ? Data("{}".utf8) : Data(body)
        guard let objection = try? JSONDecoder().decode(Objection.self, from: content) else {
            return plain(.badRequest, "Expected {\"amount\": n, \"reason\": …, \"inquiry\": true|false}.\n")
        }
        return response(
            await host.apply(
                .dispute(
                    charge: id, amount: objection.amount, reason: objection.reason ?? "general",
                    inquiry: objection.inquiry ?? false)))
    }

    private func decide(_ id: String, _ body: [UInt8]) async -> Response {
        struct Decision: Decodable { let won: Bool }
        guard let decision = try? JSONDecoder().decode(Decision.self, from: Data(body)) else {
            return plain(.badRequest, "Expected {\"won\": true|false}.\n")
        }
        return response(await host.apply(.decide(dispute: id, won: decision.won)))
    }

    private func response(_ reply: SandboxReply) -> Response {
        Response(
            status: .init(code: reply.status), headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: reply.body)))
    }

    private func json(_ value: some Encodable) -> Response {
        let data = (try? JSONEncoder().encode(value)) ?? Data("{}".utf8)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: data)))
    }
}
