public import Database

/// What the audit log knows of.
public enum SecurityEventKind: String, Sendable, Hashable, CaseIterable, ParameterEncodable, ColumnDecodable {
    /// An account was made.
    case registered
    /// Somebody tried to register an address that has an account.
    case registeredAgain = "registered_again"
    /// The e-mail address was confirmed.
    case emailVerified = "email_verified"
    /// A sign-in succeeded.
    case signedIn = "signed_in"
    /// A sign-in failed.
    case signInFailed = "sign_in_failed"
    /// A sign-in was refused unseen, after too many failures.
    case signInDelayed = "sign_in_delayed"
    /// A sign-in was refused although the password was right: the account is suspended.
    case signInSuspended = "sign_in_suspended"
    /// A refresh token was presented twice; its sign-in was ended.
    case refreshReused = "refresh_reused"
    /// One sign-in was ended by its owner.
    case signedOut = "signed_out"
    /// All sign-ins were ended by their owner.
    case signedOutEverywhere = "signed_out_everywhere"
    /// A link to choose a new password was asked for.
    case resetRequested = "password_reset_requested"
    /// A new password was chosen by such a link.
    case passwordReset = "password_reset"
    /// The password was changed by who knew the old one.
    case passwordChanged = "password_changed"
    /// The account decided about a report, as an administrator.
    case reportDecided = "report_decided"
    /// The account lifted somebody's suspension, as an administrator.
    case userReinstated = "user_reinstated"
    /// A comment of the account's is no longer shown.
    case commentHidden = "comment_hidden"
    /// The account was warned.
    case warned
    /// The account was suspended.
    case suspended
    /// The account's suspension was lifted.
    case suspensionLifted = "suspension_lifted"
    /// The account's data was exported.
    case exported
    /// The account was erased.
    case erased
}
