internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Stripe
internal import Synchronization

/// From HTTP to the machine and back.
struct SandboxDoors: Sendable {
    let host: SandboxHost
    let publicURL: String?
    private let count = Counter()

    init(host: SandboxHost, publicURL: String?) {
        self.host = host
        self.publicURL = publicURL
    }

    /// The longest body that is read: evidence is the longest thing sent.
    private static let bodyLimit = 1 << 20

    func respond(to request: Request) async -> Response {
        guard let buffer = try? await request.body.collect(upTo: Self.bodyLimit) else {
            return plain(.contentTooLarge, "A body of at most \(Self.bodyLimit) bytes is read.\n")
        }
        let body = Array(buffer.readableBytesView)
        let path = request.uri.path
        let own = publicURL ?? "http://\(request.head.authority ?? "localhost")"
        if path.hasPrefix("/_sandbox/") {
            let pages = SandboxPages(host: host, own: own)
            if let page = await pages.respond(request, path: path, body: body) { return page }
            let admin = SandboxAdmin(host: host)
            return await admin.respond(request, path: path, body: body) ?? plain(.notFound, "There is nothing here.\n")
        }
        if request.headers[.origin] != nil { return plain(.forbidden, "The API does not serve web pages.\n") }
        return await answer(request, path: path, body: body, own: own)
    }

    private func answer(_ request: Request, path: String, body: [UInt8], own: String) async -> Response {
        let form = [request.uri.query ?? "", String(decoding: body, as: UTF8.self)].filter { !$0.isEmpty }
        let outcome = await host.answer(
            SandboxRequest(
                method: request.method.rawValue, path: path, form: form.joined(separator: "&"),
                key: secretKey(request.headers[.authorization]), version: request.headers[.stripeVersion],
                idempotencyKey: request.headers[.idempotencyKey], account: request.headers[.stripeAccount]))
        switch outcome {
        case .cut: return Response(status: .ok, headers: [.cut: "1"])
        case .reply(let reply):
            var fields: HTTPFields = [
                .contentType: "application/json", .requestID: "req_\(count.next())", .stripeVersion: stripeVersion,
            ]
            if reply.isReplay { fields[.replayed] = "true" }
            if let word = reply.shouldRetry { fields[.shouldRetry] = word ? "true" : "false" }
            let text = reply.body.replacing(Sandbox.ownAddress, with: own)
            return Response(
                status: .init(code: reply.status), headers: fields, body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// From `Bearer KEY`, or the user's name of Basic, as Stripe takes both.
    private func secretKey(_ field: String?) -> String? {
        guard let field else { return nil }
        let halves = field.split(separator: " ", maxSplits: 1)
        guard halves.count == 2 else { return nil }
        switch halves[0].lowercased() {
        case "bearer": return String(halves[1])
        case "basic":
            guard let data = Data(base64Encoded: String(halves[1])) else { return nil }
            return String(decoding: data, as: UTF8.self).split(separator: ":").first.map { String($0) }
        default: return nil
        }
    }
}

/// Numbers requests.
private final class Counter: Sendable {
    private let value = Mutex(0)
    func next() -> Int {
        value.withLock {
            $0 += 1
            return $0
        }
    }
}

/// A short answer in plain text.
func plain(_ status: HTTPResponse.Status, _ text: String) -> Response {
    Response(
        status: status, headers: [.contentType: "text/plain; charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: text)))
}
