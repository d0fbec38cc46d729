import Database
import DatabaseTesting
import Events
import Foundation
import Testing

@testable import Payments

@Suite("Documents", .timeLimit(.minutes(3)))
struct DocumentTests {
    private static let hostile = #"</title><script>alert('x')</script> & "quotes" <img src=x onerror=y> \#u{7}bell"#

    private func page(_ world: InvoiceWorld, of session: UniqueID, showsAddress: Bool = true) async throws -> Document {
        try #require(
            InvoiceDocument.of(try await InvoiceStore.of(session: session, on: world.pool), showsAddress: showsAddress))
    }

    @Test("escape whatever people wrote, and refer to nothing")
    func escaping() async throws {
        let world = try await InvoiceWorld(issuer: "A & B\n<Street>")
        let session = try await world.settledSession(title: Self.hostile)
        let html = try await page(world, of: session).page.text
        #expect(html.contains("&lt;/title&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quotes&quot;"))
        #expect(html.contains("A &amp; B\n&lt;Street&gt;") && html.contains("Ann &lt;Example&gt;"))
        #expect(!html.contains("\u{7}"))
        for reference in ["<script", "<img", "<link", "<base", "src=", "href=", "url(", "@import", "http:", "https:"] {
            #expect(!html.replacingOccurrences(of: "&lt;img src=x", with: "").contains(reference), "\(reference)")
        }
        // Every tag is one of ours.
        let tags = Set(html.matches(of: /<\/?([a-z0-9]+)/).map { String($0.1) })
        #expect(
            tags.isSubset(of: [
                "html", "head", "meta", "title", "style", "body", "article", "header", "div", "h1", "p", "span", "bdi",
                "dl",
                "dt", "dd", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "ul", "li",
            ]))
    }

    @Test("say what an invoice has to say, a credit note on a page of its own")
    func contents() async throws {
        let world = try await InvoiceWorld()
        let session = try await world.settledSession()
        try await world.settle(
            ChargeSettled(
                session: session, mediaSeconds: 900, billableSeconds: 900, captured: 3000, refunded: 1000, fee: 300))
        let document = try await page(world, of: session)
        let html = document.page.text
        for words in [
            "2026-000001", "CN-2026-000001", "Corrects invoice", "2026-11-22", "30.00 USD", "10.00 USD", "Cora Example",
            "\(world.customer)@example.org", "\(session)", "pi_1_", "Window 2: 5:00 of 10:00 at 120.00 USD/h",
            "Tax, 0 %.", "Total given back", "15:00, billed 15:00",
        ] { #expect(html.contains(words), "\(words)") }
        #expect(html.components(separatedBy: "<article>").count == 3)
        #expect(!html.contains("A trial"))
        let withoutAddress = try await page(world, of: session, showsAddress: false).page.text
        #expect(!withoutAddress.contains("@example.org"))
        #expect(document.name == "2026-000001")
    }
}

@Suite("PDFs", .timeLimit(.minutes(3)))
struct PDFTests {
    private let document = Document(
        name: "test", title: "Test", body: "<article><h1>Invoice</h1><p>2026-000123, 30.00 USD</p></article>",
        date: InvoiceWorld.now)

    /// A program of a few lines of shell. Another program puts it in its place: a file that this process has open to write
    /// could not be run (ETXTBSY) while a child that is just being started has it open too.
    private func program(_ script: String, in folder: TemporaryFolder) throws -> String {
        try folder.write("#!/bin/sh\n" + script, to: "script")
        let path = folder.path + "/program"
        let installer = Process()
        installer.executableURL = URL(filePath: "/usr/bin/install")
        installer.arguments = ["-m", "755", folder.path + "/script", path]
        try installer.run()
        installer.waitUntilExit()
        return path
    }

    private func failure(_ renderer: PDFRenderer, _ document: Document? = nil) async -> PDFRenderer.Failure? {
        do throws(PDFRenderer.Failure) {
            _ = try await renderer.pdf(of: document ?? self.document)
            return nil
        } catch {
            return error
        }
    }

