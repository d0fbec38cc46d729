/// Which web pages may open a WebSocket. Browsers attach `Origin` to every upgrade and no page can change it; a client
/// that isn't a browser has none, and isn't a danger to anybody's cookies.
public struct OriginPolicy: Sendable {
    /// Hosts of any scheme and port.
    private let hosts: Set<String>
    /// Whole origins: scheme, host, port.
    private let origins: Set<String>

    /// A policy.
    ///
    /// - Parameters:
    ///   - publicURL: where the client is served from outside; its host is allowed.
    ///   - allowed: further origins (`https://example.com`) or bare hosts.
    public init(publicURL: String?, allowed: [String]) {
        var hosts: Set<String> = []
        var origins: Set<String> = []
        if let publicURL, let host = Self.host(ofURL: publicURL) { hosts.insert(host) }
        for entry in allowed.map({ $0.lowercased() }) {
            if entry.contains("://") {
                origins.insert(entry.hasSuffix("/") ? String(entry.dropLast()) : entry)
            } else if let host = Self.host(ofAuthority: entry) {
                hosts.insert(host)
            }
        }
        self.hosts = hosts
        self.origins = origins
    }

    /// Whether an upgrade with these headers may go on.
    public func allows(origin: String?, host: String?) -> Bool {
        guard let origin = origin?.lowercased() else { return true }
        if origins.contains(origin) { return true }
        guard let originHost = Self.host(ofURL: origin) else { return false }
        return hosts.contains(originHost) || host.flatMap { Self.host(ofAuthority: $0.lowercased()) } == originHost
    }

    /// The host in `scheme://host[:port][/…]`.
    public static func host(ofURL url: String) -> String? {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard ["http", "https", "ws", "wss"].contains(scheme) else { return nil }
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return host(ofAuthority: authority.lowercased())
    }

    /// `scheme://host[:port]` of a URL, in lowercase; nil where it has none.
    public static func origin(ofURL url: String) -> String? {
        guard host(ofURL: url) != nil, let separator = url.firstRange(of: "://") else { return nil }
        let authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return (url[..<separator.upperBound] + authority).lowercased()
    }

    /// The host in `host[:port]` or `[v6][:port]`; nil for anything that is more or less than that.
    public static func host(ofAuthority authority: String) -> String? {
        guard isPlain(authority) else { return nil }
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            return String(authority[...end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let host = parts.first, !host.isEmpty else { return nil }
        return String(host)
    }

    /// Whether `authority` has only what a host and a port are made of, so that it can stand in a URL or a header.
    public static func isPlain(_ authority: String) -> Bool {
        (1...255).contains(authority.utf8.count)
            && authority.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: "["),
                    UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }
}
