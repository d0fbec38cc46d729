public import RTP

/// One of a call's two sides.
public enum Seat: Int, Sendable, CaseIterable {
    /// The side that was seated first.
    case first
    /// The side that was seated second.
    case second

    /// The opposite side.
    public var other: Seat {
        switch self {
        case .first: .second
        case .second: .first
        }
    }
}

/// Measures media time: how long media flowed in both directions.
///
/// A side is *fresh* from a media packet until two seconds after it. Media time is the exact length of the time in
/// which both sides are fresh, to the nanosecond; how often the meter is asked, and when, does not change it. Pauses
/// of discontinuous transmission (400 ms) and a camera that is off do not interrupt it; silence of more than two
/// seconds does, and a side that returns counts again from its packet on.
///
/// The time never runs backwards. An instant earlier than the latest one known is ignored, and a leap forward counts
/// no more than what was left of the two seconds.
///
/// A packet costs a comparison and a store while both sides are fresh; the account is settled when somebody asks, or
/// when freshness could have run out.
public struct MediaMeter: Sendable {
    /// How long a side counts as sending after its last packet, in nanoseconds: 2 s.
    public static let freshness: NanosecondCount = .seconds(2)

    /// Marks a side that sends nothing.
    private static let absent = MonotonicInstant(nanoseconds: .min)

    private var counted: NanosecondCount
    /// Up to where the account is settled; the latest instant known for certain.
    private var settled = absent
    private var lastFirst = absent
    private var lastSecond = absent
    /// Until here both sides are known to be fresh without looking: packets need only be remembered.
    private var steadyUntil = absent

    /// Whether both sides have been fresh at the same time at least once.
    public private(set) var hasRun = false

    /// A meter that goes on from a checkpoint of `mediaSeconds` whole seconds (below 0 counts as 0).
    public init(mediaSeconds: Int = 0) {
        // Half the range is 146 years; no sum below comes near its end.
        counted = .seconds(Int64(min(max(mediaSeconds, 0), 4_600_000_000)))
    }

    /// Takes note of a media packet from one side.
    ///
    /// - Returns: whether anything other than this side's freshness may have changed; false on the fast path.
    @inline(__always)
    @discardableResult
    public mutating func media(from seat: Seat, at now: MonotonicInstant) -> Bool {
        if now < steadyUntil {
            remember(seat, now)
            return false
        }
        return begin(seat, now)
    }

    /// Settles the account up to `now`; an instant earlier than the latest one is ignored.
    public mutating func advance(to now: MonotonicInstant) {
        guard now > settled else { return }
        counted &+= unsettled(at: now)
        settled = now
        steadyUntil = freshUntil
    }

    /// Ends a side's freshness at once: it left, or another connection takes its place.
    ///
    /// What was fresh until `now` has counted and stays; the rest of its two seconds does not count any more, in the
    /// customer's favour.
    public mutating func seatGone(_ seat: Seat, at now: MonotonicInstant) {
        // Packets on the fast path are known and not settled: never end before one of them.
        advance(to: max(now, max(lastFirst, lastSecond)))
        switch seat {
        case .first: lastFirst = Self.absent
        case .second: lastSecond = Self.absent
        }
        steadyUntil = Self.absent
    }

    /// Media time at `now` in nanoseconds, without settling the account. For an instant that nothing has happened at
    /// yet it is a forecast, which a seat's departure before then revises.
    public func mediaTime(at now: MonotonicInstant) -> NanosecondCount { counted &+ unsettled(at: now) }

    /// Whether both sides are fresh at `now`, or at the latest instant known where that is later.
    public func isRunning(at now: MonotonicInstant) -> Bool { max(now, settled) < freshUntil }

    /// When the first of the two sides stops being fresh unless a packet comes; in the past where one is not fresh.
    public var freshUntil: MonotonicInstant {
        let earlier = min(lastFirst, lastSecond)
        return earlier == Self.absent ? earlier : earlier.advanced(by: Self.freshness)
    }

    private func unsettled(at now: MonotonicInstant) -> NanosecondCount {
        max(0, min(now, freshUntil).since(settled))
    }

    private mutating func begin(_ seat: Seat, _ now: MonotonicInstant) -> Bool {
        guard now >= settled else { return false }
        advance(to: now)
        remember(seat, now)
        steadyUntil = freshUntil
        if now < steadyUntil { hasRun = true }
        return true
    }

    @inline(__always)
    private mutating func remember(_ seat: Seat, _ now: MonotonicInstant) {
        switch seat {
        case .first: lastFirst = max(lastFirst, now)
        case .second: lastSecond = max(lastSecond, now)
        }
    }
}
