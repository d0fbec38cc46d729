import HTTPTypes
import Hummingbird

/// Measures each request.
struct TimingMiddleware<Context: RequestContext>: RouterMiddleware {
    let timings: RequestTimings

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = timings.begin()
        var status = 500
        defer { timings.end(context.endpointPath, status: status, begunAt: start) }
        let response = try await next(request, context)
        status = response.status.code
        return response
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
