public import Database

/// Names a mail for ever: it is the row's id and part of the Message-ID, and what a log may say of a mail.
public struct MailID: Hashable, Sendable, CustomStringConvertible {
    /// The UUID.
    public let value: UniqueID

    /// A new id.
    public init() { value = UniqueID() }

    /// The id with this UUID.
    public init(_ value: UniqueID) { self.value = value }

    /// The UUID's text.
    public var description: String { value.description }
}

extension MailID: ParameterEncodable, ColumnDecodable {
    /// The UUID.
    public var parameter: Parameter { value.parameter }

    /// The id of a `uuid` column.
    public init?(columnText: RawSpan) {
        guard let value = UniqueID(columnText: columnText) else { return nil }
        self.value = value
    }
}

/// A mail to one person.
public struct Email: Hashable, Sendable {
    /// To whom.
    public let recipient: MailAddress
    /// What it is about, on one line.
    public let subject: String
    /// What it says.
    public let text: String
    /// The same in HTML; nil for none.
    public let html: String?
    /// The one link that the reader is to follow, which the text has as well; nil where there is none. It may hold a
    /// secret, and is kept until the mail is sent.
    public let link: String?
    /// Names what the mail encloses, for whoever makes it when the mail is sent (``Courier/Enclosures``); nil for nothing.
    public let enclosure: String?

    private static let longestEnclosure = 200
    private static let longestSubject = 250
    private static let largestBody = 256 << 10

    /// A mail.
    ///
    /// - Throws: `MailError` with the code `invalid` where the subject is empty, longer than 250 bytes or not one line,
    ///   where the enclosure's name is empty or longer than 200 bytes, or where a body has a NUL or more than 256 KiB.
    public init(
        to recipient: MailAddress, subject: String, text: String, html: String? = nil, link: String? = nil,
        enclosure: String? = nil
    ) throws(MailError) {
        guard (1...Self.longestSubject).contains(subject.utf8.count), !HeaderText.hasControls(subject) else {
            throw MailError(.invalid, "a subject is one line of 1 to \(Self.longestSubject) bytes")
        }
        for body in [text, html, link].compactMap({ $0 }) {
            guard body.utf8.count <= Self.largestBody, !body.utf8.contains(0) else {
                throw MailError(.invalid, "a body has a NUL, or more than \(Self.largestBody) bytes")
            }
        }
        guard enclosure.map({ (1...Self.longestEnclosure).contains($0.utf8.count) }) ?? true else {
            throw MailError(.invalid, "an enclosure's name has 1 to \(Self.longestEnclosure) bytes")
        }
        self.recipient = recipient
        self.subject = subject
        self.text = text
        self.html = html
        self.link = link
        self.enclosure = enclosure
    }
}

extension Email: CustomStringConvertible, CustomReflectable {
    /// Nothing of what it says and to whom.
    public var description: String { "a mail" }

    /// Nothing of what it says and to whom.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
