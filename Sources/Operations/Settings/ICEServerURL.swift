/// The address of a STUN or TURN server (RFC 7064, RFC 7065).
public struct ICEServerURL: Sendable, Equatable {
    /// `stun`, `stuns`, `turn` or `turns`.
    public let scheme: String
    /// A name or an address, without brackets.
    public let host: String
    /// The port; the scheme's own where none was given.
    public let port: UInt16
    /// `udp` or `tcp` where the address names one (TURN only).
    public let transport: String?
    /// The address as it was written.
    public let text: String

    /// Reads `stun:host`, `stun:host:port`, `turn:host:port?transport=tcp`.
    ///
    /// - Returns: nil where `text` is not such an address.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        scheme = text[..<colon].lowercased()
        guard ["stun", "stuns", "turn", "turns"].contains(scheme) else { return nil }
        var rest = text[text.index(after: colon)...]
        if let question = rest.firstIndex(of: "?") {
            switch (scheme.hasPrefix("turn"), rest[question...]) {
            case (true, "?transport=udp"): transport = "udp"
            case (true, "?transport=tcp"): transport = "tcp"
            default: return nil
            }
            rest = rest[..<question]
        } else {
            transport = nil
        }
        guard let (host, portText) = splitHost(rest) else { return nil }
        if let portText {
            guard let port = UInt16(portText), port > 0 else { return nil }
            self.port = port
        } else {
            port = scheme.hasSuffix("s") ? 5349 : 3478
        }
        self.host = host
        self.text = text
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port` in their parts; a bare IPv6 address is not told apart from a port.
private func splitHost(_ text: Substring) -> (host: String, port: Substring?)? {
    let host: Substring
    let tail: Substring
    if text.hasPrefix("[") {
        guard let end = text.firstIndex(of: "]") else { return nil }
        host = text[text.index(after: text.startIndex)..<end]
        tail = text[text.index(after: end)...]
        guard isAddress(String(host)) else { return nil }
    } else {
        let end = text.firstIndex(of: ":") ?? text.endIndex
        host = text[..<end]
        tail = text[end...]
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard !host.isEmpty, isName else { return nil }
    }
    if tail.isEmpty { return (String(host), nil) }
    guard tail.first == ":" else { return nil }
    return (String(host), tail.dropFirst())
}

extension SettingKind<ICEServerURL> {
    /// A STUN server.
    static var stunServer: Self {
        SettingKind("a STUN address like stun:stun.example.org:3478") { text in
            ICEServerURL(text).flatMap { $0.scheme.hasPrefix("stun") ? $0 : nil }
        }
    }

    /// A TURN server.
    static var turnServer: Self {
        SettingKind("a TURN address like turn:turn.example.org:3478?transport=udp") { text in
            ICEServerURL(text).flatMap { $0.scheme.hasPrefix("turn") ? $0 : nil }
        }
    }
}
