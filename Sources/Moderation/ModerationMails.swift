internal import Mail

/// The words of the mails about decisions. Who reported is not told.
struct ModerationMails: Sendable {
    private let clientURL: String

    init(clientURL: String) { self.clientURL = clientURL.hasSuffix("/") ? String(clientURL.dropLast()) : clientURL }

    /// To whom a decision is about; nil where nothing follows from it.
    func decided(
        _ decision: ModerationCase.Decision, to address: String, because reason: ReportReason, message: String?
    ) throws -> Email? {
        let (subject, words): (String, String)
        switch decision {
        case .dismiss: return nil
        case .hideComment:
            subject = "Your comment is no longer shown"
            words = "A comment of yours on a session is no longer shown to others. Your stars still count."
        case .warn:
            subject = "A warning about your account"
            words = "This is a warning. If it happens again, your account can be suspended."
        case .suspend:
            subject = "Your account is suspended"
            words = """
                Your account is suspended: you cannot sign in, and your open questions are cancelled. A call that runs \
                goes on, and what you are owed is paid out.
                """
        }
        return try Email(
            to: try MailAddress(address), subject: subject,
            text: """
                \(words)

                The reason: \(reason.words).
                \(message.map { "\n\($0)\n" } ?? "")
                Somebody reported it and a person looked at it. If you think that this is wrong, write to whoever runs
                \(clientURL).

                """)
    }

    /// To whose suspension was lifted.
    func reinstated(to address: String) throws -> Email {
        try Email(
            to: try MailAddress(address), subject: "Your account is no longer suspended",
            text: """
                Your account is no longer suspended. You can sign in again:

                \(clientURL)/sign-in

                """)
    }
}
