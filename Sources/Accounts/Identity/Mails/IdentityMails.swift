internal import Mail

/// The words of the mails about accounts.
public struct IdentityMails: Sendable {
    let clientURL: String

    init(clientURL: String) { self.clientURL = clientURL.hasSuffix("/") ? String(clientURL.dropLast()) : clientURL }

    /// To who registered: confirm the address.
    func verification(to user: User, token: SecretToken) throws -> Email {
        let link = "\(clientURL)/verify-email#token=\(token.text)"
        return try email(
            to: user, subject: "Confirm your e-mail address", link: link,
            """
            Welcome to Consultant Connect.

            Open this link to confirm your e-mail address. It holds for two days:

            \(link)

            If you did not register, ignore this mail: without the confirmation the account is deleted within a week.
            """)
    }

    /// To who has an account: somebody registered with the address again.
    func registeredAgain(to user: User, token: SecretToken) throws -> Email {
        let link = "\(clientURL)/reset-password#token=\(token.text)"
        return try email(
            to: user, subject: "You have an account already", link: link,
            """
            Somebody registered with your e-mail address, but there is an account with it already.

            If that was you, sign in, or choose a new password with this link. It holds for an hour:

            \(link)

            If it was not you, nothing needs to be done.
            """)
    }

    /// To who forgot the password.
    func reset(to user: User, token: SecretToken) throws -> Email {
        let link = "\(clientURL)/reset-password#token=\(token.text)"
        return try email(
            to: user, subject: "Choose a new password", link: link,
            """
            Open this link to choose a new password. It holds for an hour:

            \(link)

            If you did not ask for this, ignore this mail: your password stays as it is.
            """)
    }

    /// To whose password was changed.
    func passwordChanged(to user: User) throws -> Email {
        try email(
            to: user, subject: "Your password was changed", link: nil,
            """
            The password of your account was changed, and all other sign-ins were ended.

            If that was not you, choose a new one at once: \(clientURL)/reset-password
            """)
    }

    private func email(to user: User, subject: String, link: String?, _ text: String) throws -> Email {
        // The name stays out of the headers and the text: it is whatever somebody typed into a form.
        try Email(to: try MailAddress(user.email), subject: subject, text: text + "\n", link: link)
    }
}
