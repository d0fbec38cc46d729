import Identifiers
import Logging
import RTP
import SDP
import Transport

/// One 1:1 call on its worker: two seats, the media clock with its gate, and the way between the seats.
///
/// Confined to the worker's thread.
final class Call {
    // What every packet meets comes first, and lies together.

    let surroundings: Surroundings
    private var first: Leg?
    private var second: Leg?
    /// The meter and the gate; the packet path reads and feeds it directly.
    var meter: CallClock
    /// What flowed; the packet path feeds it, too.
    var recorder: CallRecorder

    /// Where it is in the worker's rounds.
    var place = 0
    let room: RoomID
    let context: TransportContext
    private let events: @Sendable (CallEvent) -> Void
    private let post: EventPost
    /// Candidates that came before their offer.
    private var early: [UserID: [CandidateMessage]] = [:]
    /// Legs that left while their transport may still be on the stack; freed at the next tick.
    private var departed: [Leg] = []
    private var nextReport = MonotonicInstant(nanoseconds: 0)
    private var nextQuality = MonotonicInstant(nanoseconds: 0)
    private var ended = false

    /// Candidates kept for one user whose offer is still to come.
    private static let earlyLimit = 64
    private static let reportInterval = NanosecondCount.seconds(1)
    private static let qualityInterval = NanosecondCount.seconds(2)

    init(
        room: RoomID, clock: CallClock, context: TransportContext, post: EventPost,
        surroundings: Surroundings, events: @escaping @Sendable (CallEvent) -> Void
    ) {
        self.room = room
        meter = clock
        recorder = CallRecorder(mediaSeconds: clock.status(at: MonotonicInstant(nanoseconds: .min)).mediaSeconds)
        self.context = context
        self.post = post
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
            recorder.first.user = user
            return leg
        }
        if second == nil {
            let leg = Leg(user: user, seat: .second, call: self)
            second = leg
            recorder.second.user = user
            return leg
        }
        throw RelayError(.full, "both seats of the call are taken")
    }

    var isEmpty: Bool { first == nil && second == nil }
    /// Whether nothing is under way that needs a look every ten milliseconds.
    var isQuiet: Bool { first?.isQuiet != false && second?.isQuiet != false && departed.isEmpty && !isEmpty }
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
        run(meter.handle(.seatGone(leg.seat), at: now), now)
        free(leg)
    }

    private func free(_ leg: Leg) {
        leg.recordLosses()
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
        post.post(event, to: events)
    }

    /// Something waits: the next round of looks is not left out.
    func rouse() { surroundings.roused.append(place) }

    // MARK: The clock

    func clock(at now: MonotonicInstant) -> ClockStatus { meter.status(at: now) }

    func extendHorizon(to seconds: Int, now: MonotonicInstant) -> ClockStatus? {
        guard !ended else { return nil }
        run(meter.handle(.extendHorizon(to: seconds), at: now), now)
        return ended ? nil : meter.status(at: now)
    }

    /// A leg's path was replaced or lost: its old packets prove nothing any more.
    func interrupted(_ seat: Seat, at now: MonotonicInstant) { run(meter.handle(.seatGone(seat), at: now), now) }

    /// The packet path saw that something is due.
    func advanceClock(_ now: MonotonicInstant) { run(meter.handle(.tick, at: now), now) }

    private func run(_ actions: [CallClock.Action], _ now: MonotonicInstant) {
        for action in actions {
            switch action {
            case .status(let status): emit(.clock(status))
            case .warning(let secondsLeft, let reason): emit(.warning(secondsLeft: secondsLeft, reason: reason))
            case .closeGate: close(.unpaid, now: now)
            }
        }
    }

    // MARK: Time

    func tick(_ now: MonotonicInstant) {
        departed = []
        guard !ended else { return }
        run(meter.handle(.tick, at: now), now)
        guard !ended else { return }
        first?.tick(now)
        second?.tick(now)
        if now >= nextReport {
            first?.sendReports(now)
            second?.sendReports(now)
            first?.notePlaces()
            second?.notePlaces()
            nextReport = now.advanced(by: Self.reportInterval)
        }
        if now >= nextQuality {
            readQuality(now)
            nextQuality = now.advanced(by: Self.qualityInterval)
        }
        record(now)
    }

    private func readQuality(_ now: MonotonicInstant) {
        let legs = [first, second].compactMap { $0 }
        for leg in legs { leg.readUplinks(now) }
        for leg in legs {
            leg.readDownlinks(now, arrived: other(than: leg.seat)?.reporting.quality.arrived ?? LegQuality.nothing)
            let report = leg.reporting.quality.report
            if report.up != nil || report.down != nil { emit(.quality(for: leg.user, report)) }
        }
        let (one, two) = (first?.reporting.quality.network, second?.reporting.quality.network)
        note(.first, [one?.up, two?.down])
        note(.second, [two?.up, one?.down])
    }

    /// Notes how good a direction was: as good as the worse of its two halves.
    private func note(_ sender: Seat, _ halves: [Double?]) {
        guard let score = halves.compactMap({ $0 }).min() else { return }
        recorder.note(sender) { $0.add(score: score) }
    }

    // MARK: Records

    private func record(_ now: MonotonicInstant) {
        let seconds = meter.status(at: now).mediaSeconds
        let isReconnecting = first?.isReconnecting == true || second?.isReconnecting == true
        guard recorder.look(at: now, isReconnecting: isReconnecting, hasRun: meter.hasRun, mediaSeconds: seconds) else {
            return
        }
        if let record = cutRecord(now) { emit(.record(record)) }
    }

    private func cutRecord(_ now: MonotonicInstant) -> CallRecord? {
        first?.recordLosses()
        second?.recordLosses()
        return recorder.cut(at: now, hasRun: meter.hasRun, mediaSeconds: meter.status(at: now).mediaSeconds)
    }

    /// Stops all media and frees both legs.
    ///
    /// - Parameter reason: told to the call's owner, after the last record; nil where the owner itself closes it.
    /// - Returns: the clock's last reading, and the last record where it was not told.
    @discardableResult
    func close(_ reason: EndReason?, now: MonotonicInstant) -> ClosedCall {
        guard !ended else { return ClosedCall(clock: meter.status(at: now), record: nil) }
        post.deliver()
        let last = ClosedCall(clock: meter.status(at: now), record: cutRecord(now))
        for leg in [first, second].compactMap({ $0 }) { leg.close() }
        departed += [first, second].compactMap { $0 }
        first = nil
        second = nil
        early = [:]
        ended = true
        guard let reason else { return last }
        if let record = last.record { events(.record(record)) }
        events(.ended(reason))
        return ClosedCall(clock: last.clock, record: nil)
    }
}
