/// One direction of one leg, as it was over the last seconds.
public struct DirectionQuality: Sendable, Equatable, Codable {
    /// 1 (unusable) to 5 (as good as it gets): that of the worse of sound and picture.
    public var score: Double
    /// The sound's; nil where none is carried.
    public var audioScore: Double?
    /// The picture's; nil where none is carried.
    public var videoScore: Double?
    /// Media bits per second.
    public var bitrate: Double
    /// Share of packets lost on the way, 0 to 1, before any is sent again.
    public var loss: Double
    /// Share of packets still missing after retransmission; nil where that is not known.
    public var lossAfterRecovery: Double?
    /// Interarrival jitter in seconds (RFC 3550 §6.4.1).
    public var jitter: Double
    /// Round trip in seconds; nil until measured.
    public var rtt: Double?
    /// Frames per second of the camera; nil where there is none, or nobody tells.
    public var framesPerSecond: Double?
    /// Freezes in the last interval (W3C webrtc-stats, `freezeCount`); nil where nobody tells.
    public var freezes: Int?

    /// A direction's figures.
    public init(
        score: Double, audioScore: Double? = nil, videoScore: Double? = nil, bitrate: Double, loss: Double,
        lossAfterRecovery: Double? = nil, jitter: Double, rtt: Double?, framesPerSecond: Double? = nil,
        freezes: Int? = nil
    ) {
        self.score = score
        self.audioScore = audioScore
        self.videoScore = videoScore
        self.bitrate = bitrate
        self.loss = loss
        self.lossAfterRecovery = lossAfterRecovery
        self.jitter = jitter
        self.rtt = rtt
        self.framesPerSecond = framesPerSecond
        self.freezes = freezes
    }

    /// A direction over which nothing comes any more though something should.
    package static let dead = DirectionQuality(score: 1, bitrate: 0, loss: 1, jitter: 0, rtt: nil)

    /// The same, where sound or picture turned out to be no better than this.
    package mutating func limit(audio: Double? = nil, video: Double? = nil) {
        if let audio { audioScore = audioScore.map { min($0, audio) } }
        if let video { videoScore = videoScore.map { min($0, video) } }
        score = [score, audioScore, videoScore].compactMap { $0 }.min() ?? score
    }
}

/// Both directions of one participant's leg.
public struct QualityReport: Sendable, Equatable, Codable {
    /// From the participant to the relay; nil before anything was sent.
    public var up: DirectionQuality?
    /// From the relay to the participant; nil before anything was sent.
    public var down: DirectionQuality?

    /// Both directions' figures.
    public init(up: DirectionQuality?, down: DirectionQuality?) {
        self.up = up
        self.down = down
    }

    /// The score of the worse direction; nil where nothing is known.
    public var worst: Double? { [up?.score, down?.score].compactMap { $0 }.min() }
}

/// Whose connection is weak, as a participant is told.
public enum WeakSide: String, Sendable, Codable, CaseIterable {
    /// The participant's own.
    case yours
    /// The other side's.
    case theirs
    /// Both.
    case both

    /// Below this score a connection is called weak.
    public static let limit = 3.0

    /// Compares one's own connection with the other side's; nil where neither is weak.
    public init?(yours: QualityReport?, theirs: QualityReport?) {
        let weak = [yours, theirs].map { ($0?.worst ?? 5) < Self.limit }
        switch (weak[0], weak[1]) {
        case (true, true): self = .both
        case (true, false): self = .yours
        case (false, true): self = .theirs
        case (false, false): return nil
        }
    }
}
