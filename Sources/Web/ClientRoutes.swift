/// The web client's pages that have an address of their own and no file: `index.html` answers there too, and the client
/// shows what belongs to the path. Only these: whatever else is no file stays 404.
enum ClientRoutes {
    /// Where the links in mails lead.
    private static let paths: Set<String> = ["/verify-email", "/reset-password"]

    /// Whether the client has a page at this path, which is matched as a whole.
    static func contains(_ path: String) -> Bool { path == "/" || paths.contains(path) }
}
