public import RTP

/// A call's clock and its gate: what counts as media time, what it is worth, and when media stops.
///
///     unmetered
///
///     free ──media = threshold──► paid ──media = horizon──► grace ──grace over──► closed
///       │                          ▲                        │  ▲
///       └───────────── media = horizon (no grant) ──────────┼──┘
///                                  └────────────────────────┘ a grant beyond media time
///
/// - `free` below the threshold, also when a grant has moved the horizon already; `paid` from the threshold on, below
///   the horizon.
/// - At the horizon the grace period begins. It runs in real time, media passes and counts on, and a grant beyond the
///   media time counted so far returns to `paid` without a lost packet. The grace begins when the clock is told of
///   an instant at or past the horizon, never earlier.
/// - At the end of the grace period the gate closes for good: nothing opens it, and media time stands still.
/// - The horizon starts at the threshold and never moves backwards.
/// - A warning comes once per horizon, `warningSeconds` of media time before it, or as soon as media runs and the
///   horizon is known where that is later.
/// - A call that resumes with its horizon used up is in `grace` at once; the period begins with the first packet.
///
/// It reads no clock. Instants earlier than the latest one are taken as the latest. A leap forward counts at most the
/// two seconds of freshness as media time, so it never takes a call to its horizon; but the grace period is real time
/// and ends with it.
public struct CallClock: Sendable {
    /// What happens to a call, media packets apart.
    public enum Event: Sendable, Equatable {
        /// Time has passed: `nextDeadline` has come, or `media` returned true.
        case tick
        /// Money moved the horizon to this media second.
        case extendHorizon(to: Int)
        /// One side left, or its connection is being replaced.
        case seatGone(Seat)
    }

    /// What the owner does about it, in this order.
    public enum Action: Sendable, Equatable {
        /// Tell both sides and whoever bills. Comes with each new whole media second, and each change of state, of
        /// `running` and of the horizon; several at once make one.
        case status(ClockStatus)
        /// Warn both sides. `secondsLeft` is media time, except for reason `unpaid`: real time until media stops.
        case warning(secondsLeft: Int, reason: ClockWarning)
        /// Media has stopped; end the call as unpaid.
        case closeGate
    }

    /// Where the gate stands. In `open` media time is below the horizon, or no packet has come yet.
    private enum Phase {
        case open
        case grace(until: MonotonicInstant)
        case closed
    }

    /// Whether media may pass.
    public private(set) var isOpen = true
    private var meter: MediaMeter
    private let policy: BillingPolicy
    private var phase = Phase.open
    private var horizon: Int?
    private var warnedHorizon: Int?
    private var begun = false
    private var latest = MonotonicInstant(nanoseconds: .min)
    private var reported: ClockStatus

    /// Whether media has flowed in both directions at the same time.
    public var hasRun: Bool { meter.hasRun }

    /// A clock that nobody has told anything yet.
    ///
    /// - Parameters:
    ///   - policy: the room's terms; negative seconds count as 0.
    ///   - mediaSeconds: where media time starts, for a call that goes on.
    ///   - horizon: the media second granted before; below the threshold it does not count.
    public init(policy: BillingPolicy, mediaSeconds: Int = 0, horizon: Int? = nil) {
        var policy = policy
        policy.thresholdSeconds = policy.thresholdSeconds.map { max($0, 0) }
        self.policy = policy
        meter = MediaMeter(mediaSeconds: mediaSeconds)
        self.horizon = policy.thresholdSeconds.map { max($0, horizon ?? 0) }
        reported = ClockStatus(
            state: .unmetered, mediaSeconds: 0, thresholdSeconds: nil, horizonSeconds: nil, running: false)
        reported = status(at: latest)
    }

    /// Takes note of a media packet from one side. Once the gate is closed nothing counts.
    ///
    /// - Returns: whether something is due now: call `handle(.tick, at:)`. False on the fast path.
    @inline(__always)
    @discardableResult
    public mutating func media(from seat: Seat, at now: MonotonicInstant) -> Bool {
        guard isOpen, meter.media(from: seat, at: now) else { return false }
        begun = true
        return isDue(at: now)
    }

