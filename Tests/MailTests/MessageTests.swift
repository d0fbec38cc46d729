import Database
import Foundation
import Testing

@testable import Mail

private func mail(
    to recipient: MailAddress? = nil, subject: String = "Hello", text: String = "Hi.", html: String? = nil,
    attachments: [MailAttachment] = []
) throws -> OutgoingMail {
    OutgoingMail(
        id: MailID(try #require(UniqueID("019ac7f2-4e1a-7000-8000-00000000000a"))),
        sender: try MailAddress("no-reply@consult.example", name: "Consultant Connect"),
        email: try Email(
            to: recipient ?? MailAddress("ada@example.org"), subject: subject, text: text, html: html),
        createdAt: Timestamp(secondsSince1970: 1_795_386_106), attachments: attachments)
}

private func lines(_ mail: OutgoingMail) -> [String] {
    String(decoding: mail.rendered(), as: UTF8.self).components("\r\n")
}

extension String {
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: false).map(String.init)
    }
}

@Suite("A mail address") struct MailAddressTests {
    @Test("is taken in every usual form")
    func good() throws {
        for text in [
            "ada@example.org", "a@b", "first.last+tag@sub.example.co.uk", "o'brien@example.org",
            "x_y-z@xn--bcher-kva.example",
            "UPPER@EXAMPLE.ORG", "1@2.3", String(repeating: "a", count: 64) + "@example.org",
        ] { #expect(try MailAddress(text).address == text) }
    }

    @Test("is refused where SMTP or a header could take it for something else")
    func bad() {
        for text in [
            "", "ada", "@example.org", "ada@", "a@b@c", "ada @example.org", "ada@example.org ", "ada@exam ple.org",
            "<ada@example.org>",
            "ada@example.org>", "ada@example.org\r\nBcc: x@y.z", "ada@example.org\n", "ada\0@example.org",
            ".ada@example.org",
            "ada.@example.org", "a..b@example.org", "\"ada\"@example.org", "ada,bob@example.org", "ada;@example.org",
            "ada@-a.org",
            "ada@a-.org", "ada@a..org", "ada@.org", "ada@example.org.", "ädä@example.org", "ada@bücher.example",
            "ada@[127.0.0.1]",
            "ada@example.org SIZE=1", "(c)ada@example.org", String(repeating: "a", count: 65) + "@example.org",
            "ada@" + String(repeating: "a.", count: 126) + "org",
        ] { #expect(throws: MailError.self, "\(text.debugDescription)") { try MailAddress(text) } }
        for name in [
            "a\r\nb", "a\nBcc: x", "tab\there", "nul\0", "\u{85}", "\u{2028}", String(repeating: "x", count: 201),
        ] {
            #expect(throws: MailError.self, "\(name.debugDescription)") {
                try MailAddress("ada@example.org", name: name)
            }
        }
    }

    @Test("is read from the form with a name")
    func mailboxes() throws {
        let expected = try MailAddress("ada@example.org", name: "Ada, Countess")
        #expect(try MailAddress(mailbox: "Ada, Countess <ada@example.org>") == expected)
        #expect(try MailAddress(mailbox: "\"Ada, Countess\" <ada@example.org>") == expected)
        #expect(try MailAddress(mailbox: "<ada@example.org>") == MailAddress("ada@example.org"))
        #expect(try MailAddress(mailbox: "ada@example.org") == MailAddress("ada@example.org"))
        for text in ["Ada", "Ada <>", "Ada <ada@example.org", "Ada <a@b>, Bob <c@d>", "Ada\r\nBcc: x <a@b>"] {
            #expect(throws: MailError.self, "\(text.debugDescription)") { try MailAddress(mailbox: text) }
        }
    }

    @Test("is never shown by accident")
    func privacy() throws {
        let mail = try mail(to: MailAddress("ada@example.org", name: "Ada Secret"), text: "token=hidden")
        var dumped = ""
        dump(mail, to: &dumped)
        dump(mail.email, to: &dumped)
        dump(mail.email.recipient, to: &dumped)
        let shown = dumped + "\(mail) \(mail.email) \(mail.email.recipient)" + String(reflecting: mail)
        #expect(!shown.contains("ada@") && !shown.contains("Ada") && !shown.contains("hidden"))
    }
}

@Suite("A rendered mail") struct MessageTests {
    @Test("has the headers of an automatic mail, and the same bytes at every attempt")
    func headers() throws {
        let mail = try mail(to: MailAddress("ada@example.org", name: "Ada \"The\" \\ King"))
        #expect(
            Array(lines(mail).prefix(7)) == [
                "From: \"Consultant Connect\" <no-reply@consult.example>",
                #"To: "Ada \"The\" \\ King" <ada@example.org>"#, "Subject: Hello",
                "Date: Sun, 22 Nov 2026 22:21:46 +0000",
                "Message-ID: <019ac7f2-4e1a-7000-8000-00000000000a@consult.example>", "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
            ])
        #expect(mail.rendered() == mail.rendered())
    }

