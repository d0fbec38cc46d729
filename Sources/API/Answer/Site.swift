internal import HTTPTypes
internal import REST
internal import Synchronization
internal import Web

/// What is served beside the API: `/config.json` and the web client.
final class Site: Sendable {
    private let client: ClientConfiguration
    private let files: Mutex<StaticFiles>?

    init(_ configuration: APIConfiguration) throws(APIConfigurationError) {
        client = ClientConfiguration(
            websocket: configuration.publicWebSocketURL.map { .url($0) }
                ?? .port(configuration.signalPort, isSecure: configuration.isSignalSecure),
            api: configuration.publicURL.map { .url($0 + "/api/v1") } ?? .here, version: configuration.version,
            sendsCards: configuration.sendsCards, freeSeconds: configuration.freeSeconds)
        if let folder = configuration.clientFolder {
            guard let files = StaticFiles(folder: folder) else {
                throw APIConfigurationError(description: "the web client's folder \(folder) does not exist")
            }
            self.files = Mutex(files)
        } else {
            files = nil
        }
    }

    /// An answer, and the name of its kind in the metrics.
    struct Answer: Sendable {
        var reply: Reply
        var kind: AnswerFields.Kind
        var route: String
    }

    /// Where the client of a request finds the WebSocket.
    func webSocketURL(host: String?, isSecure: Bool) -> String? {
        client.addresses(host: host, isSecure: isSecure)?.websocket
    }

    /// - Returns: nil where there is nothing at this path.
    /// - Throws: ``Problem`` of status 405 where there is something, but not to be changed.
    func answer(
        _ method: HTTPRequest.Method, path: String, headers: HTTPFields, host: String?, isSecure: Bool
    ) throws(Problem) -> Answer? {
        let addresses = client.addresses(host: host, isSecure: isSecure)
        if path == "/config.json" {
            try Self.check(method)
            guard let addresses else {
                throw Problem(.badRequest, code: "invalid_host", "The Host is missing, or is none.")
            }
            let reply = Reply(status: .ok, headers: [.contentType: "application/json"], body: addresses.json)
            return Answer(reply: reply, kind: .data, route: "config")
        }
        let takesGzip = ContentCoding.acceptsGzip(headers[.acceptEncoding])
        guard let file = files?.withLock({ $0.file(at: path, acceptsGzip: takesGzip) }) else {
            guard Self.isVisit(method, path, headers), let page = files?.withLock({ $0.nothing() }) else { return nil }
            let reply = Reply(
                status: .notFound, headers: [.cacheControl: page.cacheControl, .contentType: page.type],
                body: page.bytes)
            return Answer(reply: reply, kind: .page(client.pageFields(for: addresses)), route: "client")
        }
        try Self.check(method)
        var reply = Reply(status: .ok, headers: [.cacheControl: file.cacheControl, .eTag: file.tag])
        if file.isImmutable { reply.headers[.vary] = "Accept-Encoding" }
        if headers[.ifNoneMatch] == file.tag {
            reply.status = .notModified
        } else {
            reply.headers[.contentType] = file.type
            reply.headers[.contentEncoding] = file.coding
            reply.body = file.bytes
        }
        return Answer(reply: reply, kind: .page(client.pageFields(for: addresses)), route: "client")
    }

    /// Whether a person opens this path, and not a program: browsers say so in `Accept`.
    private static func isVisit(_ method: HTTPRequest.Method, _ path: String, _ headers: HTTPFields) -> Bool {
        (method == .get || method == .head) && !path.hasPrefix("/api/") && !path.hasPrefix("/.well-known/")
            && headers[.accept]?.contains("text/html") == true
    }

    private static func check(_ method: HTTPRequest.Method) throws(Problem) {
        if method != .get, method != .head { throw .otherMethod([.get, .head]) }
    }
}

extension Problem {
    /// 405 for a path that has other methods.
    static func otherMethod(_ methods: [HTTPRequest.Method]) -> Problem {
        let allow = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(
            .methodNotAllowed, code: "method_not_allowed", "This path has the methods \(allow).",
            headers: [.allow: allow])
    }
}
