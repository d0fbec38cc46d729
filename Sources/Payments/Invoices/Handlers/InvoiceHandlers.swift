public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/sessions/{id}/invoice`, `/invoices` and `/statements`: what was issued, for people and for programs.
public struct InvoiceHandlers: Sendable {
    let pool: DatabasePool
    let terms: InvoiceTerms
    let renderer: PDFRenderer

    /// Handlers on a database.
    public init(pool: DatabasePool, terms: InvoiceTerms, renderer: PDFRenderer) {
        self.pool = pool
        self.terms = terms
        self.renderer = renderer
    }

    /// `GET /sessions/{id}/invoice?format=`: 200 with the session's invoice and its credit notes, for its two people and
    /// admins; 404 `invoice_not_found` where there is none. The customer's e-mail address is not for the consultant.
    public func show(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let format = try DocumentFormat.wanted(by: call)
        let invoices = try await InvoiceStore.of(session: try call.id(of: "session"), on: pool)
        let nothing = Problem(.notFound, code: "invoice_not_found", "There is no invoice for this session.")
        guard let first = invoices.first,
            caller.role == .admin || [first.customer, first.consultant].contains(caller.user)
        else { throw nothing }
        let showsAddress = caller.user != first.consultant
        guard let view = InvoiceView.of(invoices, showsAddress: showsAddress),
            let document = InvoiceDocument.of(invoices, showsAddress: showsAddress)
        else { throw nothing }
        return try await reply(format, view, document)
    }

    /// `GET /invoices?limit=&cursor=`: 200 with a page of a customer's own invoices and credit notes, an admin's of
    /// everybody's; the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let page = try call.page(after: UniqueID.self)
        let found = try await InvoiceStore.page(page, of: caller.role == .admin ? nil : caller.user, on: pool)
        return .json(page.listing(of: found, key: \.id) { InvoiceItem($0) })
    }

    /// A document in the format that is wanted.
    func reply(_ format: DocumentFormat, _ view: some Encodable, _ document: @autoclosure () -> Document) async throws
        -> Reply
    {
        var reply: Reply
        switch format {
        case .json: reply = .json(view)
        case .html:
            reply = Reply(status: .ok, body: Array(document().page.text.utf8))
            reply.headers[.contentType] = "text/html; charset=utf-8"
            reply.headers[.contentSecurityPolicy] = Document.policy
        case .pdf:
            let document = document()
            reply = Reply(status: .ok, body: try await pdf(of: document))
            reply.headers[.contentType] = format.mediaType
            reply.headers[.contentDisposition] = "inline; filename=\"\(document.name).pdf\""
        }
        reply.headers[.vary] = "Accept"
        return reply
    }

    private func pdf(of document: Document) async throws(Problem) -> [UInt8] {
        do throws(PDFRenderer.Failure) {
            return try await renderer.pdf(of: document)
        } catch {
            throw Problem(
                .serviceUnavailable, code: "pdf_unavailable",
                "\(error.words) The same document can be had with ?format=html."
            )
            .retry(after: error == .missing ? 3600 : 10)
        }
    }
}
