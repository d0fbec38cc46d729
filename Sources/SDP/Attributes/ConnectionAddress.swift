/// An address in a candidate: a literal, or a name (RFC 8839 §5.1, connection-address).
public enum ConnectionAddress: Sendable, Hashable, CustomStringConvertible {
    /// A dotted quad.
    case ipv4(String)
    /// An IPv6 literal without brackets or zone.
    case ipv6(String)
    /// A host name; browsers use random `.local` names to hide addresses.
    case name(String)

    /// Reads a literal or a name; nil where it is neither.
    public init?(_ text: String) {
        self.init(Substring(text))
    }

    init?(_ text: Substring) {
        if Self.isIPv4(text) {
            self = .ipv4(String(text))
        } else if Self.isIPv6(text) {
            self = .ipv6(String(text))
        } else if Self.isName(text) {
            self = .name(String(text))
        } else {
            return nil
        }
    }

    /// The address as written.
    public var description: String {
        switch self {
        case .ipv4(let text), .ipv6(let text), .name(let text): text
        }
    }

    /// Whether it is a multicast DNS name (RFC 6762), which nobody outside of its link can resolve.
    public var isMulticastName: Bool {
        guard case .name(let text) = self else { return false }
        return text.lowercased().utf8.suffix(6).elementsEqual(".local".utf8)
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.parts(at: .dot)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.decimal(UInt8.self) != nil && (part.utf8.count == 1 || part.utf8.first != UInt8(ascii: "0"))
            }
    }

    /// RFC 4291 §2.2.
    private static func isIPv6(_ text: Substring) -> Bool {
        guard text.utf8.count <= 45, text.utf8.contains(.colon) else { return false }
        guard text != "::" else { return true }
        var parts = text.parts(at: .colon)
        // "::" at either end leaves two empty parts where one is meant.
        if parts.count > 2, parts[0].isEmpty, parts[1].isEmpty { parts.removeFirst() }
        if parts.count > 2, parts[parts.count - 1].isEmpty, parts[parts.count - 2].isEmpty { parts.removeLast() }
        var groups = 0
        var gaps = 0
        for (index, part) in parts.enumerated() {
            if part.isEmpty {
                gaps += 1
            } else if index == parts.count - 1, isIPv4(part) {
                groups += 2
            } else if part.utf8.count <= 4, part.utf8.allSatisfy({ $0.hexadecimal != nil }) {
                groups += 1
            } else {
                return false
            }
        }
        // A single colon at an end also leaves an empty part, but no gap of two colons.
        if text.utf8.first == .colon, !text.utf8.starts(with: "::".utf8) { return false }
        if text.utf8.last == .colon, !text.utf8.suffix(2).elementsEqual("::".utf8) { return false }
        return gaps == 0 ? groups == 8 : gaps == 1 && groups < 8
    }

    /// Labels of letters, digits, hyphens and underscores; the last not all digits, so that no broken IPv4 address passes.
    private static func isName(_ text: Substring) -> Bool {
        guard text.utf8.count <= 253 else { return false }
        let labels = text.parts(at: .dot)
        for label in labels {
            guard (1...63).contains(label.utf8.count) else { return false }
            guard
                label.utf8.allSatisfy({
                    $0.isDigit || $0.isLetter || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                })
            else { return false }
        }
        guard let last = labels.last else { return false }
        return !last.utf8.allSatisfy(\.isDigit)
    }
}
