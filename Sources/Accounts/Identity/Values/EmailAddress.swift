internal import Mail

/// An account's e-mail address: what mail can be sent to, compared without case.
public struct EmailAddress: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The address as it was given, without the white space around it.
    public let text: String

    /// - Returns: nil where `text` is not an address that mail can be sent to.
    public init?(_ text: String) {
        let trimmed = text.trimmed()
        guard let address = try? MailAddress(trimmed), address.address.contains("@") else { return nil }
        self.text = address.address
    }

    /// What two spellings of the same address have in common.
    public var folded: String { text.lowercased() }

    /// Not the address: it is personal.
    public var description: String { "an e-mail address" }
    /// Not the address: it is personal.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
