internal import HTTPTypes
internal import REST
internal import Web

/// Which web pages may use the API: our own, those the signaling core serves on the same host, and those that the
/// configuration allows. Nobody else's is told anything (the Fetch standard's CORS protocol), and none may make a
/// browser change something in its user's name.
struct CrossOrigin: Sendable {
    /// What a request's `Origin` is to us.
    enum Verdict: Sendable, Equatable {
        /// There is none: no browser, or a request that does not cross origins.
        case none
        /// Ours, or an allowed one.
        case allowed(String)
        /// Somebody else's.
        case foreign
    }

    private let listed: OriginPolicy
    private let ours: Set<String>
    private let signalPort: UInt16

    init(_ configuration: APIConfiguration) {
        listed = OriginPolicy(publicURL: nil, allowed: configuration.allowedOrigins)
        signalPort = configuration.signalPort
        let signal = configuration.publicWebSocketURL.map { "http" + $0.dropFirst("ws".count) }
        ours = Set([configuration.publicURL, signal].compactMap { $0.flatMap(OriginPolicy.origin(ofURL:)) })
    }

    func verdict(origin: String?, host: String?) -> Verdict {
        guard let origin else { return .none }
        guard let plain = OriginPolicy.origin(ofURL: origin), plain == origin.lowercased() else { return .foreign }
        if ours.contains(plain) || listed.allows(origin: plain, host: nil) { return .allowed(origin) }
        guard let host = host?.lowercased(), let name = OriginPolicy.host(ofAuthority: host) else { return .foreign }
        // Whether a proxy in front of us speaks TLS is not known here, and a page's port tells it from all others.
        let own = [host, "\(name):\(signalPort)"].flatMap { ["http://\($0)", "https://\($0)"] }
        return own.contains(plain) ? .allowed(origin) : .foreign
    }

    /// Refuses what a foreign page makes a browser do with its user's cookie.
    func check(_ verdict: Verdict, _ method: HTTPRequest.Method, _ headers: HTTPFields) throws(Problem) {
        guard verdict == .foreign, ![.get, .head, .options].contains(method), headers.contains(.cookie) else { return }
        throw Problem(.forbidden, code: "foreign_origin", "Pages of this origin may not use the API.")
    }

    /// Adds what a browser needs in order to show an answer to the page that asked.
    func add(_ verdict: Verdict, to fields: inout HTTPFields) {
        fields.append(HTTPField(name: .vary, value: "Origin"))
        guard case .allowed(let origin) = verdict else { return }
        fields[.accessControlAllowOrigin] = origin
        fields[.accessControlAllowCredentials] = "true"
        fields[.accessControlExposeHeaders] = "X-Request-Id, Retry-After, Idempotency-Replayed, Location"
    }

    /// The answer to OPTIONS of a path with these methods.
    func options(_ methods: [HTTPRequest.Method], _ verdict: Verdict) -> Reply {
        let allow = (methods.map(\.rawValue) + ["OPTIONS"]).joined(separator: ", ")
        var reply = Reply(status: .noContent, headers: [.allow: allow])
        guard case .allowed = verdict else { return reply }
        reply.headers[.accessControlAllowMethods] = allow
        reply.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Idempotency-Key, X-Request-Id"
        reply.headers[.accessControlMaxAge] = "600"
        return reply
    }
}
