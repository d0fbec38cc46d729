import Foundation

/// Where a server's WebSocket is.
package struct ServerAddress: Sendable, Equatable {
    /// The host, a name or an address without brackets.
    package let host: String
    /// The port.
    package let port: Int
    /// The path, with the query where there is one.
    package let path: String
    /// Whether the connection is over TLS.
    package let isSecure: Bool
    /// As it was given.
    package let text: String

    /// Reads `ws://host[:port][/path]` or `wss://…`; without a path it is `/ws`.
    package init?(_ text: String) {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["ws", "wss"].contains(scheme), var host = parts.host, !host.isEmpty, parts.user == nil
        else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        let isSecure = scheme == "wss"
        let port = parts.port ?? (isSecure ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        let path =
            parts.percentEncodedPath.isEmpty || parts.percentEncodedPath == "/" ? "/ws" : parts.percentEncodedPath
        self.host = host
        self.port = port
        self.path = path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
        self.isSecure = isSecure
        self.text = text
    }

    /// As a `Host` field has it (RFC 9110 §7.2).
    var hostField: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}
