import Foundation
import HTTPTypes
import Hummingbird

/// The private port's routes.
struct OpsRoutes {
    let handlers: OpsServer.Handlers
    let timings: RequestTimings

    /// Every route's name in the metrics.
    static let all = ["/livez", "/readyz", "/metrics", "/calls", "/calls/{room}/horizon"]

    /// The longest body that any route reads.
    static let bodyLimit = 4096

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.addMiddleware {
            TimingMiddleware(timings: timings)
            ProblemMiddleware()
            NoBrowserMiddleware()
        }
        router.get("/livez") { _, _ in textResponse("ok\n".utf8, mediaType: "text/plain; charset=utf-8") }
        router.get("/readyz") { _, _ in await readiness() }
        router.get("/metrics") { _, _ in
            let families = await handlers.metrics() + timings.families
            return textResponse(expose(families).utf8, mediaType: expositionMediaType)
        }
        router.get("/calls") { _, _ in jsonResponse(["items": await handlers.calls()]) }
        router.post("/calls/{room}/horizon") { request, context in
            try await extendHorizon(request, room: context.parameters.get("room") ?? "")
        }
        return router
    }

    private func readiness() async -> Response {
        struct Body: Encodable {
            var status: String
            var reasons: [String]
        }
        let reasons = await handlers.reasonsAgainst()
        return reasons.isEmpty
            ? jsonResponse(Body(status: "ready", reasons: []))
            : jsonResponse(Body(status: "unavailable", reasons: reasons), status: .serviceUnavailable)
    }

    private func extendHorizon(_ request: Request, room: String) async throws -> Response {
        struct Body: Decodable {
            var seconds: Int
        }
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: Self.bodyLimit)
        } catch {
            throw Problem(
                .contentTooLarge, code: "body_too_large", "A body of at most \(Self.bodyLimit) bytes is read.")
        }
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(bytes.readableBytesView)),
            (1...Self.latestHorizon).contains(body.seconds)
        else {
            throw Problem(
                .badRequest, code: "invalid_body",
                "Expected {\"seconds\": n}, n a whole number from 1 to \(Self.latestHorizon).")
        }
        switch await handlers.extendHorizon(room.removingPercentEncoding ?? room, body.seconds) {
        case .extended(let clock):
            return jsonResponse(HorizonAnswer(room: room, clock: clock))
        case .notFound:
            throw Problem(.notFound, code: "room_not_found", "There is no room '\(room)' now.")
        case .refused(let code, let detail):
            throw Problem(.conflict, code: code, detail)
        }
    }

    /// A year of media time; nothing real comes near.
    private static let latestHorizon = 31_536_000
}

/// The answer to a moved horizon.
private struct HorizonAnswer: Encodable {
    let room: String
    let clock: ClockReport

    private enum Key: String, CodingKey {
        case room
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(room, forKey: .room)
        try clock.encode(to: encoder)
    }
}
