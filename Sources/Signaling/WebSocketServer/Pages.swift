internal import Web

/// A request for a page.
struct PageRequest: Sendable {
    var path: String
    var isHead: Bool
    var host: String?
    var tag: String?
    var isSecure: Bool
    var acceptsGzip = false
}

/// What the port serves beside the WebSocket, and to whom the WebSocket is open.
struct Pages: Sendable {
    static let socketPath = "/ws"

    let origins: OriginPolicy
    let client: ClientConfiguration
    let version: String

    /// `/config.json`: where the client finds everything (docs/protocol.md).
    func configuration(for request: PageRequest) -> Response {
        guard let addresses = addresses(for: request) else { return .text(400, "No usable Host") }
        return Response(
            status: 200, fields: [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
            body: addresses.json)
    }

    /// The answer to a GET or HEAD of anything but the WebSocket.
    func response(to request: PageRequest, files: inout StaticFiles?) -> Response {
        if request.path == "/config.json" { return configuration(for: request) }
        guard let file = files?.file(at: request.path, acceptsGzip: request.acceptsGzip) else {
            if request.path == "/", files == nil {
                return .text(200, "Consult signaling server \(version). The WebSocket is at \(Self.socketPath).")
            }
            return .text(404, "Not found", [("Cache-Control", "no-store")])
        }
        var fields = [("Cache-Control", file.cacheControl), ("ETag", file.tag)]
        if file.isImmutable { fields.append(("Vary", "Accept-Encoding")) }
        let content = [("Content-Type", file.type)] + (file.coding.map { [("Content-Encoding", $0)] } ?? [])
        var response =
            request.tag == file.tag
            ? Response(status: 304, fields: fields, body: [])
            : Response(status: 200, fields: content + fields, body: file.bytes)
        response.security = client.pageFields(for: addresses(for: request))
        return response
    }

    private func addresses(for request: PageRequest) -> ClientConfiguration.Addresses? {
        client.addresses(host: request.host, isSecure: request.isSecure)
    }
}
