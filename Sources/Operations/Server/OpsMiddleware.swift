import HTTPTypes
import Hummingbird
import Synchronization

/// How long requests took, by route.
final class RequestTimings: Sendable {
    private let byRoute: Mutex<[String: Buckets]>
    private let routes: [String]

    /// Every route from the start, with zero; `other` takes what has no route.
    init(routes: [String]) {
        self.routes = routes + ["other"]
        let empty = Buckets(bounds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5])
        byRoute = Mutex(Dictionary(self.routes.map { ($0, empty) }) { first, _ in first })
    }

    func observe(_ route: String?, seconds: Double) {
        byRoute.withLock { byRoute in
            let known = route.flatMap { byRoute[$0] == nil ? nil : $0 } ?? "other"
            byRoute[known]?.observe(seconds)
        }
    }

    var family: MetricFamily {
        let current = byRoute.withLock { $0 }
        return MetricFamily(
            "consult_http_request_duration_seconds", .histogram, help: "Time to answer a request of the private port.",
            series: routes.compactMap { route in
                current[route].map { .init(.histogram($0), labels: [.init("route", route)]) }
            })
    }
}

/// Measures each request.
struct TimingMiddleware<Context: RequestContext>: RouterMiddleware {
    let timings: RequestTimings

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        defer {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            timings.observe(context.endpointPath, seconds: Double(seconds) + Double(attoseconds) * 1e-18)
        }
        return try await next(request, context)
    }
}

/// Words every refusal as RFC 9457 has it.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return problem.response
        } catch let error as HTTPError {
            let problem =
                error.status == .notFound
                ? Problem(.notFound, code: "no_such_route", "There is nothing at \(request.uri.path).")
                : Problem(error.status, code: "http_\(error.status.code)", error.body ?? error.status.reasonPhrase)
            return problem.response
        }
    }
}

/// Refuses what a web page sends: a browser on this machine reaches loopback, its pages are strangers.
struct NoBrowserMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if request.headers[.origin] != nil {
            throw Problem(.forbidden, code: "browser_refused", "This port does not serve web pages.")
        }
        return try await next(request, context)
    }
}
