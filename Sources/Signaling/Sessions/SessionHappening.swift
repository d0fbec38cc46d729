public import Identifiers
internal import Relay

/// What happens in the room of a booked session, as the marketplace is told.
public enum SessionHappening: Sendable, Equatable {
    /// Somebody took a seat, for the first time or again.
    case joined(UserID)
    /// Somebody's seat is free: `left` by themselves, or `timeout` where a lost connection did not come back.
    case left(UserID, reason: String)
    /// Where the media clock stands: when media first flows both ways, and from time to time while anybody is there.
    case progress(mediaSeconds: Int, running: Bool)
    /// How good the connections are: each ten seconds, and when one changes.
    case quality(QualitySample)
    /// What flowed in about ten seconds of the call.
    case record(SessionRecord)
    /// The room is over. Every record has been told before.
    case ended(reason: String, mediaSeconds: Int, quality: [SideQuality])
}

/// What was seen of one participant's two directions while a call ran.
public struct SideQuality: Sendable, Equatable, Codable {
    /// Who.
    public var user: UserID
    /// As what: `customer` or `consultant`.
    public var role: Role
    /// From the participant to the relay.
    public var up: QualitySummary?
    /// From the relay to the participant.
    public var down: QualitySummary?
}

/// A direction's figures over a whole call: means, and the worst of the scores.
public struct QualitySummary: Sendable, Equatable, Codable {
    /// How many readings it was made from.
    public private(set) var readings = 0
    /// The mean score, from 1 to 5.
    public private(set) var score = 0.0
    /// The lowest score.
    public private(set) var worst = 5.0
    /// The mean of the bits per second.
    public private(set) var bitrate = 0.0
    /// The mean share of packets lost.
    public private(set) var loss = 0.0
    /// The mean jitter in seconds.
    public private(set) var jitter = 0.0
    /// The mean round trip in seconds; nil where none was measured.
    public private(set) var rtt: Double?
    private var roundTrips = 0

    init() {}

    /// Takes a reading in.
    mutating func add(_ quality: DirectionQuality) {
        readings += 1
        let share = 1 / Double(readings)
        score += (quality.score - score) * share
        worst = min(worst, quality.score)
        bitrate += (quality.bitrate - bitrate) * share
        loss += (quality.loss - loss) * share
        jitter += (quality.jitter - jitter) * share
        if let measured = quality.rtt {
            roundTrips += 1
            rtt = (rtt ?? 0) + (measured - (rtt ?? 0)) / Double(roundTrips)
        }
    }
}
