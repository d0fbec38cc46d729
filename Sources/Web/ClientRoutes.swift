/// The web client's pages that have an address of their own and no file: `index.html` answers there too, and the client
/// shows what belongs to the path. Only these: whatever else is no file stays 404. The client knows them from
/// `web-client/src/app/route.ts`.
enum ClientRoutes {
    private static let paths: Set<String> = [
        // Where the links in mails lead.
        "/verify-email", "/reset-password",
        // The marketplace.
        "/sign-in", "/register", "/ask", "/questions", "/sessions", "/desk", "/profile",
        // Money.
        "/account/payment-methods", "/account/payments", "/account/invoices", "/earnings",
        // The account itself.
        "/account", "/account/security", "/account/privacy",
        // Operators and administrators.
        "/ops", "/ops/calls", "/ops/queue", "/admin/payments", "/admin/disputes", "/admin/moderation", "/admin/users",
        "/admin/audit",
    ]
    /// Below these, each thing has a page by its id.
    private static let collections = ["/questions/", "/sessions/", "/ops/calls/"]

    /// Whether the client has a page at this path, which is matched as a whole.
    static func contains(_ path: String) -> Bool {
        path == "/" || paths.contains(path)
            || collections.contains { path.hasPrefix($0) && isID(path.utf8.dropFirst($0.utf8.count)) }
    }

    /// Whether this could be an id: letters, digits and hyphens, as the client takes them.
    private static func isID(_ text: Substring.UTF8View) -> Bool {
        (1...64).contains(text.count)
            && text.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