    @Test("show the number and the total, and are made alike each time")
    func real() async throws {
        let world = try await InvoiceWorld()
        let session = try await world.settledSession(title: "What about ß, 漢 and <b>?")
        let document = try #require(
            InvoiceDocument.of(try await InvoiceStore.of(session: session, on: world.pool), showsAddress: true))
        let pdf = try await InvoiceWorld.renderer().pdf(of: document)
        #expect(pdf.starts(with: "%PDF-".utf8))
        #expect(try await InvoiceWorld.renderer().pdf(of: document) == pdf)

        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try Data(pdf).write(to: URL(filePath: folder.path + "/invoice.pdf"))
        let reader = Process()
        reader.executableURL = URL(filePath: "/usr/bin/pdftotext")
        reader.arguments = ["-layout", folder.path + "/invoice.pdf", folder.path + "/invoice.txt"]
        try reader.run()
        reader.waitUntilExit()
        let text = try String(contentsOfFile: folder.path + "/invoice.txt", encoding: .utf8)
        for words in ["Invoice", "2026-000001", "30.00 USD", "Ann <Example>", "Window 1: 10:00 of 10:00", "ß"] {
            #expect(text.contains(words), "\(words)")
        }
    }

    @Test("that take too long are given up, and the program is killed with what it started")
    func slow() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = try program(
            "sleep 300 & echo $$ $! > \(folder.path)/ids.part; mv \(folder.path)/ids.part \(folder.path)/ids; wait",
            in: folder)
        var limits = PDFRenderer.Limits()
        limits.patience = .seconds(1)
        let start = ContinuousClock.now
        #expect(await failure(try PDFRenderer(program: path, limits: limits)) == .tooSlow)
        #expect(ContinuousClock.now - start < .seconds(10))
        let ids = try String(contentsOfFile: folder.path + "/ids", encoding: .utf8)
            .split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
        #expect(ids.count == 2)
        // A killed process is gone a moment later, or waits for whoever inherits it.
        let deadline = ContinuousClock.now + .seconds(10)
        func isAlive(_ id: Int32) -> Bool {
            let state = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8)
            return state.map { !$0.contains(") Z ") } ?? false
        }
        while ids.contains(where: isAlive), ContinuousClock.now < deadline { await Task.yield() }
        #expect(!ids.contains(where: isAlive))
    }

    @Test("fail where the program is missing, fails, makes no PDF, or one that is too large")
    func failures() async throws {
        #expect(await failure(try PDFRenderer(program: nil)) == .missing)
        #expect(await failure(try PDFRenderer(program: "/nonexistent/weasyprint")) == .failed)
        for script in ["exit 1", "printf '%%PDF-1.7'; exit 3", "printf 'PDF'", "", "kill -9 $$"] {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            #expect(await failure(try PDFRenderer(program: try program(script, in: folder))) == .failed, "\(script)")
        }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var limits = PDFRenderer.Limits()
        limits.document = 1000
        let large = try program("printf '%%PDF-'; head -c 2000 /dev/zero", in: folder)
        #expect(await failure(try PDFRenderer(program: large, limits: limits)) == .failed)
        #expect(await failure(try PDFRenderer(program: large)) == nil)
        limits.page = 100
        #expect(await failure(try PDFRenderer(program: large, limits: limits)) == .failed)
        for failure in [PDFRenderer.Failure.missing, .busy, .tooSlow, .failed] { #expect(!failure.words.isEmpty) }
    }

    @Test("are made one at a time, kept, and refused where too many wait")
    func queue() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        // It notes its start, and fails where another one is running.
        let path = try program(
            "cd \(folder.path); mkdir running || exit 1; echo run >> runs; cat > page; sleep 0.3; printf '%%PDF-'; "
                + "rmdir running", in: folder)
        var limits = PDFRenderer.Limits()
        limits.waiting = 3
        limits.kept = 2
        let renderer = try PDFRenderer(program: path, limits: limits)
        let documents = (0..<8).map { index in
            Document(name: "d", title: "\(index)", body: "", date: InvoiceWorld.now)
        }
        let outcomes = await withTaskGroup(of: PDFRenderer.Failure?.self) { group in
            for document in documents { group.addTask { await failure(renderer, document) } }
            return await group.reduce(into: [PDFRenderer.Failure?]()) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0 == nil || $0 == .busy } && outcomes.contains(.busy) && outcomes.contains(nil))
        func runs() throws -> Int {
            try String(contentsOfFile: folder.path + "/runs", encoding: .utf8).split(separator: "\n").count
        }
        #expect(try runs() == outcomes.count { $0 == nil })
        for document in [documents[0], documents[1], documents[0]] { #expect(await failure(renderer, document) == nil) }
        let before = try runs()
        for document in [documents[0], documents[1]] { #expect(await failure(renderer, document) == nil) }
        #expect(try runs() == before)
    }
}
