import Database
import DatabaseTesting
import Events
import Foundation
import HTTPTypes
import Identifiers
import REST
import Testing

@testable import Payments

@Suite("The routes of invoices", .timeLimit(.minutes(3)))
struct InvoiceHandlerTests {
    let world: InvoiceWorld

    init() async throws { world = try await InvoiceWorld() }

    private func id(_ session: UniqueID) -> [String: String] { ["id": session.description] }

    @Test("A session's two people and an admin read its invoice; the address is not for the consultant")
    func readers() async throws {
        let session = try await world.settledSession()
        try await world.settle(
            ChargeSettled(
                session: session, mediaSeconds: 900, billableSeconds: 900, captured: 3000, refunded: 1000, fee: 300))
        let handlers = try world.handlers()
        let stranger = try await InvoiceWorld.user(.customer, "Sam", on: world.pool)
        let other = try await InvoiceWorld.user(.consultant, "Kim", on: world.pool)
        let own = try InvoiceWorld.object(try await handlers.show(world.call(world.customer, .customer, id(session))))
        #expect(own["number"] as? String == "2026-000001" && own["kind"] as? String == "invoice")
        #expect((own["total"] as? [String: Any])?["amount"] as? Int == 3000 && own["simulated"] as? Bool == false)
        #expect(own["customerEmail"] as? String == "\(world.customer)@example.org")
        let notes = try #require(own["creditNotes"] as? [[String: Any]])
        #expect(notes.map { $0["number"] as? String } == ["CN-2026-000001"])
        #expect(notes[0]["corrects"] as? String == "2026-000001")
        let lines = try #require(own["lines"] as? [[String: Any]])
        #expect(lines.map { $0["seconds"] as? Int } == [600, 300])
        #expect(Set(lines[0].keys) == ["text", "seconds", "amount"])

        let theirs = try InvoiceWorld.object(
            try await handlers.show(world.call(world.consultant, .consultant, id(session))))
        #expect(theirs["customerEmail"] is NSNull && theirs["customerName"] as? String == "Ann <Example>")
        let page = try await handlers.show(
            world.call(world.consultant, .consultant, id(session), query: ["format": "html"]))
        #expect(!String(decoding: page.body, as: UTF8.self).contains("@example.org"))
        #expect(try await handlers.show(world.call(stranger, .admin, id(session))).status == .ok)

        for (user, role) in [(stranger, Role.customer), (other, .consultant)] {
            #expect(
                try await InvoiceWorld.refusal { try await handlers.show(world.call(user, role, id(session))) }
                    == "404 invoice_not_found")
        }
        let free = try await world.session(captured: [])
        for unknown in [free, UniqueID()] {
            #expect(
                try await InvoiceWorld.refusal {
                    try await handlers.show(world.call(world.customer, .customer, id(unknown)))
                } == "404 invoice_not_found")
        }
    }

    @Test(
        "Accept or format chooses among JSON, HTML and PDF",
        arguments: [
            (nil, nil, "application/json"), ("*/*", nil, "application/json"),
            ("text/html", nil, "text/html; charset=utf-8"),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", nil, "text/html; charset=utf-8"),
            ("application/json;q=0.5, TEXT/*;q=0.7", nil, "text/html; charset=utf-8"), ("image/png", nil, "406"),
            ("application/json;q=0, application/*", nil, "503"), ("application/pdf", nil, "503"),
            ("text/html", "json", "application/json"), (nil, "html", "text/html; charset=utf-8"),
            ("text/html", "pdf", "503"),
            (nil, "doc", "400"), ("nonsense", nil, "application/json"), ("text/html;q=x", nil, "406"),
        ] as [(String?, String?, String)])
    func negotiation(accept: String?, format: String?, expected: String) async throws {
        let session = try await world.settledSession()
        let call = world.call(
            world.customer, .customer, id(session), query: format.map { ["format": $0] } ?? [:], accept: accept)
        do {
            let reply = try await world.handlers().show(call)
            #expect(reply.headers[.contentType] == expected)
            #expect(reply.headers[.vary] == "Accept")
        } catch let problem as Problem {
            #expect("\(problem.status.code)" == expected)
            if expected == "503" {
                #expect(problem.code == "pdf_unavailable" && problem.headers[.retryAfter] != nil)
                #expect(problem.detail.contains("WeasyPrint") && problem.detail.contains("format=html"))
            }
        }
    }

    @Test("A PDF is one, with a file's name; a page has a policy of its own")
    func documents() async throws {
        let session = try await world.settledSession()
        let handlers = try world.handlers(try InvoiceWorld.renderer())
        let pdf = try await handlers.show(
            world.call(world.customer, .customer, id(session), accept: "application/pdf"))
        #expect(pdf.body.starts(with: "%PDF-".utf8) && pdf.headers[.contentType] == "application/pdf")
        #expect(pdf.headers[.contentDisposition] == "inline; filename=\"2026-000001.pdf\"")
        let page = try await handlers.show(world.call(world.customer, .customer, id(session), accept: "text/html"))
        #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
    }

    @Test("A customer lists their own, an admin everybody's, in pages")
    func lists() async throws {
        let handlers = try world.handlers()
        for index in 0..<3 {
            let session = try await world.session(captured: [2000])
            try await world.settle(
                ChargeSettled(session: session, mediaSeconds: 600, billableSeconds: 600, captured: 2000, fee: 300),
                at: InvoiceWorld.now.advanced(by: .seconds(index)))
        }
        let first = try InvoiceWorld.object(
            try await handlers.list(world.call(world.customer, .customer, query: ["limit": "2"])))
        let items = try #require(first["items"] as? [[String: Any]])
        #expect(items.map { $0["number"] as? String } == ["2026-000003", "2026-000002"])
        #expect(Set(items[0].keys) == ["number", "kind", "sessionId", "issuedAt", "total", "simulated"])
        let next = try #require(first["next"] as? String)
        let rest = try InvoiceWorld.object(
            try await handlers.list(world.call(world.customer, .customer, query: ["limit": "2", "cursor": next])))
        #expect((rest["items"] as? [Any])?.count == 1 && rest["next"] is NSNull)
        let stranger = try await InvoiceWorld.user(.customer, "Sam", on: world.pool)
        let none = try InvoiceWorld.object(try await handlers.list(world.call(stranger, .customer)))
        #expect((none["items"] as? [Any])?.isEmpty == true)
        let all = try InvoiceWorld.object(try await handlers.list(world.call(stranger, .admin)))
        #expect((all["items"] as? [Any])?.count == 3)
    }
}
