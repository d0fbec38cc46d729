import Identifiers
import Logging
import RTP
import SDP
import Transport

/// One 1:1 call on its worker: two seats, the media clock with its gate, and the way between the seats.
///
/// Confined to the worker's thread.
final class Call {
    let room: RoomID
    let ice: ICEContext
    let loop: EventLoop
    let surroundings: Surroundings
    var metrics = RelayMetrics()
    /// The meter and the gate; the packet path reads and feeds it directly.
    var meter: CallClock

    private let events: @Sendable (CallEvent) -> Void
    private var first: Leg?
    private var second: Leg?
    /// Candidates that came before their offer.
    private var early: [UserID: [CandidateMessage]] = [:]
    /// Legs that left while their transport may still be on the stack; freed at the next tick.
    private var departed: [Leg] = []
    private var deadline: MonotonicInstant?
    private var nextReport = MonotonicInstant(nanoseconds: 0)
    private var nextQuality = MonotonicInstant(nanoseconds: 0)
    private var ended = false

    /// Candidates kept for one user whose offer is still to come.
    private static let earlyLimit = 64
    private static let reportInterval = NanosecondCount.seconds(1)
    private static let qualityInterval = NanosecondCount.seconds(2)

    init(
        room: RoomID, clock: CallClock, ice: ICEContext, loop: EventLoop, surroundings: Surroundings,
        events: @escaping @Sendable (CallEvent) -> Void
    ) {
        self.room = room
        meter = clock
        self.ice = ice
        self.loop = loop
        self.surroundings = surroundings
        self.events = events
    }

    // MARK: Seats

    func other(than seat: Seat) -> Leg? {
        switch seat {
        case .first: second
        case .second: first
        }
    }

    private func leg(of user: UserID) -> Leg? {
        if first?.user == user { return first }
        return second?.user == user ? second : nil
    }

    private func seat(_ user: UserID) throws(RelayError) -> Leg {
        if let leg = leg(of: user) { return leg }
        if first == nil {
            let leg = Leg(user: user, seat: .first, call: self)
            first = leg
            return leg
        }
        if second == nil {
            let leg = Leg(user: user, seat: .second, call: self)
            second = leg
            return leg
        }
        throw RelayError(.full, "both seats of the call are taken")
    }

    var isEmpty: Bool { first == nil && second == nil }
    var isSettingUp: Bool { first?.isSettingUp == true || second?.isSettingUp == true }
    var connectedPeers: Int { (first?.isConnected == true ? 1 : 0) + (second?.isConnected == true ? 1 : 0) }

    // MARK: Signaling

    func offer(_ sdp: String, from user: UserID, now: MonotonicInstant) throws(RelayError) -> String {
        guard !ended else { throw RelayError(.notFound, "the call has ended") }
        let isNew = leg(of: user) == nil
        let leg = try seat(user)
        do {
            let answer = try leg.offer(sdp, preferring: other(than: leg.seat)?.videoCodecs ?? [], now: now)
            leg.add(early.removeValue(forKey: user) ?? [])
            leg.reroute()
            other(than: leg.seat)?.reroute()
            return answer
        } catch {
            if isNew { free(leg) }
            throw error
        }
    }

    func add(_ candidate: CandidateMessage, from user: UserID) throws(RelayError) {
        if !candidate.candidate.isEmpty {
            do {
                _ = try ICECandidate(parsing: candidate.candidate)
            } catch {
                throw RelayError(.invalidDescription, error.description)
            }
        }
        guard !ended else { return }
        if let leg = leg(of: user), leg.accepts(candidate) { return leg.add([candidate]) }
        // A stranger's candidates would be kept for nothing.
        guard leg(of: user) != nil || first == nil || second == nil else { return }
        guard early[user] != nil || early.count < 2 else { return }
        guard early[user, default: []].count < Self.earlyLimit else { return }
        early[user, default: []].append(candidate)
    }

    func leave(_ user: UserID, now: MonotonicInstant) {
        early[user] = nil
        guard let leg = leg(of: user) else { return }
        run(meter.handle(.seatGone(leg.seat), at: now))
        free(leg)
    }

    private func free(_ leg: Leg) {
        leg.close()
        departed.append(leg)
        switch leg.seat {
        case .first: first = nil
        case .second: second = nil
        }
        other(than: leg.seat)?.reroute()
    }

    func emit(_ event: CallEvent) {
        guard !ended else { return }
        events(event)
    }

    // MARK: The clock

    func clock(at now: MonotonicInstant) -> ClockStatus { meter.status(at: now) }

    func extendHorizon(to seconds: Int, now: MonotonicInstant) -> ClockStatus? {
        guard !ended else { return nil }
        run(meter.handle(.extendHorizon(to: seconds), at: now))
        return ended ? nil : meter.status(at: now)
    }

    /// A leg's path was replaced or lost: its old packets prove nothing any more.
    func interrupted(_ seat: Seat, at now: MonotonicInstant) { run(meter.handle(.seatGone(seat), at: now)) }

    /// The packet path saw that something is due.
    func advanceClock(_ now: MonotonicInstant) { run(meter.handle(.tick, at: now)) }

    private func run(_ actions: [CallClock.Action]) {
        for action in actions {
            switch action {
            case .status(let status): emit(.clock(status))
            case .warning(let secondsLeft, let reason): emit(.warning(secondsLeft: secondsLeft, reason: reason))
            case .closeGate: close(.unpaid)
            }
        }
    }

    // MARK: Time

    func tick(_ now: MonotonicInstant) {
        departed = []
        guard !ended else { return }
        run(meter.handle(.tick, at: now))
        guard !ended else { return }
        let report = now >= nextReport
        let quality = now >= nextQuality
        for leg in [first, second].compactMap({ $0 }) {
            leg.tick(now)
            if report { leg.sendReports(now) }
            if quality, let reading = leg.quality(now) { emit(.quality(for: leg.user, reading)) }
        }
        if report { nextReport = now.advanced(by: Self.reportInterval) }
        if quality { nextQuality = now.advanced(by: Self.qualityInterval) }
    }

    /// Stops all media and frees both legs.
    ///
    /// - Parameter reason: told to the call's owner; nil where the owner itself closes it.
    func close(_ reason: EndReason?) {
        guard !ended else { return }
        for leg in [first, second].compactMap({ $0 }) { leg.close() }
        departed += [first, second].compactMap { $0 }
        first = nil
        second = nil
        early = [:]
        if let reason { events(.ended(reason)) }
        ended = true
    }
}