    @Test("cannot be given a header through subject, name or body")
    func injection() throws {
        for subject in [
            "a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\0b", "a\u{2028}b", "", String(repeating: "x", count: 251),
        ] {
            #expect(throws: MailError.self, "\(subject.debugDescription)") { try mail(subject: subject) }
        }
        #expect(throws: MailError.self) { try mail(text: "a\0b") }
        #expect(throws: MailError.self) { try mail(text: String(repeating: "x", count: 300_000)) }
        let sly = try mail(
            to: MailAddress("ada@example.org", name: "x\" <evil@example.org>, \"y"),
            subject: "=?utf-8?B?DQpCY2M6IHg=?= <evil@example.org>",
            text: "\r\n.\r\nMAIL FROM:<evil@example.org>\r\n--=_019ac7f2-4e1a-7000-8000-00000000000a--\r\n", html: "<p>"
        )
        let head = lines(sly).prefix { !$0.isEmpty }
        #expect(head.count { $0.first != " " } == 8)
        #expect(head[1] == #"To: "x\" <evil@example.org>, \"y" <ada@example.org>"#)
        #expect(head[2].hasPrefix("Subject: =?utf-8?B?") && !head[2].contains("DQpCY2M6IHg"))
        #expect(lines(sly).allSatisfy { !$0.hasPrefix(".") })
        #expect(lines(sly).count { $0.hasPrefix("--=_") } == 3)
    }

    @Test("is ASCII in lines of at most 76 characters, whatever it says")
    func lineLengths() throws {
        let long = "Grüße aus Zürich — 日本語 " + String(repeating: "naïve café ", count: 12)
        let mail = try mail(
            to: MailAddress("ada@example.org", name: String(repeating: "Ünï ", count: 12)), subject: long,
            text: String(repeating: long, count: 20) + "\n" + String(repeating: "x", count: 200) + "\n"
                + String(repeating: " ", count: 200),
            html: "<p>" + long)
        #expect(mail.rendered().allSatisfy { (0x20...0x7e).contains($0) || $0 == 13 || $0 == 10 })
        #expect(lines(mail).allSatisfy { $0.utf8.count <= 76 }, "\(lines(mail).filter { $0.utf8.count > 76 })")
        #expect(lines(mail).allSatisfy { $0.last != " " })
    }

    @Test("ends lines by CRLF, however the text does")
    func lineEnds() {
        for text in ["a\nb", "a\r\nb", "a\rb", "a\nb\n", "a\r\nb\r\n"] {
            #expect(QuotedPrintable.encode(text) == Array("a\r\nb\r\n".utf8), "\(text.debugDescription)")
        }
        #expect(QuotedPrintable.encode("") == Array("\r\n".utf8))
        #expect(QuotedPrintable.encode("a=b \n.\té\t") == Array("a=3Db=20\r\n=2E\t=C3=A9=09\r\n".utf8))
        let seventySix = String(repeating: "x", count: 76)
        #expect(QuotedPrintable.encode(seventySix) == Array((seventySix + "\r\n").utf8))
        #expect(QuotedPrintable.encode(seventySix + "y") == Array((seventySix.dropLast() + "=\r\nxy\r\n").utf8))
    }

