internal import Identifiers
internal import RTP
internal import Relay

/// What the marketplace has been told about a session's room, and what it is to be told next. Pure; a part of ``Room``.
///
/// Told are: whoever comes and goes, the clock when media first flows both ways, then every five media seconds, at once where
/// it reaches the threshold or the horizon, and every half minute while anybody is there, so that silence means that nobody
/// is; and what flowed, in records of about ten seconds.
struct SessionTrail: Sendable {
    static let step = 5
    static let heartbeat: NanosecondCount = .seconds(30)

    /// Whether media has flowed both ways.
    private(set) var hasFlowed = false
    private var toldSeconds = 0
    private var toldAt: MonotonicInstant
    private var quality: [UserID: SideQuality] = [:]
    private var roles: [UserID: Role] = [:]
    /// The records told.
    var records: RecordChain
    private var isOver = false

    init(now: MonotonicInstant, mediaSeconds: Int = 0, records: RecordChain = RecordChain()) {
        toldAt = now
        toldSeconds = mediaSeconds
        hasFlowed = mediaSeconds > 0
        self.records = records
    }

    /// Somebody took a seat.
    mutating func seated(_ participant: Identity) { roles[participant.user] = participant.role }

    /// The clock has moved.
    mutating func moved(_ clock: ClockStatus) -> SessionHappening? {
        let begins = !hasFlowed && (clock.running || clock.mediaSeconds > 0)
        let limits = [clock.thresholdSeconds, clock.horizonSeconds].compactMap { $0 }
        let reaches = limits.contains { toldSeconds < $0 && clock.mediaSeconds >= $0 }
        guard begins || reaches || clock.mediaSeconds >= toldSeconds + Self.step else { return nil }
        hasFlowed = true
        toldSeconds = clock.mediaSeconds
        return .progress(mediaSeconds: clock.mediaSeconds, running: clock.running || begins)
    }

    /// Time has passed with somebody in the room.
    mutating func tick(_ clock: ClockStatus, now: MonotonicInstant) -> SessionHappening? {
        guard hasFlowed, now.since(toldAt) >= Self.heartbeat else { return nil }
        toldAt = now
        toldSeconds = clock.mediaSeconds
        return .progress(mediaSeconds: clock.mediaSeconds, running: clock.running)
    }

    mutating func add(_ report: QualityReport, of participant: Identity) {
        guard !participant.isObserver else { return }
        var sides = quality[participant.user] ?? SideQuality(user: participant.user, role: participant.role)
        if let up = report.up {
            var summary = sides.up ?? QualitySummary()
            summary.add(up)
            sides.up = summary
        }
        if let down = report.down {
            var summary = sides.down ?? QualitySummary()
            summary.add(down)
            sides.down = summary
        }
        quality[participant.user] = sides
    }

    /// A call has told what flowed.
    mutating func record(_ record: CallRecord, from source: SessionRecord.Source) -> [SessionHappening] {
        isOver ? [] : records.append(record, from: source, roles: roles).map { .record($0) }
    }

    /// The room is over and its call is closed: the last word, said once.
    mutating func ended(_ reason: EndReason, mediaSeconds: Int) -> [SessionHappening] {
        guard !isOver else { return [] }
        isOver = true
        let seconds = max(mediaSeconds, records.seconds)
        return records.fill(upTo: seconds).map { .record($0) } + [
            .ended(
                reason: reason.rawValue, mediaSeconds: seconds,
                quality: quality.values.sorted { $0.user.text < $1.user.text })
        ]
    }
}
