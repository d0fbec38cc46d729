import Database
import DatabaseTesting
import Foundation
import Testing

@testable import Mail

private func mail(_ text: String = "Hi.\n", html: String? = nil, subject: String = "Hello", name: String? = nil) throws
    -> OutgoingMail
{
    OutgoingMail(
        id: MailID(), sender: try MailAddress("no-reply@consult.example", name: "Consult"),
        email: try Email(
            to: MailAddress("ada@example.org", name: name), subject: subject, text: text, html: html),
        createdAt: .now())
}

private func deliver(_ mail: OutgoingMail, _ url: String) async throws(MailError) {
    try await SMTPTransport(try SMTPServer(url: url)).deliver(mail)
}

private func failure(_ url: String) async throws -> MailError {
    try #require(await #expect(throws: MailError.self) { try await deliver(mail(), url) })
}

@Suite("SMTP", .serialized, .timeLimit(.minutes(2)), .enabled(if: SMTPSink.isInstalled))
struct SMTPTests {
    @Test("brings a mail to a server, where another program reads what was written")
    func delivery() async throws {
        let sink = try SMTPSink()
        let text =
            "Grüße, 日本語.\n.\n..two dots\nFrom here\n" + String(repeating: "long ", count: 100)
            + "\nhttps://x.example/#a=b&c=d"
        let html = "<p title=\"é\">" + String(repeating: "größer ", count: 60) + "</p>"
        let subject = "Willkommen bei Consultant Connect: bestätigen Sie bitte Ihre E-Mail-Adresse — jetzt"
        let first = try mail(text, html: html, subject: subject, name: "Ada Ünïcode, Countess of Lovelace")
        try await deliver(first, "smtp://127.0.0.1:\(sink.port)")
        let got = try sink.next()
        #expect(got.sender == "no-reply@consult.example" && got.recipient == "ada@example.org")
        #expect(!got.tls && got.user == nil && got.defects.isEmpty)
        #expect(got.headers["Subject"] == subject)
        #expect(got.headers["To"] == "\"Ada Ünïcode, Countess of Lovelace\" <ada@example.org>")
        #expect(got.headers["Message-ID"] == "<\(first.id)@consult.example>")
        #expect(got.headers["Auto-Submitted"] == "auto-generated")
        // The line's end before a boundary is the boundary's.
        #expect(got.text?.replacing("\r\n", with: "\n") == text)
        #expect(got.html == html)
        // A second one, over the same transport as well.
        let transport = try SMTPTransport(SMTPServer(url: "smtp://127.0.0.1:\(sink.port)?tls=none"))
        for subject in ["two", "three"] {
            try await transport.deliver(mail(subject: subject))
            #expect(try sink.next().headers["Subject"] == subject)
        }
    }

    @Test("logs in over STARTTLS with a certificate that is trusted")
    func startTLS() async throws {
        let sink = try SMTPSink("--user", "courier")
        let server = "localhost:\(sink.port)?ca=\(sink.certificate)"
        try await deliver(mail(), "smtp://courier:reiruoc@\(server)")
        let got = try sink.next()
        #expect(got.tls && got.user == "courier")
        let refused = try await failure("smtp://courier:wrong@\(server)")
        #expect(refused.code == .unavailable && refused.message.contains("535"))
        #expect(!"\(refused)".contains("wrong") && !"\(refused)".contains("courier"))
    }

    @Test("sends nothing where TLS is required and not to be had, or not to be trusted")
    func failsClosed() async throws {
        let plain = try SMTPSink()
        #expect(try await failure("smtp://127.0.0.1:\(plain.port)?tls=required").code == .unavailable)
        #expect(try await failure("smtp://user:password@127.0.0.1:\(plain.port)").code == .unavailable)
        #expect(try await failure("smtps://127.0.0.1:\(plain.port)").code == .unavailable)
        let secret = try SMTPSink("--starttls")
        #expect(try await failure("smtp://localhost:\(secret.port)?tls=required").code == .unavailable)
        // Nobody's certificate is asked for where TLS is only better than nothing.
        try await deliver(mail(), "smtp://localhost:\(secret.port)")
        #expect(try secret.next().tls)
        try await deliver(mail(subject: "after all"), "smtp://127.0.0.1:\(plain.port)")
        #expect(try plain.next().headers["Subject"] == "after all")
    }

