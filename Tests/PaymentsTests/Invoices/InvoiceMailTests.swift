import Database
import DatabaseTesting
import Events
import Foundation
import Mail
import Testing

@testable import Payments

@Suite("Mails about invoices", .timeLimit(.minutes(3)))
struct InvoiceMailTests {
    let world: InvoiceWorld

    init() async throws { world = try await InvoiceWorld() }

    /// Sends all that waits, and reads it.
    private func send(_ renderer: PDFRenderer) async throws -> [String] {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let courier = Courier(
            on: world.pool, transport: try FolderTransport(folder: folder.path),
            configuration: .init(sender: try MailAddress("no-reply@consult.example")), logger: .quiet,
            enclosures: InvoiceEnclosures(pool: world.pool, renderer: renderer).make)
        while try await courier.deliverNext() {}
        #expect(courier.metrics.failed == 0)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            try String(contentsOfFile: folder.path + "/" + $0, encoding: .utf8)
        }
    }

    private func attachment(_ mail: String, _ mediaType: String) throws -> Data {
        let part = try #require(
            mail.components(separatedBy: "\r\n--=_").first { $0.contains("Content-Type: \(mediaType);") })
        let body = try #require(part.components(separatedBy: "\r\n\r\n").last)
        return try #require(Data(base64Encoded: body.replacingOccurrences(of: "\r\n", with: "")))
    }

    @Test("bring the invoice as PDF to the customer, and a credit note as well")
    func pdf() async throws {
        let session = try await world.settledSession(title: "My secret question")
        try await world.settle(
            ChargeSettled(
                session: session, mediaSeconds: 900, billableSeconds: 900, captured: 3000, refunded: 1000, fee: 300))
        let mails = try await send(try InvoiceWorld.renderer())
        #expect(mails.count == 2)
        for (mail, number) in zip(mails, ["2026-000001", "CN-2026-000001"]) {
            #expect(mail.contains("To: \(world.customer)@example.org\r\n") && !mail.contains("secret question"))
            #expect(mail.contains("\(number)\r\n") && mail.contains("https://example.org/sessions/\(session)"))
            #expect(mail.contains("Content-Disposition: attachment; filename=\"\(number).pdf\""))
            #expect(try attachment(mail, "application/pdf").starts(with: "%PDF-".utf8))
        }
        #expect(mails[0].contains("Window 2: 5:00 of 10:00 at 120.00 USD/h: 10.00 USD\r\n"))
        #expect(mails[1].contains("Given back: 10.00 USD\r\n"))
        // What a sent mail said, and named, is forgotten.
        #expect(
            try await world.value("SELECT count(*) FROM mail_outbox WHERE enclosure IS NOT NULL", as: Int.self) == 0)
    }

    @Test("bring the page where no PDF can be made")
    func html() async throws {
        _ = try await world.settledSession()
        let mail = try #require(try await send(try PDFRenderer(program: nil)).first)
        let page = String(decoding: try attachment(mail, "text/html"), as: UTF8.self)
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("2026-000001"))
    }

    @Test("are not sent with what does not exist")
    func unknown() async throws {
        let enclosures = InvoiceEnclosures(pool: world.pool, renderer: try PDFRenderer(program: nil))
        for name in ["invoice \(UniqueID())", "invoice x", "statement 1", ""] {
            await #expect {
                try await enclosures.make(name)
            } throws: { ($0 as? MailError)?.code == .invalid }
        }
    }
}
