internal import CWebSockets
internal import Web

/// What the HTTP side of the port answers.
struct Response {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]
    /// What a browser is told it may do with it.
    var security = SecurityFields.page(connectingTo: [])

    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 426: "Upgrade Required"
        case 429: "Too Many Requests"
        default: "Service Unavailable"
        }
    }

    static func text(_ status: Int, _ text: String, _ fields: [(name: String, value: String)] = []) -> Response {
        Response(
            status: status, fields: [("Content-Type", "text/plain; charset=utf-8")] + fields,
            body: Array((text + "\n").utf8))
    }

    /// Status line and header fields as they go over an HTTP/1.1 connection, with those that every response has.
    func head(closes: Bool) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.reason(status))\r\n"
        // A 304 has no body, and its length would be taken for the page's (RFC 9110 §8.6).
        if status != 304 { text += "Content-Length: \(body.count)\r\n" }
        for (name, value) in fields + security { text += "\(name): \(value)\r\n" }
        if closes { text += "Connection: close\r\n" }
        return Array((text + "\r\n").utf8)
    }
}

extension WebSocketServer {
    /// Answers an HTTP request.
    ///
    /// - Returns: whether the connection goes on.
    func answer(_ session: Session) -> Bool {
        let request = request(on: session.handle)
        guard let request else {
            respond(
                .text(405, "Method not allowed", [("Allow", "GET, HEAD")]), to: session, isHead: false, closes: true)
            return false
        }
        if request.path == Pages.socketPath {
            return respond(
                .text(426, "This is a WebSocket", [("Upgrade", "websocket")]), to: session, isHead: request.isHead)
        }
        return respond(hub.assumeIsolated { $0.page(request) }, to: session, isHead: request.isHead)
    }

    /// Refuses a WebSocket upgrade with an HTTP status where it may not be.
    ///
    /// - Returns: whether it was refused.
    func refuseUpgrade(_ session: Session) -> Bool {
        guard let refusal = refusal(session) else { return false }
        respond(refusal, to: session, isHead: false, closes: true)
        return true
    }

    private func refusal(_ session: Session) -> Response? {
        guard let request = request(on: session.handle), !request.isHead else {
            return .text(405, "Method not allowed", [("Allow", "GET")])
        }
        guard request.path == Pages.socketPath else { return .text(404, "Not found") }
        let hasOrigin = lws_hdr_total_length(session.handle, WSI_TOKEN_ORIGIN) > 0
        let origin = field(WSI_TOKEN_ORIGIN, of: session.handle)
        guard !hasOrigin || origin != nil, pages.origins.allows(origin: origin, host: request.host) else {
            return .text(403, "This origin may not connect")
        }
        let limit = options.connectionsPerAddress
        if limit > 0, socketsByAddress[session.address, default: 0] >= limit {
            return .text(429, "Too many connections from this address", [("Retry-After", "10")])
        }
        return nil
    }

    /// - Returns: whether the connection goes on.
    @discardableResult
    private func respond(_ response: Response, to session: Session, isHead: Bool, closes: Bool = false) -> Bool {
        let head = response.head(closes: closes)
        // A response that fits goes out at once; a longer one as the socket takes it.
        let fits = response.body.count <= 4096
        let first = fits && !isHead ? head + response.body : head
        guard write(first[...], to: session.handle, as: fits || isHead ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP_HEADERS)
        else { return false }
        if closes { return false }
        if fits || isHead { return lws_http_transaction_completed(session.handle) == 0 }
        session.body = response.body[...]
        lws_set_timeout(session.handle, PENDING_TIMEOUT_HTTP_CONTENT, 30)
        lws_callback_on_writable(session.handle)
        return true
    }

    /// Writes the next piece of a response's body.
    func continueBody(_ session: Session) -> Bool {
        guard !session.body.isEmpty else { return true }
        let piece = session.body.prefix(32768)
        session.body = session.body.dropFirst(piece.count)
        let isLast = session.body.isEmpty
        guard write(piece, to: session.handle, as: isLast ? LWS_WRITE_HTTP_FINAL : LWS_WRITE_HTTP) else { return false }
        if isLast {
            session.body = []
            return lws_http_transaction_completed(session.handle) == 0
        }
        lws_set_timeout(session.handle, PENDING_TIMEOUT_HTTP_CONTENT, 30)
        lws_callback_on_writable(session.handle)
        return true
    }

    /// The request on a connection; nil for methods other than GET and HEAD.
    private func request(on handle: OpaquePointer) -> PageRequest? {
        let isHead = lws_hdr_total_length(handle, WSI_TOKEN_HEAD_URI) > 0
        guard let path = field(isHead ? WSI_TOKEN_HEAD_URI : WSI_TOKEN_GET_URI, of: handle) else { return nil }
        return PageRequest(
            path: path, isHead: isHead, host: field(WSI_TOKEN_HOST, of: handle),
            tag: field(WSI_TOKEN_HTTP_IF_NONE_MATCH, of: handle), isSecure: lws_is_ssl(handle) != 0,
            acceptsGzip: ContentCoding.acceptsGzip(field(WSI_TOKEN_HTTP_ACCEPT_ENCODING, of: handle)))
    }

    /// A header field; nil where it is missing, too long, or not UTF-8.
    private func field(_ token: lws_token_indexes, of handle: OpaquePointer) -> String? {
        let length = lws_hdr_total_length(handle, token)
        guard length > 0, length < 2048 else { return nil }
        var buffer = [UInt8](repeating: 0, count: Int(length) + 1)
        let copied = buffer.withUnsafeMutableBytes { bytes in
            lws_hdr_copy(handle, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), token)
        }
        guard copied > 0, copied <= length else { return nil }
        return String(validating: buffer[..<Int(copied)], as: UTF8.self)
    }
}
