internal import FoundationEssentials

/// A mail server, from a URL: `smtp://user:password@mail.example.org:587`, `smtps://…`.
///
/// | URL | how it is spoken to |
/// |---|---|
/// | `smtps://…` | TLS from the first byte, port 465 |
/// | `smtp://user:password@…` | STARTTLS or nothing, port 587 |
/// | `smtp://…?tls=required` | STARTTLS or nothing, port 25 |
/// | `smtp://…` | TLS where the server offers it, with any certificate; port 25 |
/// | `smtp://…?tls=none` | no TLS, as to a mail server on the same machine |
///
/// Required TLS means a certificate that the system trusts, or that the file named by `&ca=/path.pem` does.
/// Characters of the password that have a meaning in URLs are percent-encoded.
public struct SMTPServer: Sendable {
    enum Security: String, Sendable {
        case required
        case opportunistic
        case none
    }

    /// Scheme, host and port alone.
    let address: String
    let user: String?
    let password: String?
    let security: Security
    /// A file with the certificates to trust; nil for the system's.
    let authorities: String?

    /// - Throws: `MailError` with the code `configuration`; its words do not quote the URL.
    public init(url: String) throws(MailError) {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["smtp", "smtps"].contains(scheme), let host = parts.encodedHost, !host.isEmpty,
            ["", "/"].contains(parts.path), parts.fragment == nil, (1...65535).contains(parts.port ?? 25)
        else { throw MailError(.configuration, "not a mail server's URL (smtp://user:password@host:port)") }
        user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
        password = parts.password
        guard (user == nil) == (password == nil) else {
            throw MailError(.configuration, "a mail server's URL has a user and a password, or neither")
        }
        var options: [String: String] = [:]
        for item in parts.queryItems ?? [] { options[item.name] = item.value ?? "" }
        guard Set(options.keys).isSubset(of: ["tls", "ca"]) else {
            throw MailError(.configuration, "the options of a mail server's URL are tls and ca")
        }
        authorities = options["ca"]
        let isSecret = scheme == "smtps" || user != nil
        guard let security = options["tls"].map(Security.init) ?? (isSecret ? .required : .opportunistic) else {
            throw MailError(.configuration, "tls of a mail server's URL is required, opportunistic or none")
        }
        guard security == .required || !isSecret else {
            throw MailError(.configuration, "with a password, and with smtps, TLS is always required")
        }
        self.security = security
        let port = parts.port ?? (scheme == "smtps" ? 465 : user == nil ? 25 : 587)
        address = "\(scheme)://\(host):\(port)"
    }
}

extension SMTPServer: CustomStringConvertible, CustomReflectable {
    /// Scheme, host and port; never user and password.
    public var description: String { address }

    /// Only what `description` shows.
    public var customMirror: Mirror { Mirror(self, children: ["address": address]) }
}
