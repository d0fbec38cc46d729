internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Stripe

/// The plain pages in the place of Stripe's own. No card number is asked for: one of Stripe's test methods is chosen.
///
/// | page | what |
/// |---|---|
/// | `/_sandbox/setup/{id}?client_secret=…&return_url=…` | stores a card with a SetupIntent |
/// | `/_sandbox/authenticate/{id}?client_secret=…` | the bank asks the card's owner |
/// | `/_sandbox/onboarding/{token}` | an account link |
struct SandboxPages: Sendable {
    let host: SandboxHost
    /// The stand-in's own address.
    let own: String

    func respond(_ request: Request, path: String, body: [UInt8]) async -> Response? {
        let parts = path.split(separator: "/").map { String($0) }
        guard parts.count == 3 else { return nil }
        let query = Dictionary(
            (Form(encoded: request.uri.query ?? "")?.parameters ?? []).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        let fields = Dictionary(
            (Form(encoded: String(decoding: body, as: UTF8.self))?.parameters ?? []).map { ($0.name, $0.value) },
            uniquingKeysWith: { first, _ in first })
        let isPost = request.method == .post
        guard isPost || request.method == .get else { return nil }
        if isPost, let origin = request.headers[.origin], origin != "null", origin != own {
            return plain(.forbidden, "This form was sent by another page.\n")
        }
        switch parts[1] {
        case "setup": return await setUp(parts[2], query, chosen: isPost ? fields["method"] ?? "" : nil)
        case "authenticate": return await authenticate(parts[2], query, answer: isPost ? fields["answer"] ?? "" : nil)
        case "onboarding": return await onboard(parts[2], isPost: isPost)
        default: return nil
        }
    }

    private func setUp(_ id: String, _ query: [String: String], chosen: String?) async -> Response {
        let secret = query["client_secret"] ?? ""
        guard let row = await host.setup(id, secret: secret) else { return missing }
        guard let chosen else {
            if row.status == .succeeded { return page("Card stored", "<p>The card is stored.</p>") }
            let methods = TestCard.allCases.map { card in
                "<option value=\"\(card.rawValue)\">\(card.rawValue) (\(card.traits.brand), \(card.traits.last4))</option>"
            }
            return page(
                "Add a card",
                """
                <p>Choose one of Stripe's test methods. No real card belongs here.</p>
                <form method="post"><p><label>Test method <select name="method" data-testid="sandbox-method">\
                \(methods.joined())</select></label></p>
                <p><button data-testid="sandbox-store">Store this card</button></p></form>
                """)
        }
        let reply = await host.apply(.setUp(intent: id, secret: secret, method: chosen))
        guard reply.status == 200 else {
            return page(
                "Card refused",
                "<p data-testid=\"sandbox-refused\">The card was refused.</p><p><a href=\"\">Choose another</a></p>")
        }
        return back(to: query["return_url"] ?? row.returnURL, "Card stored", "<p>The card is stored.</p>")
    }

    private func authenticate(_ id: String, _ query: [String: String], answer: String?) async -> Response {
        let secret = query["client_secret"] ?? ""
        guard let row = await host.intent(id, secret: secret) else { return missing }
        guard let answer else {
            guard row.status == .needsAction else {
                return page("Nothing to do", "<p>This payment does not ask for you.</p>")
            }
            return page(
                "Your bank asks",
                """
                <p>Do you agree to a hold of \(row.amount) (minor units) \(row.currency)?</p>
                <form method="post"><p><button name="answer" value="yes" data-testid="sandbox-agree">Agree</button>
                <button name="answer" value="no" data-testid="sandbox-refuse">Refuse</button></p></form>
                """)
        }
        let reply = await host.apply(.authenticate(intent: id, secret: secret, agrees: answer == "yes"))
        guard reply.status == 200 else { return page("Nothing to do", "<p>This payment does not ask for you.</p>") }
        return back(to: query["return_url"], "Thank you", "<p>Your answer was passed on.</p>")
    }

    private func onboard(_ token: String, isPost: Bool) async -> Response {
        guard let link = await host.link(token) else {
            return page("Link used up", "<p>This link was used or has expired. Ask for another.</p>", .notFound)
        }
        guard isPost else {
            return page(
                "Receive payouts",
                """
                <p>Stripe would ask here who you are and where your bank account is. The stand-in asks nothing.</p>
                <form method="post"><p><button data-testid="sandbox-onboard">Finish</button></p></form>
                """)
        }
        let reply = await host.apply(.onboard(token: token))
        guard reply.status == 200 else {
            return back(to: link.refreshURL, "Link expired", "<p>This link has expired.</p>")
        }
        return back(to: link.returnURL, "Done", "<p>Your account is ready.</p>")
    }

    private var missing: Response { page("Not found", "<p>There is no such page.</p>", .notFound) }

    /// Sends the browser on, where the address is one of the web.
    private func back(to address: String?, _ title: String, _ text: String) -> Response {
        guard let address, address.hasPrefix("http://") || address.hasPrefix("https://"),
            address.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            return page(title, text)
        }
        return Response(status: .seeOther, headers: [.location: address])
    }

    private func page(_ title: String, _ content: String, _ status: HTTPResponse.Status = .ok) -> Response {
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(title) (simulated)</title>
            <meta name="viewport" content="width=device-width, initial-scale=1"></head>
            <body><main><h1>\(title)</h1><p><strong>Simulated: no real money moves here.</strong></p>
            \(content)</main></body></html>

            """
        return Response(
            status: status,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-store",
                .contentSecurityPolicy: "default-src 'none'; form-action *; frame-ancestors 'none'",
            ], body: .init(byteBuffer: ByteBuffer(string: html)))
    }
}
