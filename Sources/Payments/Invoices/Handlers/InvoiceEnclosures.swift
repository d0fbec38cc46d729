public import Database
public import Mail

/// Makes the documents that mails about invoices enclose.
public struct InvoiceEnclosures: Sendable {
    private let pool: DatabasePool
    private let renderer: PDFRenderer

    /// What makes documents of the invoices in a database.
    public init(pool: DatabasePool, renderer: PDFRenderer) {
        self.pool = pool
        self.renderer = renderer
    }

    /// The document as PDF; as HTML where no PDF can be made at the moment.
    ///
    /// - Parameter name: as the mail names it.
    /// - Throws: `MailError`: `invalid` where there is no such document, `unavailable` where the database is away.
    public func make(_ name: String) async throws(MailError) -> [MailAttachment] {
        guard let id = InvoiceMail.document(name), let invoice = try await find(id),
            let document = InvoiceDocument.of([invoice], showsAddress: true)
        else { throw MailError(.invalid, "the document that the mail encloses does not exist") }
        if let pdf = try? await renderer.pdf(of: document),
            let attachment = try? MailAttachment(
                name: "\(document.name).pdf", mediaType: DocumentFormat.pdf.mediaType, content: pdf)
        {
            return [attachment]
        }
        return [
            try MailAttachment(
                name: "\(document.name).html", mediaType: DocumentFormat.html.mediaType,
                content: Array(document.page.text.utf8))
        ]
    }

    private func find(_ id: UniqueID) async throws(MailError) -> Invoice? {
        do {
            return try await InvoiceStore.find(id, on: pool)
        } catch {
            throw MailError(.unavailable, "what the mail encloses cannot be read")
        }
    }
}