    @Test("is readable as it is where it is plain ASCII")
    func sevenBit() throws {
        let link = "https://consult.example/verify#token=" + String(repeating: "aB3", count: 40)
        let plain = lines(try mail(text: "Open this:\n\(link)\n"))
        #expect(plain.contains("Content-Transfer-Encoding: 7bit"))
        #expect(plain.contains(link))
        let mixed = lines(try mail(text: link, html: "<p>Grüße</p>"))
        #expect(mixed.count { $0 == "Content-Transfer-Encoding: 7bit" } == 1)
        #expect(mixed.count { $0 == "Content-Transfer-Encoding: quoted-printable" } == 1)
        #expect(SevenBit.encode("a\tb\rc\n\n=") == Array("a\tb\r\nc\r\n\r\n=\r\n".utf8))
        #expect(SevenBit.encode(String(repeating: "x", count: 998))?.count == 1000)
        for text in [
            "é", "a\u{7f}", "a\u{1b}", "a \nb", "a\t", "x\n.\ny", ".", "From here", "--=_x", "\u{2028}",
            String(repeating: "x", count: 999),
        ] { #expect(SevenBit.encode(text) == nil, "\(text.debugDescription)") }
    }
}

@Suite("A mail's attachments") struct AttachmentTests {
    @Test("come after what it says, in base64, within a boundary of their own")
    func mixed() throws {
        let bytes = (0...255).map { UInt8($0) }
        let pdf = try MailAttachment(name: "2026-000001.pdf", mediaType: "application/pdf", content: bytes)
        let empty = try MailAttachment(name: "empty.txt", mediaType: "text/plain", content: [])
        let lines = lines(try mail(html: "<p>Hi.</p>", attachments: [pdf, empty]))
        let (inner, outer) = (
            "=_019ac7f2-4e1a-7000-8000-00000000000a", "=_+019ac7f2-4e1a-7000-8000-00000000000a"
        )
        let start = try #require(lines.firstIndex(of: "Content-Type: multipart/mixed;"))
        #expect(
            Array(lines[(start + 1)...(start + 6)]) == [
                " boundary=\"\(outer)\"", "", "--\(outer)", "Content-Type: multipart/alternative;",
                " boundary=\"\(inner)\"", "",
            ])
        #expect(lines.count { $0 == "--\(inner)" } == 2 && lines.count { $0 == "--\(inner)--" } == 1)
        #expect(lines.count { $0 == "--\(outer)" } == 3 && lines.suffix(2) == ["--\(outer)--", ""])
        let file = try #require(lines.firstIndex(of: "Content-Type: application/pdf; name=\"2026-000001.pdf\""))
        #expect(
            Array(lines[(file + 1)...(file + 3)]) == [
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=\"2026-000001.pdf\"", "",
            ])
        let content = lines[(file + 4)...].prefix { !$0.hasPrefix("--") }
        #expect(content.count == 5 && content.allSatisfy { $0.utf8.count <= 76 })
        #expect(content.joined() == base64(bytes))
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 128 } })
    }

    @Test("come after a plain text too")
    func plain() throws {
        let file = try MailAttachment(name: "a", mediaType: "text/html", content: [65])
        let lines = lines(try mail(attachments: [file]))
        let start = try #require(lines.firstIndex { $0.hasPrefix("--=_+") })
        #expect(lines[start + 1] == "Content-Type: text/plain; charset=utf-8" && lines.contains("QQ=="))
    }

    @Test("have plain names and known kinds, and are not larger than mail servers take")
    func limits() {
        for (name, mediaType) in [
            ("", "a/b"), ("a\"b", "a/b"), ("a\r\nb", "a/b"), ("ä", "a/b"), (String(repeating: "a", count: 61), "a/b"),
            ("a", ""), ("a", "a"), ("a", "a/b/c"), ("a", "a/"), ("a", "a/b; x"), ("../a/b", "a/b"),
        ] {
            #expect(throws: MailError.self, "\(name) \(mediaType)") {
                try MailAttachment(name: name, mediaType: mediaType, content: [])
            }
        }
        #expect(throws: MailError.self) {
            try MailAttachment(name: "a", mediaType: "a/b", content: [UInt8](repeating: 0, count: 10 << 20 + 1))
        }
        for enclosure in ["", String(repeating: "x", count: 201)] {
            #expect(throws: MailError.self) {
                try Email(to: MailAddress("a@b"), subject: "S", text: "T", enclosure: enclosure)
            }
        }
    }

    private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
