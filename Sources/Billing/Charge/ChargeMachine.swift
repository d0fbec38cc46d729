public import Database
public import Identifiers

/// A session's money from accept to the last refund. Pure: what happened goes in, what is to be done comes out.
///
/// ```
///  new ── accepted ──► running ── ended ──► closing ── nothing open ──► settled
///                                              ▲                           │
///                                              └── refund, late fact ──────┘
///
///  a window:    open ── captured ──► taken
///                │ ├─── below the smallest charge ──► waived      (hold cancelled)
///                │ ├─── call ended below the threshold ──► released (hold cancelled)
///                │ └─── call ended, nothing was held ──► forgone
///
///  an attempt:  asked ──► held ──► captured ──► (refunded, in parts)
///                │ │       └─────► cancelled
///                │ └─────► failed, absent          the next attempt has a new key
///                └───────► cancelled
/// ```
///
/// Media time is cut into windows. A window's money is held before the window begins (the first one's at accept), and captured
/// when the window is full and the threshold is reached; the last one's exact part is captured at the end. The horizon, up to
/// which media passes, follows: it moves to the end of a window when the window's money is held and all full windows are
/// paid. Why it is built as it is:
///
/// - *Steps and facts.* A step is a request with a key of its own; what is believed comes only from facts about payments,
///   and those only lead forward. So answers may be lost, come twice, late or in any order, and after each of them the same
///   plan follows from what is known. There is at most one unanswered step per attempt.
/// - *An unanswered step is sent again, never replaced.* Only when an inquiry has found it not done is another one made, under
///   a new key, and an inquiry is made only when no request can be on its way any more.
/// - *Captures go one after another.* So a capture's fee, as the difference of the fees of the totals, is exact whatever
///   becomes of other windows.
/// - *Refunds come from the end of the call backwards.* So the fees that are left are those of the total that is left.
/// - *A hold in force secures its window.* Where the processor does not answer a capture within the terms' patience, the
///   horizon moves nevertheless (`isProvisional`), for at most `unsettledWindows` windows; then the call ends unless the
///   processor is back. A hold that is not in force secures nothing: no money, no horizon.
/// - *A declined card* stops the horizon, not the call: both sides are warned, the customer may act until the gate's grace is
///   over, and what was paid stays paid. Nobody pays for the grace.
/// - *In doubt for the customer.* A hold that came in force after the end is charged only where its window lies below the
///   horizon; what cannot be taken is let go.
public struct ChargeMachine: Hashable, Sendable, Codable {
    /// Where the session's money stands.
    public enum State: String, Hashable, Sendable, Codable {
        /// Nothing has happened.
        case new
        /// The call may go on.
        case running
        /// The call is over; something is not decided.
        case closing
        /// All is decided.
        case settled
    }

    /// Whose money.
    public let session: SessionID
    /// By what it is charged.
    public let terms: ChargeTerms
    /// Where it stands.
    public internal(set) var state = State.new
    /// The media clock, and what is not billed.
    public internal(set) var time = BillableTime()
    /// The media second up to which media may pass.
    public internal(set) var horizon: Int
    /// The windows whose money was asked for.
    public internal(set) var windows: [ChargeWindow] = []
    var orderedRefund: Int64 = 0
    var settledAs: ChargeSummary?
    /// When it has to be told of the time, should nothing else happen.
    public internal(set) var due: Timestamp?

    /// A session that nothing has happened to.
    public init(session: SessionID, terms: ChargeTerms) {
        self.session = session
        self.terms = terms
        horizon = terms.thresholdSeconds
    }

    /// Whether the call is over.
    var isOver: Bool { state == .closing || state == .settled }

    /// Takes an event in.
    public mutating func handle(_ event: Event, now: Timestamp) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .accepted:
            if state == .new { state = .running }
        case .progress(let time):
            if !isOver { self.time.merge(time) }
        case .answered(let key, let answer): take(answer, to: key, now, &actions)
        case .observed(let window, let attempt, let fact):
            withAttempt(window, attempt) { machine, place in machine.learn(fact, at: place, &actions) }
        case .found(let key, let finding): take(finding, about: key, now, &actions)
        case .customerActed:
            for index in windows.indices where windows[index].failures < terms.attempts {
                windows[index].awaitsCustomer = false
            }
        case .ended(let time): end(time)
        case .refundOrdered(let total): orderedRefund = max(orderedRefund, total)
        case .takenUp: takeUp()
        case .resumed: resume(now, &actions)
        case .tick: break
        }
        if state != .new {
            expire(now, &actions)
            plan(now, &actions)
        }
        due = nextDue(now)
        return actions
    }

    private mutating func end(_ final: BillableTime) {
        guard !isOver else {
            // The price may only become lower.
            time.merge(BillableTime(unbilled: final.unbilled))
            return
        }
        let unbilled = time.unbilled + final.unbilled
        time = BillableTime(mediaSeconds: final.mediaSeconds, unbilled: unbilled)
        for index in windows.indices {
            let window = windows[index]
            let isAsked = window.attempts.contains { $0.isLive }
            windows[index].isCountable = window.isSecure || (isAsked && terms.start(of: window.number) < horizon)
        }
        state = .closing
    }
}
