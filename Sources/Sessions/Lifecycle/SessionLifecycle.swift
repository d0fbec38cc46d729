public import Database

/// A session from accept to end. Pure: what happened goes in, what is to be done comes out.
///
/// ```
///  pending ── media flows both ways ──► active ── a side hangs up, unpaid, closed ──► completed
///    │                                    │
///    │                                    └── the connection was lost: completed after a minute of media, else failed
///    ├── both came, no media ──► failed
///    └── somebody did not come in time, or cancelled ──► cancelled
/// ```
///
/// Every event may come twice and late. What has ended stays ended; the media seconds alone may still grow, because the last
/// word about them comes from the room.
public struct SessionLifecycle: Sendable, Equatable {
    /// How long is waited for what.
    public struct Patience: Sendable, Hashable {
        /// For both people to come.
        public var join = Duration.seconds(90)
        /// For media, once both have come.
        public var media = Duration.seconds(90)
        /// For a word from the room of a running call.
        public var silence = Duration.seconds(120)

        /// The product's own.
        public init() {}
    }

    /// What happens to a session.
    public enum Event: Sendable, Equatable {
        /// A side came into the room.
        case joined(SessionSide)
        /// A side left the room, or was lost and did not come back.
        case left(SessionSide, isLost: Bool)
        /// The room says where its clock stands.
        case progress(mediaSeconds: Int, running: Bool)
        /// The room is over, for this reason of the signaling core's.
        case roomEnded(reason: String, mediaSeconds: Int)
        /// A side wants it to end, without the room.
        case endRequested(SessionSide)
        /// It is time to look at it.
        case deadline
    }

    /// What is to be done.
    public enum Action: Sendable, Equatable {
        /// Media flows both ways: the call has begun.
        case start
        /// It is over.
        case end(SessionState, SessionEnd)
    }

    /// Media seconds from which a call that broke counts as held.
    static let heldSeconds = 60

    /// Where it stands.
    public private(set) var state: SessionState
    /// Who has come, and has not gone again; once the call has begun, both.
    public private(set) var joined: Set<SessionSide>
    /// What the media clock said last.
    public private(set) var mediaSeconds: Int
    /// When it has to be looked at, should nothing else happen; nil: never.
    public private(set) var due: Timestamp?
    private let patience: Patience

    /// A session as it is kept.
    public init(
        state: SessionState = .pending, joined: Set<SessionSide> = [], mediaSeconds: Int = 0, due: Timestamp?,
        patience: Patience = Patience()
    ) {
        self.state = state
        self.joined = joined
        self.mediaSeconds = mediaSeconds
        self.due = due
        self.patience = patience
    }

    /// Whether it is over.
    public var isOver: Bool { state != .pending && state != .active }

    /// Takes an event in.
    public mutating func handle(_ event: Event, at now: Timestamp) -> [Action] {
        switch event {
        case .progress(let seconds, _), .roomEnded(_, let seconds):
            // What never began has no media, and what is stored has its bounds.
            if state != .cancelled { mediaSeconds = max(mediaSeconds, min(seconds, Int(Int32.max))) }
        case .joined, .left, .endRequested, .deadline: break
        }
        switch state {
        case .pending: return pending(event, at: now)
        case .active: return active(event, at: now)
        case .completed, .cancelled, .failed: return []
        }
    }

    private mutating func pending(_ event: Event, at now: Timestamp) -> [Action] {
        switch event {
        case .joined(let side):
            let isNew = joined.insert(side).inserted
            if isNew, joined.count == 2 { due = now.advanced(by: patience.media) }
            return []
        case .progress(_, let running):
            guard running || mediaSeconds > 0 else { return [] }
            joined = [.customer, .consultant]
            state = .active
            due = now.advanced(by: patience.silence)
            return [.start]
        case .left(let side, let isLost):
            guard joined.count == 2, !isLost else {
                // Somebody who goes before the other is there may still come back, and so may who was lost.
                joined.remove(side)
                return []
            }
            return end(.cancelled, side == .customer ? .customerCancelled : .consultantCancelled)
        case .endRequested(let side):
            return end(.cancelled, side == .customer ? .customerCancelled : .consultantCancelled)
        case .roomEnded(let reason, _):
            // A core that stops is back soon, and so are its people.
            guard reason != "shutdown" else { return [] }
            return reason == "closed" ? end(.failed, .closed) : missed()
        case .deadline:
            guard let due, now >= due else { return [] }
            return missed()
        }
    }

    /// It has not begun in time.
    private mutating func missed() -> [Action] {
        switch (joined.contains(.customer), joined.contains(.consultant)) {
        case (true, true): end(.failed, .noMedia)
        case (true, false): end(.cancelled, .consultantNoShow)
        case (false, true): end(.cancelled, .customerNoShow)
        case (false, false): end(.cancelled, .nobodyCame)
        }
    }

    private mutating func active(_ event: Event, at now: Timestamp) -> [Action] {
        switch event {
        case .joined, .progress:
            due = now.advanced(by: patience.silence)
            return []
        case .left(let side, isLost: false):
            return end(.completed, side == .customer ? .customerLeft : .consultantLeft)
        case .left(_, isLost: true): return lost()
        case .endRequested(let side):
            return end(.completed, side == .customer ? .customerLeft : .consultantLeft)
        case .roomEnded(let reason, _):
            switch reason {
            case "unpaid": return end(.completed, .unpaid)
            case "closed": return end(.completed, .closed)
            case "shutdown":
                // Its people come back to the core's successor, or it ends for lack of a word from it.
                due = now.advanced(by: patience.silence)
                return []
            default: return lost()
            }
        case .deadline:
            guard let due, now >= due else { return [] }
            return lost()
        }
    }

    private mutating func lost() -> [Action] {
        end(mediaSeconds >= Self.heldSeconds ? .completed : .failed, .connectionLost)
    }

    private mutating func end(_ next: SessionState, _ reason: SessionEnd) -> [Action] {
        state = next
        due = nil
        return [.end(next, reason)]
    }
}
