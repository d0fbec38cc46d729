import Foundation
import Testing

@testable import Web

@Suite struct StaticFilesTests {
    /// A built client in miniature.
    private final class Folder {
        let path = NSTemporaryDirectory() + "consult-web-\(UUID().uuidString)"

        init() throws {
            try FileManager.default.createDirectory(atPath: path + "/assets", withIntermediateDirectories: true)
            try Data("<html>".utf8).write(to: URL(filePath: path + "/index.html"))
            try Data("main()".utf8).write(to: URL(filePath: path + "/assets/main-1.js"))
        }

        func file(at path: String, acceptsGzip: Bool = false) throws -> StaticFiles.File? {
            var files = try #require(StaticFiles(folder: self.path))
            return files.file(at: path, acceptsGzip: acceptsGzip)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test(arguments: [
        "/", "/index.html", "/verify-email", "/reset-password", "/sign-in", "/register", "/ask", "/questions",
        "/sessions", "/desk", "/profile", "/questions/01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f",
        "/sessions/01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f", "/account/payment-methods", "/account/payments",
        "/account/invoices", "/earnings", "/admin/payments", "/account", "/account/security", "/account/privacy",
        "/ops", "/ops/calls", "/ops/calls/01980f3e-5a4b-7c6d-8e9f-0a1b2c3d4e5f", "/ops/queue", "/admin/users",
        "/admin/audit", "/admin/disputes", "/admin/moderation",
    ])
    func `the client's pages are all its index`(path: String) throws {
        let folder = try Folder()
        let file = try #require(try folder.file(at: path))
        #expect(file.bytes == Array("<html>".utf8))
        #expect(file.type == "text/html; charset=utf-8")
        #expect(file.cacheControl == "no-cache")
        let index = try #require(try folder.file(at: "/"))
        #expect(file.tag == index.tag)
    }

    @Test(arguments: [
        "/verify-email/", "/verify-email/x", "/x/verify-email", "/Verify-Email", "//verify-email", "/reset-passwords",
        "/reset-password.html", "/unknown", "/assets", "verify-email", "/questions/", "/questions/a/b",
        "/questions/a.b", "/sessions/..", "/sessions/a%20b", "/desk/1",
        "/account/", "/admin", "/admin/moderation/1", "/earnings/1", "/ops/", "/ops/calls/", "/ops/calls/a/b",
        "/questions/\(String(repeating: "a", count: 65))",
    ])
    func `what is neither a file nor a page of the client is not found`(path: String) throws {
        let file = try Folder().file(at: path)
        #expect(file == nil)
    }

    @Test func `what was packed when the client was built goes packed to those who take that`() throws {
        let folder = try Folder()
        try Data("packed".utf8).write(to: URL(filePath: folder.path + "/assets/main-1.js.gz"))
        try Data("packed".utf8).write(to: URL(filePath: folder.path + "/index.html.gz"))
        let plain = try #require(try folder.file(at: "/assets/main-1.js"))
        let packed = try #require(try folder.file(at: "/assets/main-1.js", acceptsGzip: true))
        #expect(plain.bytes == Array("main()".utf8) && plain.coding == nil)
        #expect(packed.bytes == Array("packed".utf8) && packed.coding == "gzip" && packed.isImmutable)
        #expect(packed.type == plain.type && packed.tag != plain.tag)
        // Only what never changes under its name, and never by the packed file's own name.
        #expect(try folder.file(at: "/", acceptsGzip: true)?.bytes == Array("<html>".utf8))
        #expect(try folder.file(at: "/assets/main-1.js.gz", acceptsGzip: true) == nil)
    }

    @Test(arguments: [
        ("gzip", true), ("gzip, deflate, br", true), ("br;q=1.0, GZIP ; q=0.8", true), (nil, false), ("", false),
        ("br", false), ("gzip;q=0", false), ("gzip; q=0.000", false), ("gzip;q=0.1", true), ("xgzip", false),
    ])
    func `whether somebody takes gzip is said in Accept-Encoding`(field: String?, takes: Bool) {
        #expect(ContentCoding.acceptsGzip(field) == takes)
    }

    @Test func `files of the client are found under their own names`() throws {
        let folder = try Folder()
        let file = try #require(try folder.file(at: "/assets/main-1.js"))
        #expect(file.bytes == Array("main()".utf8))
        #expect(file.isImmutable)
    }

    @Test func `a folder without an index has no pages`() throws {
        let folder = try Folder()
        try FileManager.default.removeItem(atPath: folder.path + "/index.html")
        let file = try folder.file(at: "/verify-email")
        #expect(file == nil)
    }
}
