internal import Identifiers
internal import RTP
internal import Relay

/// The media clock of a peer-to-peer room, driven by what the two sides report to have received.
///
/// A report that shows progress proves that media came during the whole time since the report before. Such facts
/// arrive late, up to a reporting interval after what they are about, and those of the two sides in turns. So the
/// clock runs ``lag`` behind: by the time it passes a moment, both sides have spoken about it, and what it counts is
/// what a meter in the middle would have counted. Reports that come later than that lose what they prove, in the
/// customer's favour.
///
/// A side's receipts count only while the other side, where it reports what it sent, says to have sent something: one
/// side alone can't make the clock run.
struct PeerClock: Sendable {
    typealias Action = CallClock.Action

    /// How far the clock runs behind: the reporting interval of 2 s, and half a second for the way.
    static let lag: NanosecondCount = .milliseconds(2500)
    /// The clock's step, well below the two seconds for which the clock takes media as fresh.
    static let step: NanosecondCount = .milliseconds(250)
    /// After a pause of the process the clock takes up here; nothing counts in between.
    private static let maximumCatchUp: NanosecondCount = .seconds(30)

    private var clock: CallClock
    /// The moment the clock has reached.
    private var position: MonotonicInstant
    private var first = ReceiptLog()
    private var second = ReceiptLog()
    private var recorder: PeerRecorder

    /// - Parameters:
    ///   - mediaSeconds: where media time starts, for a call that goes on.
    ///   - horizon: the media second granted before.
    init(policy: BillingPolicy, mediaSeconds: Int = 0, horizon: Int? = nil, now: MonotonicInstant) {
        clock = CallClock(policy: policy, mediaSeconds: mediaSeconds, horizon: horizon)
        position = now.advanced(by: -Self.lag)
        recorder = PeerRecorder(mediaSeconds: mediaSeconds, now: position)
    }

    /// Takes what the side on `seat` reports.
    mutating func take(_ report: MediaReport, from seat: Seat, of user: UserID, at now: MonotonicInstant) {
        let otherSends = log(of: seat.other).sends
        recorder.take(report, from: seat, of: user, counts: otherSends != false, at: now)
        withLog(of: seat) { $0.take(report, otherSends: otherSends, at: now) }
    }

    /// Goes on to what is known by now.
    mutating func advance(to now: MonotonicInstant) -> [Action] { run(to: now.advanced(by: -Self.lag)) }

    /// One side is gone: what its reports proved until now counts, nothing else.
    mutating func seatGone(_ seat: Seat, at now: MonotonicInstant) -> [Action] {
        let actions = run(to: now)
        first = ReceiptLog()
        second = ReceiptLog()
        return actions + clock.handle(.seatGone(seat), at: position)
    }

    mutating func extendHorizon(to seconds: Int, at now: MonotonicInstant) -> [Action] {
        advance(to: now) + clock.handle(.extendHorizon(to: seconds), at: position)
    }

    /// What flowed, where a record is due at the moment that the clock has reached, or is the last one.
    mutating func record(final: Bool) -> CallRecord? {
        recorder.cut(
            at: position, hasRun: clock.hasRun, mediaSeconds: clock.status(at: position).mediaSeconds, final: final)
    }

    /// Nobody was here for a while: the clock takes up at `now`.
    mutating func skip(to now: MonotonicInstant) { position = max(position, now.advanced(by: -Self.lag)) }

    private mutating func run(to end: MonotonicInstant) -> [Action] {
        position = max(position, end.advanced(by: -Self.maximumCatchUp))
        var actions: [Action] = []
        while end.since(position) >= Self.step {
            position = position.advanced(by: Self.step)
            if first.covers(position) { clock.media(from: .second, at: position) }
            if second.covers(position) { clock.media(from: .first, at: position) }
            actions += clock.handle(.tick, at: position)
        }
        first.forget(before: position)
        second.forget(before: position)
        return actions
    }

    private func log(of seat: Seat) -> ReceiptLog {
        switch seat {
        case .first: first
        case .second: second
        }
    }

    private mutating func withLog(of seat: Seat, _ body: (inout ReceiptLog) -> Void) {
        switch seat {
        case .first: body(&first)
        case .second: body(&second)
        }
    }
}

/// When one side received media, as far as its reports prove it.
private struct ReceiptLog: Sendable {
    /// Open at its start, closed at its end.
    private struct Span {
        var start: MonotonicInstant
        var end: MonotonicInstant
    }

    private var spans: [Span] = []
    private var last: (report: MediaReport, at: MonotonicInstant)?
    /// Whether this side says that it sends: nil where it doesn't say.
    private(set) var sends: Bool?

    private static let maximumSpans = 16

    mutating func take(_ report: MediaReport, otherSends: Bool?, at now: MonotonicInstant) {
        defer { last = (report, now) }
        guard let last else { return }
        sends = report.sent(since: last.report)
        guard report.received(since: last.report), otherSends != false, now > last.at else { return }
        if let latest = spans.last, latest.end == last.at {
            spans[spans.count - 1].end = now
            return
        }
        if spans.count == Self.maximumSpans { spans.removeFirst() }
        spans.append(Span(start: last.at, end: now))
    }

    func covers(_ instant: MonotonicInstant) -> Bool { spans.contains { $0.start < instant && instant <= $0.end } }

    mutating func forget(before instant: MonotonicInstant) { spans.removeAll { $0.end < instant } }
}
