public import Database

/// A mail as a transport gets it. It renders to the same bytes at every attempt.
public struct OutgoingMail: Sendable, Hashable {
    /// Its id.
    public let id: MailID
    /// Who sends it.
    public let sender: MailAddress
    /// What it is.
    public let email: Email
    /// When it was written.
    public let createdAt: Timestamp
    /// The files that come with it.
    public let attachments: [MailAttachment]

    /// A mail.
    public init(
        id: MailID, sender: MailAddress, email: Email, createdAt: Timestamp, attachments: [MailAttachment] = []
    ) {
        self.id = id
        self.sender = sender
        self.email = email
        self.createdAt = createdAt
        self.attachments = attachments
    }

    /// The mail as RFC 5322 and MIME have it: ASCII, with lines ended by CRLF.
    public func rendered() -> [UInt8] {
        let headers = [
            "From: \(sender.header)",
            "To: \(email.recipient.header)",
            "Subject: \(HeaderText.unstructured(email.subject))",
            "Date: \(Self.date(createdAt))",
            // The same at every attempt: a mail system can drop what it has had before.
            "Message-ID: <\(id)@\(sender.domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ]
        var output = Array(headers.map { $0 + "\r\n" }.joined().utf8)
        guard !attachments.isEmpty else { return output + content }
        let boundary = boundary("+")
        output += "Content-Type: multipart/mixed;\r\n boundary=\"\(boundary)\"\r\n\r\n--\(boundary)\r\n".utf8
        output += content
        for attachment in attachments {
            output += "--\(boundary)\r\n".utf8
            output += Self.part(attachment)
        }
        output += "--\(boundary)--\r\n".utf8
        return output
    }

    /// What it says, with the header fields that say how: text alone, or text and HTML to choose from.
    private var content: [UInt8] {
        guard let html = email.html else { return Self.part("text/plain", email.text) }
        let boundary = boundary("")
        var output = Array("Content-Type: multipart/alternative;\r\n boundary=\"\(boundary)\"\r\n\r\n".utf8)
        for (kind, body) in [("text/plain", email.text), ("text/html", html)] {
            output += "--\(boundary)\r\n".utf8
            output += Self.part(kind, body)
        }
        output += "--\(boundary)--\r\n".utf8
        return output
    }

    /// No body has it: quoted-printable has a digit or nothing behind an equals sign, base64 no equals sign at a line's
    /// beginning, and 7bit refuses such lines. Neither is the outer one's beginning the inner one's (RFC 2046, section 5.1).
    private func boundary(_ mark: String) -> String { "=_\(mark)\(id)" }

    private static func part(_ attachment: MailAttachment) -> [UInt8] {
        let headers =
            "Content-Type: \(attachment.mediaType); name=\"\(attachment.name)\"\r\n"
            + "Content-Transfer-Encoding: base64\r\n"
            + "Content-Disposition: attachment; filename=\"\(attachment.name)\"\r\n\r\n"
        return Array(headers.utf8) + Base64Lines.encode(attachment.content)
    }

    /// A body as it is where it can be, so that a link in it is a link for whoever reads the raw mail too.
    private static func part(_ kind: String, _ body: String) -> [UInt8] {
        let (encoding, content) =
            SevenBit.encode(body).map { ("7bit", $0) } ?? ("quoted-printable", QuotedPrintable.encode(body))
        let headers = "Content-Type: \(kind); charset=utf-8\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n"
        return Array(headers.utf8) + content
    }

    /// `Sun, 22 Nov 2026 22:21:46 +0000`
    private static func date(_ moment: Timestamp) -> String {
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = moment.microseconds.flooredQuotient(86_400_000_000)
        let weekday = Int(day - 7 * day.flooredQuotient(7))
        // 2026-11-22T22:21:46.123456Z
        let text = Array(moment.description)
        let month = Int(String(text[5..<7])).map { months[($0 - 1) % 12] } ?? ""
        return "\(names[weekday]), \(String(text[8..<10])) \(month) \(String(text[0..<4])) "
            + "\(String(text[11..<19])) +0000"
    }
}

extension OutgoingMail: CustomStringConvertible, CustomReflectable {
    /// The mail's id.
    public var description: String { "mail \(id)" }

    /// Nothing of what it says and to whom.
    public var customMirror: Mirror { Mirror(self, children: ["id": id]) }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, rest) = quotientAndRemainder(dividingBy: divisor)
        return rest < 0 ? quotient - 1 : quotient
    }
}
