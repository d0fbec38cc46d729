public import Database
public import Passwords
public import Tokens

/// Who people are: what registration, sign-in and everything around them have in common.
public struct Identity: Sendable {
    /// How long things hold, in seconds.
    public struct Terms: Sendable, Hashable {
        /// An access token.
        public var accessSeconds = 900
        /// A refresh token that is not used.
        public var refreshSeconds = 30 * 86_400
        /// A sign-in, however often it is refreshed.
        public var signInSeconds = 180 * 86_400
        /// A used refresh token may be presented again for so long: the answer may have been lost on its way.
        public var reuseGraceSeconds = 10
        /// A link to confirm an e-mail address.
        public var verifySeconds = 2 * 86_400
        /// A link to choose a new password.
        public var resetSeconds = 3600

        /// The house's terms.
        public init() {}
    }

    let pool: DatabasePool
    let hasher: PasswordHasher
    let signer: TokenSigner
    let verifier: TokenVerifier
    let terms: Terms
    let backoff = SignInBackoff()
    let rules = PasswordRules()
    let mails: IdentityMails
    /// Whether browsers reach us by https, so that cookies can be marked Secure.
    let isSecure: Bool
    let pseudonyms: Pseudonyms
    let refreshSecret: [UInt8]
    /// The keys that check our tokens.
    let keys: JSONWebKeySet

    /// The identity of accounts in a database.
    ///
    /// - Parameters:
    ///   - key: signs tokens; what is derived from it makes refresh tokens and pseudonyms.
    ///   - clientURL: where the web client is, for links in mails: `https://consult.example.org`.
    public init(
        pool: DatabasePool, hasher: PasswordHasher, key: SigningKey, clientURL: String, terms: Terms = Terms()
    ) async {
        self.pool = pool
        self.hasher = hasher
        self.terms = terms
        signer = await TokenSigner(key: key)
        verifier = TokenVerifier(key: key.publicKey)
        mails = IdentityMails(clientURL: clientURL)
        isSecure = clientURL.lowercased().hasPrefix("https:")
        pseudonyms = Pseudonyms(key: key.derivedSecret(for: "pseudonyms"))
        refreshSecret = key.derivedSecret(for: "refresh tokens")
        keys = key.publicKey.jwks
    }
}
