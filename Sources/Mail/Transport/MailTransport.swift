/// Hands mails to whoever brings them to their readers.
public protocol MailTransport: Sendable {
    /// How long one `deliver` may take at most.
    var patience: Duration { get }

    /// Returns when the mail is in other hands and will not be lost there.
    ///
    /// The same mail may come again, with the same bytes: after a crash nobody knows whether it had been handed over.
    ///
    /// - Throws: `refused` and `invalid` for what will never succeed, anything else for what may, later.
    func deliver(_ mail: OutgoingMail) async throws(MailError)
}
