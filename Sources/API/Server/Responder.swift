internal import Database
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import Operations
internal import REST

/// What is known of a request besides itself: who is at the connection's other end.
struct Peer: InitializableFromSource {
    let address: String?

    init(source: ApplicationRequestContextSource) { address = source.channel.remoteAddress?.ipAddress }
}

/// Answers requests: finds the route, checks what its row demands, runs the handler, and words every failure as a
/// problem.
struct Responder: HTTPResponder {
    typealias Context = Peer

    let timings: RequestTimings
    private let configuration: APIConfiguration
    private let router: Router
    private let site: Site
    private let origins: CrossOrigin
    private let proxies: TrustedProxies
    private let handling: Handling
    private let limits: RateLimiter
    private let general: RateLimit
    private let isPublicSecure: Bool
    private let logger: Logger

    init(
        configuration: APIConfiguration, routes: [Route], rootRoutes: [Route], authenticator: @escaping Authenticator,
        logger: Logger
    ) throws(APIConfigurationError) {
        self.configuration = configuration
        self.logger = logger
        router = Router(routes: routes, rootRoutes: rootRoutes)
        site = try Site(configuration)
        origins = CrossOrigin(configuration)
        proxies = try TrustedProxies(configuration.trustedProxies)
        limits = RateLimiter()
        general = RateLimit("all", configuration.requestsPerMinute, perSeconds: 60, by: .address)
        handling = Handling(configuration: configuration, authenticate: authenticator, limits: limits)
        isPublicSecure = configuration.publicURL?.lowercased().hasPrefix("https:") ?? false
        timings = RequestTimings(
            port: "api", routes: (routes + rootRoutes).map(\.name) + ["client", "config", "options"],
            bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10])
    }

    /// A request on its way to its answer.
    struct Exchange {
        let id: String
        let logger: Logger
        let origin: CrossOrigin.Verdict
        let address: String
        /// Names the route in the metrics and the log; nil while none is found.
        var route: String?
        var kind = AnswerFields.Kind.data
        var content: RequestContent
        /// Where the client finds the WebSocket.
        var webSocketURL: String?
    }

    func respond(to request: Request, context peer: Peer) async throws -> Response {
        let start = timings.begin()
        let id = RequestID.of(request.headers)
        var logger = logger
        logger[metadataKey: "request"] = "\(id)"
        var exchange = Exchange(
            id: id, logger: logger,
            origin: origins.verdict(origin: request.headers[.origin], host: request.head.authority),
            address: proxies.client(peer: peer.address, request.headers),
            content: RequestContent(request, deadline: configuration.contentDeadline))
        var status = 500
        defer {
            timings.end(exchange.route, status: status, begunAt: start)
            log(exchange, status: status, begunAt: start)
        }
        let reply: Reply
        do {
            reply = try await answer(request, peer, &exchange)
        } catch let error as HTTPParserError {
            status = 400
            throw error
        } catch {
            reply = problem(error, exchange.logger).reply(requestID: id)
            await exchange.content.discard()
        }
        status = reply.status.code
        return response(reply, to: request, exchange)
    }

    private func answer(_ request: Request, _ peer: Peer, _ exchange: inout Exchange) async throws -> Reply {
        if general.count > 0 { try limits.check(general, address: exchange.address, caller: nil) }
        let target = try RequestTarget(request.head.path ?? "")
        try origins.check(exchange.origin, request.method, request.headers)
        switch router.match(request.method, target) {
        case .found(let route, let parameters):
            exchange.route = route.name
            exchange.webSocketURL = site.webSocketURL(
                host: request.head.authority, isSecure: proxies.isSecure(peer: peer.address, request.headers))
            return try await handling.run(route, parameters, target, request, &exchange)
        case .otherMethod(let methods):
            if request.method == .options {
                exchange.route = "options"
                return origins.options(methods, exchange.origin)
            }
            throw Problem.otherMethod(methods)
        case .nothing:
            guard
                let answer = try site.answer(
                    request.method, path: "/" + target.segments.joined(separator: "/"), headers: request.headers,
                    host: request.head.authority, isSecure: proxies.isSecure(peer: peer.address, request.headers))
            else { throw Problem(.notFound, code: "no_such_route", "There is nothing at this path.") }
            exchange.route = answer.route
            exchange.kind = answer.kind
            return answer.reply
        }
    }

    /// The refusal that an error becomes; what the table does not have is our own fault, told to the log alone.
    private func problem(_ error: any Error, _ logger: Logger) -> Problem {
        if let problem = Problem(error) { return problem }
        if Task.isCancelled { return .unavailable("The service is stopping.") }
        // Any other error's description may quote what somebody sent.
        let words = (error as? DatabaseError).map { "\($0)" } ?? "\(type(of: error))"
        logger.error("a request failed", metadata: ["error": "\(words)"])
        return Problem(
            .internalServerError, code: "internal_error",
            "Something went wrong on our side. Give the request's id when you report it.")
    }

    private func response(_ reply: Reply, to request: Request, _ exchange: Exchange) -> Response {
        var headers = reply.headers
        if let field = RequestID.field { headers[field] = exchange.id }
        AnswerFields.addSecurity(to: &headers, for: exchange.kind, isSecure: isPublicSecure)
        if case .data = exchange.kind { origins.add(exchange.origin, to: &headers) }
        if !exchange.content.isAtEnd { headers[.connection] = "close" }
        let hasNoBody = reply.status == .noContent || reply.status == .notModified
        if !hasNoBody { headers[.contentLength] = String(reply.body.count) }
        let isSent = !hasNoBody && request.method != .head
        var response = Response(
            status: reply.status, headers: headers,
            body: isSent ? ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)) : ResponseBody())
        // No content has no length (RFC 9110 §8.6).
        if hasNoBody { response.headers[.contentLength] = nil }
        return response
    }

    private func log(_ exchange: Exchange, status: Int, begunAt start: ContinuousClock.Instant) {
        exchange.logger.debug(
            "answered",
            metadata: [
                "route": "\(exchange.route ?? "other")", "status": "\(status)",
                "milliseconds": "\(start.duration(to: .now) / .milliseconds(1))",
            ])
    }
}
