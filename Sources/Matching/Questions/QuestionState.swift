/// Where a question stands.
///
/// ```
///            somebody is asked                accept
///   open ◄─────────────────────► matching ─────────────► accepted
///    │       nobody is left        │    ▲                   │
///    │                             │    └───────────────────┘ the session never began
///    ├──── its time is over ───────┴──► expired
///    └──── the customer cancels ──────► cancelled
/// ```
public enum QuestionState: String, Sendable, Codable, CaseIterable {
    /// In line: nobody is being asked at the moment.
    case open
    /// Consultants are being asked.
    case matching
    /// A consultant has accepted.
    case accepted
    /// Nobody was found in time.
    case expired
    /// The customer no longer asks.
    case cancelled

    /// Whether somebody is still looked for.
    public var isLooking: Bool { self == .open || self == .matching }

    /// Whether it may become `next`.
    func mayBecome(_ next: QuestionState) -> Bool {
        switch (self, next) {
        case (.open, .matching), (.open, .expired), (.open, .cancelled): true
        case (.matching, .open), (.matching, .accepted), (.matching, .expired), (.matching, .cancelled): true
        case (.accepted, .open), (.accepted, .cancelled), (.accepted, .expired): true
        case (.open, _), (.matching, _), (.accepted, _), (.expired, _), (.cancelled, _): self == next
        }
    }
}
