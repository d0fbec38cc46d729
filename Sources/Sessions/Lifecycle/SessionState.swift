/// Where a session stands.
///
/// ```
///            media flows both ways          ended
///  pending ───────────────────────► active ───────► completed
///     │                                │ media was lost, nobody came back
///     │ nobody came, or one thought better of it   └────────────────────► failed
///     └──────────────────────────────────────────────────────────────────► cancelled
/// ```
public enum SessionState: String, Sendable, Codable, CaseIterable {
    /// Accepted; its two people are on their way.
    case pending
    /// Media has flowed in both directions.
    case active
    /// It took place and has ended.
    case completed
    /// It never began.
    case cancelled
    /// It could not be held: something broke.
    case failed
}