    @Test("tells a refusal for good from one that may pass, and repeats no address")
    func refusals() async throws {
        let cases: [(option: String, reply: String, code: MailError.Code, status: String)] = [
            ("--refuse-recipient", "550 5.1.1 <{recipient}>: no such mailbox", .refused, "550 5.1.1"),
            ("--refuse-recipient", "451 4.7.1 <{recipient}>: greylisted", .unavailable, "451 4.7.1"),
            ("--refuse-recipient", "530 5.7.0 authentication required", .unavailable, "530 5.7.0"),
            ("--refuse-recipient", "550 {recipient} unknown", .refused, "550"),
            ("--refuse-message", "554 5.6.0 not from {recipient}", .refused, "554 5.6.0"),
            ("--refuse-message", "452 4.2.2 {recipient} is full", .unavailable, "452 4.2.2"),
        ]
        for (option, reply, code, status) in cases {
            let sink = try SMTPSink(option, reply)
            let error = try await failure("smtp://127.0.0.1:\(sink.port)")
            #expect(error.code == code && error.message.contains(status) && !error.message.contains("@"), "\(error)")
        }
    }

    @Test("parks a mail in the outbox that the server refuses for good, and keeps trying the other")
    func courier() async throws {
        let test = try await TestMail()
        for (reply, parked) in [("550 5.1.1 <{recipient}> unknown", 1), ("421 4.3.2 going down", 0)] {
            let sink = try SMTPSink("--refuse-recipient", reply)
            let courier = try test.courier(try SMTPTransport(SMTPServer(url: "smtp://127.0.0.1:\(sink.port)")))
            try await test.append(test.email())
            #expect(try await courier.deliverNext())
            #expect(courier.metrics == Courier.Metrics(sent: 0, failed: 1, parked: parked))
        }
        #expect(!test.log.all.contains("@"))
    }

    @Test("says that no server is there")
    func nobody() async throws {
        #expect(try await failure("smtp://127.0.0.1:1").code == .unavailable)
    }
}

@Suite("A mail server's URL") struct SMTPServerTests {
    @Test("tells port and security")
    func good() throws {
        let cases: [(url: String, address: String, security: SMTPServer.Security)] = [
            ("smtp://mail.example.org", "smtp://mail.example.org:25", .opportunistic),
            ("smtp://mail.example.org/?tls=required", "smtp://mail.example.org:25", .required),
            ("smtp://localhost:1025?tls=none", "smtp://localhost:1025", .none),
            ("smtp://u:p@mail.example.org", "smtp://mail.example.org:587", .required),
            ("SMTPS://u:p@mail.example.org", "smtps://mail.example.org:465", .required),
            ("smtp://u:p@[::1]:2525", "smtp://[::1]:2525", .required),
        ]
        for (url, address, security) in cases {
            let server = try SMTPServer(url: url)
            #expect(server.address == address && server.security == security, "\(url)")
        }
        let server = try SMTPServer(url: "smtp://a%40b.org:p%2Fw%3A%40@host?ca=/etc/ca.pem")
        #expect(server.user == "a@b.org" && server.password == "p/w:@" && server.authorities == "/etc/ca.pem")
    }

    @Test("is refused where it is not one, or gives a password away")
    func bad() {
        for url in [
            "", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:0", "smtp://host:99999",
            "smtp://user@host", "smtp://user:secret@host?tls=none", "smtp://user:secret@host?tls=opportunistic",
            "smtps://host?tls=none",
            "smtp://host?tls=maybe", "smtp://host?proxy=x", "smtp://host/path", "smtp://ho st", "smtp://host#x",
        ] {
            let error = #expect(throws: MailError.self, "\(url)") { try SMTPServer(url: url) }
            #expect(error?.code == .configuration && error?.message.contains("secret") == false)
        }
    }

    @Test("never shows its user and password")
    func secrecy() throws {
        let server = try SMTPServer(url: "smtp://somebody:secret@host")
        var dumped = ""
        dump(server, to: &dumped)
        let shown = dumped + "\(server)" + String(reflecting: server)
        #expect(!shown.contains("secret") && !shown.contains("somebody") && shown.contains("host"))
    }
}
