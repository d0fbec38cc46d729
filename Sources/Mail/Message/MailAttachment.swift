/// A file that comes with a mail.
public struct MailAttachment: Sendable, Hashable {
    /// The name under which its reader keeps it.
    public let name: String
    /// What it is: `application/pdf`.
    public let mediaType: String
    /// Its bytes.
    public let content: [UInt8]

    private static let longestName = 60
    private static let largest = 10 << 20

    /// A file.
    ///
    /// - Throws: `MailError` with the code `invalid` where the name is not 1 to 60 of `A-Z a-z 0-9 . _ -`, the media type not
    ///   two names with a slash, or the content larger than 10 MiB.
    public init(name: String, mediaType: String, content: [UInt8]) throws(MailError) {
        guard (1...Self.longestName).contains(name.utf8.count), name.utf8.allSatisfy(Self.isPlain) else {
            throw MailError(.invalid, "an attachment's name is 1 to \(Self.longestName) plain characters")
        }
        let parts = mediaType.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isPlain) }) else {
            throw MailError(.invalid, "an attachment's media type is not one")
        }
        guard content.count <= Self.largest else {
            throw MailError(.invalid, "an attachment has at most \(Self.largest) bytes")
        }
        self.name = name
        self.mediaType = mediaType
        self.content = content
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

extension MailAttachment: CustomStringConvertible, CustomReflectable {
    /// Nothing of what it says.
    public var description: String { "an attachment" }

    /// Nothing of what it says.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
