/// A request for a page.
struct PageRequest: Sendable {
    var path: String
    var isHead: Bool
    var host: String?
    var tag: String?
    var isSecure: Bool
}

/// What the port serves beside the WebSocket, and to whom the WebSocket is open.
struct Pages: Sendable {
    static let socketPath = "/ws"

    let origins: OriginPolicy
    let publicWebSocketURL: String?
    let version: String

    /// On every response. The client loads nothing from elsewhere and is shown in nobody's frame; media come from the
    /// camera, as blobs for previews, and from peers.
    static let securityFields: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
                + "media-src 'self' blob: mediastream:; font-src 'self'; worker-src 'self' blob:; "
                + "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; "
                + "frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ]

    /// `/config.json`: where the client finds everything (docs/protocol.md).
    func configuration(for request: PageRequest) -> Response {
        let derived = request.host.flatMap { host in
            OriginPolicy.isPlain(host) ? "\(request.isSecure ? "wss" : "ws")://\(host)\(Self.socketPath)" : nil
        }
        guard let url = publicWebSocketURL ?? derived else { return .text(400, "No usable Host") }
        let value: JSONValue = ["websocket": .string(url), "api": .null, "version": .string(version)]
        return Response(
            status: 200, fields: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
            body: value.serialized())
    }

    /// The answer to a GET or HEAD of anything but the WebSocket.
    func response(to request: PageRequest, files: inout StaticFiles?) -> Response {
        if request.path == "/config.json" { return configuration(for: request) }
        guard let file = files?.file(at: request.path) else {
            if request.path == "/", files == nil {
                return .text(200, "Consult signaling server \(version). The WebSocket is at \(Self.socketPath).")
            }
            return .text(404, "Not found", [("Cache-Control", "no-store")])
        }
        let cache = file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache"
        let fields = [("Cache-Control", cache), ("ETag", file.tag)]
        if request.tag == file.tag { return Response(status: 304, fields: fields, body: []) }
        return Response(status: 200, fields: [("Content-Type", file.type)] + fields, body: file.bytes)
    }
}
