internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import REST

/// Finds routes under `/api/v1`, and those at the root.
struct Router: Sendable {
    private let api: RouteTable
    private let root: RouteTable

    init(routes: [Route], rootRoutes: [Route]) {
        api = RouteTable(routes)
        root = RouteTable(rootRoutes)
    }

    func match(_ method: HTTPRequest.Method, _ target: RequestTarget) -> RouteTable.Match {
        if target.segments.starts(with: ["api", "v1"]) {
            return api.match(method, Array(target.segments.dropFirst(2)))
        }
        return root.match(method, target.segments)
    }
}

/// Runs a route's handler: who may, how often, with which content, for how long.
struct Handling: Sendable {
    let configuration: APIConfiguration
    let authenticate: Authenticator
    let limits: RateLimiter

    func run(
        _ route: Route, _ parameters: [String: String], _ target: RequestTarget, _ request: Request,
        _ exchange: inout Responder.Exchange
    ) async throws -> Reply {
        // Before the token is looked at, so that guessing tokens is limited too.
        try check(route, .address, nil, exchange)
        let caller = try await route.access.admit(
            authorization: request.headers[.authorization], authenticate)
        try check(route, .account, caller, exchange)
        let key = route.isIdempotent ? try IdempotencyKey.read(request.headers) : nil
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Problem(
                .unsupportedMediaType, code: "unsupported_encoding", "The content must come without an encoding.")
        }
        let body = try await exchange.content.read(upTo: route.contentLimit)
        let call = Call(
            route: route.name, parameters: parameters, query: target.query, headers: request.headers, body: body,
            address: exchange.address, caller: caller, requestID: exchange.id, idempotencyKey: key,
            webSocketURL: exchange.webSocketURL, logger: exchange.logger)
        return try await withDeadline(
            configuration.handlerDeadline, otherwise: .unavailable("The request took too long.")
        ) { try await route.handler(call) }
    }

    private func check(
        _ route: Route, _ subject: RateLimit.Subject, _ caller: Caller?, _ exchange: Responder.Exchange
    ) throws(Problem) {
        guard configuration.limitsRoutes else { return }
        for limit in route.limits where limit.subject == subject {
            try limits.check(limit, address: exchange.address, caller: caller)
        }
    }
}
