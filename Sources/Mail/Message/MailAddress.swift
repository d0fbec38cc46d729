/// Where a mail goes, or comes from: an address, and the name shown beside it.
///
/// Whatever passes the checks here is harmless in a header and in SMTP's commands. An address is ASCII, with a domain of
/// other scripts in its `xn--` form (RFC 5321, section 4.1.2); the name may be in any script.
public struct MailAddress: Hashable, Sendable {
    /// The bare address: `ada@example.org`.
    public let address: String
    /// The name shown; nil for none.
    public let name: String?

    private static let longestAddress = 254
    private static let longestLocalPart = 64
    private static let longestName = 200

    /// An address, with a name where it has one.
    ///
    /// - Throws: `MailError` with the code `invalid`.
    public init(_ address: String, name: String? = nil) throws(MailError) {
        guard address.utf8.count <= Self.longestAddress else { throw MailError(.invalid, "the address is too long") }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, Self.isLocalPart(parts[0]), Self.isDomain(parts[1]) else {
            throw MailError(.invalid, "not an e-mail address")
        }
        self.address = address
        guard let name, !name.isEmpty else {
            self.name = nil
            return
        }
        guard name.utf8.count <= Self.longestName, !HeaderText.hasControls(name) else {
            throw MailError(.invalid, "the name beside an address is too long, or has control characters")
        }
        self.name = name
    }

    /// An address as people write it: `ada@example.org`, `Ada <ada@example.org>`, `"Ada, Countess" <ada@example.org>`.
    ///
    /// - Throws: `MailError` with the code `invalid`.
    public init(mailbox text: String) throws(MailError) {
        guard text.last == ">", let bracket = text.lastIndex(of: "<") else {
            try self.init(text)
            return
        }
        var name = text[..<bracket]
        while name.last == " " { name.removeLast() }
        if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        guard !name.contains(where: { "<>\"".contains($0) }) else {
            throw MailError(.invalid, "one address is wanted: name <address>")
        }
        try self.init(String(text[text.index(after: bracket)...].dropLast()), name: String(name))
    }

    /// The domain of the address.
    var domain: Substring { address[...].drop { $0 != "@" }.dropFirst() }

    /// The address as a header has it.
    var header: String { name.map { "\(HeaderText.phrase($0)) <\(address)>" } ?? address }

    /// RFC 5322's dot-atom; the quoted form is not taken.
    private static func isLocalPart(_ text: Substring) -> Bool {
        (1...longestLocalPart).contains(text.utf8.count)
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
                !atom.isEmpty && atom.allSatisfy { isLetterOrDigit($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
            }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isLetterOrDigit($0) || $0 == hyphen }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension MailAddress: CustomStringConvertible, CustomReflectable {
    /// Nothing of the address: it is somebody's.
    public var description: String { "a mail address" }

    /// Nothing of the address.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