    /// Moves the clock to `now` and lets `event` happen there.
    ///
    /// A grant that arrives while the gate is still open counts, even where the grace period has just ended.
    public mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Action] {
        guard isOpen else { return [] }
        latest = max(latest, now)
        meter.advance(to: latest)
        switch event {
        case .tick: break
        case .extendHorizon(let seconds): extendHorizon(to: seconds)
        case .seatGone(let seat): meter.seatGone(seat, at: latest)
        }
        var actions: [Action] = []
        let entersGrace = moveGate()
        let status = status(at: latest)
        if status != reported || entersGrace {
            reported = status
            actions.append(.status(status))
        }
        if !isOpen {
            actions.append(.closeGate)
        } else if entersGrace {
            actions.append(.warning(secondsLeft: policy.graceSeconds, reason: .unpaid))
        } else if let secondsLeft = warningDue(status), let horizon {
            warnedHorizon = horizon
            actions.append(
                .warning(
                    secondsLeft: secondsLeft, reason: horizon == policy.thresholdSeconds ? .threshold : .horizon))
        }
        return actions
    }

    /// The clock's reading at `now`, whether or not a tick is due.
    public func status(at now: MonotonicInstant) -> ClockStatus {
        let now = max(now, latest)
        let seconds = Int(meter.mediaTime(at: now) / .seconds(1))
        return ClockStatus(
            state: state(seconds), mediaSeconds: seconds, thresholdSeconds: policy.thresholdSeconds,
            horizonSeconds: horizon, running: isOpen && meter.isRunning(at: now))
    }

    /// The next instant at which a tick can matter: a whole second, a warning, the horizon, the end of freshness or of
    /// the grace period. `now` itself where something is due; nil where nothing happens until another packet or event.
    public func nextDeadline(after now: MonotonicInstant) -> MonotonicInstant? {
        guard isOpen else { return nil }
        let now = max(now, latest)
        if isDue(at: now) { return now }
        var next: MonotonicInstant?
        if case .grace(let end) = phase { next = end }
        if meter.isRunning(at: now) {
            let second: NanosecondCount = .seconds(1)
            let wholeSecond = now.advanced(by: second &- meter.mediaTime(at: now) % second)
            let change = min(wholeSecond, meter.freshUntil)
            next = next.map { min($0, change) } ?? change
        }
        return next
    }

    private mutating func extendHorizon(to seconds: Int) {
        guard let present = horizon, seconds > present else { return }
        horizon = seconds
        if case .grace = phase, seconds > Int(meter.mediaTime(at: latest) / .seconds(1)) { phase = .open }
    }

    /// Lets the gate follow media time and the grace period.
    ///
    /// - Returns: whether the grace period begins now.
    private mutating func moveGate() -> Bool {
        switch phase {
        case .open:
            guard graceDue(at: latest) else { return false }
            guard policy.graceSeconds > 0 else {
                close()
                return false
            }
            phase = .grace(until: latest.advanced(by: .seconds(Int64(min(policy.graceSeconds, 1 << 32)))))
            return true
        case .grace(let end):
            if latest >= end { close() }
            return false
        case .closed: return false
        }
    }

    private mutating func close() {
        phase = .closed
        isOpen = false
        for seat in Seat.allCases { meter.seatGone(seat, at: latest) }
    }

    /// Whether `handle(.tick, at: now)` would do anything.
    private func isDue(at now: MonotonicInstant) -> Bool {
        let status = status(at: now)
        if status != reported || warningDue(status) != nil { return true }
        switch phase {
        case .open: return graceDue(at: now)
        case .grace(let end): return now >= end
        case .closed: return false
        }
    }

    private func graceDue(at now: MonotonicInstant) -> Bool {
        guard begun, let horizon else { return false }
        return Int(meter.mediaTime(at: max(now, latest)) / .seconds(1)) >= horizon
    }

    /// Media seconds left where the warning of the present horizon is due; nil where it is not.
    private func warningDue(_ status: ClockStatus) -> Int? {
        guard case .open = phase, meter.hasRun, let horizon, horizon != warnedHorizon else { return nil }
        let left = horizon &- status.mediaSeconds
        return left > 0 && left <= policy.warningSeconds ? left : nil
    }

    private func state(_ seconds: Int) -> ClockState {
        guard let horizon, let threshold = policy.thresholdSeconds else { return .unmetered }
        switch phase {
        case .closed: return .closed
        case .grace: return .grace
        case .open: return seconds >= horizon ? .grace : seconds < threshold ? .free : .paid
        }
    }
}
