/// Whether a consultant can be asked now.
///
/// ```
///            wished(true)              callStarted
///  offline ───────────────► available ─────────────► busy(then: available)
///     ▲   ◄─────────────── wished(false),               │ wished: only what follows changes
///     │      connectionsGone, profileIncomplete         │ connectionsGone, profileIncomplete: then offline
///     └────────────────────────────────────── callEnded ┘ to what follows
/// ```
///
/// The consultant wishes; the system alone says busy. A wish during a call is remembered for after it.
public enum Availability: Sendable, Hashable {
    /// Not to be asked.
    case offline
    /// To be asked.
    case available
    /// In a call.
    case busy(then: AfterCall)

    /// What follows a call.
    public enum AfterCall: Sendable, Hashable {
        /// Not to be asked.
        case offline
        /// To be asked again.
        case available
    }

    /// What happens to a consultant.
    public enum Event: Sendable, Hashable {
        /// They wish to be available, or not.
        case wished(available: Bool)
        /// A call of theirs has begun.
        case callStarted
        /// Their call has ended.
        case callEnded
        /// Their last connection has been gone for so long that nothing can reach them.
        case connectionsGone
        /// Their profile lacks what others must know before they ask.
        case profileIncomplete
    }

    /// Takes an event in. Each may come twice: the second time it changes nothing.
    ///
    /// - Returns: whether anything changed.
    @discardableResult
    public mutating func handle(_ event: Event) -> Bool {
        let before = self
        switch (self, event) {
        case (.offline, .wished(let available)), (.available, .wished(let available)):
            self = available ? .available : .offline
        case (.busy, .wished(let available)):
            self = .busy(then: available ? .available : .offline)
        case (.offline, .callStarted): self = .busy(then: .offline)
        case (.available, .callStarted): self = .busy(then: .available)
        case (.busy, .callStarted): break
        case (.busy(.offline), .callEnded): self = .offline
        case (.busy(.available), .callEnded): self = .available
        case (.offline, .callEnded), (.available, .callEnded): break
        case (.offline, .connectionsGone), (.offline, .profileIncomplete): break
        case (.available, .connectionsGone), (.available, .profileIncomplete): self = .offline
        case (.busy, .connectionsGone), (.busy, .profileIncomplete): self = .busy(then: .offline)
        }
        return self != before
    }

    /// The state's name: `offline`, `available` or `busy`.
    public var name: String {
        switch self {
        case .offline: "offline"
        case .available: "available"
        case .busy: "busy"
        }
    }
}
