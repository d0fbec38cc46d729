internal import Database

/// Gives mails to a mail server, each over a connection of its own.
public actor SMTPTransport: MailTransport {
    private let server: SMTPServer
    private nonisolated let thread: BlockingThread

    /// How long one mail may take, connecting included.
    public nonisolated let patience = Duration.seconds(60)

    /// The transport's own thread: libcurl blocks it.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// A transport to this server. Nothing is connected yet.
    ///
    /// - Throws: `MailError` with the code `configuration` where the system has no libcurl with SMTP, or no thread.
    public init(_ server: SMTPServer) throws(MailError) {
        self.server = server
        guard SMTPExchange.isPossible else { throw MailError(.configuration, "libcurl cannot be used for SMTP") }
        do throws(DatabaseError) {
            thread = try BlockingThread(name: "smtp")
        } catch {
            throw MailError(.configuration, "no thread for the mail server: \(error.message)")
        }
    }

    deinit { thread.finish() }

    /// Gives the mail to the server, which has it for good when this returns.
    public func deliver(_ mail: OutgoingMail) throws(MailError) {
        let exchange = SMTPExchange(mail.rendered())
        try exchange.run(
            with: server, envelope: (mail.sender.address, mail.email.recipient.address), within: patience)
    }

    /// Asks the server for a sign of life, behind the same greeting, TLS and log-in as a mail.
    public func check(within patience: Duration = .seconds(10)) throws(MailError) {
        try SMTPExchange([]).run(with: server, envelope: nil, within: patience)
    }
}
