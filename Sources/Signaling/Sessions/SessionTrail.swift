internal import Identifiers
internal import RTP
internal import Relay

/// What the marketplace has been told about a session's room, and what it is to be told next. Pure; a part of ``Room``.
///
/// Told are: whoever comes and goes, the clock when media first flows both ways, then every five media seconds, and every
/// half minute while anybody is there, so that silence means that nobody is.
struct SessionTrail: Sendable {
    static let step = 5
    static let heartbeat: NanosecondCount = .seconds(30)

    /// Whether media has flowed both ways.
    private(set) var hasFlowed = false
    private var toldSeconds = 0
    private var toldAt: MonotonicInstant
    private var quality: [UserID: SideQuality] = [:]

    init(now: MonotonicInstant, mediaSeconds: Int = 0) {
        toldAt = now
        toldSeconds = mediaSeconds
        hasFlowed = mediaSeconds > 0
    }

    /// The clock has moved.
    mutating func moved(_ clock: ClockStatus) -> SessionHappening? {
        let begins = !hasFlowed && (clock.running || clock.mediaSeconds > 0)
        guard begins || clock.mediaSeconds >= toldSeconds + Self.step else { return nil }
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

    func ended(_ reason: EndReason, _ clock: ClockStatus) -> SessionHappening {
        .ended(
            reason: reason.rawValue, mediaSeconds: clock.mediaSeconds,
            quality: quality.values.sorted { $0.user.text < $1.user.text })
    }
}
