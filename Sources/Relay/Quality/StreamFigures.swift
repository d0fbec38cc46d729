package import SDP

/// What is known of one stream of a direction over the last interval.
package struct StreamFigures: Sendable {
    /// What it carries.
    package var slot: MediaSlot
    /// Bits per second.
    package var bitrate: Double
    /// Share lost on the way.
    package var loss: Double
    /// Share missing after retransmission; nil: not known.
    package var remaining: Double?
    /// How much longer than random runs of lost packets are.
    package var burstRatio = 1.0
    /// In seconds.
    package var jitter: Double
    /// In seconds.
    package var rtt: Double?
    /// Frames per second; nil: not known.
    package var framesPerSecond: Double?
    /// Freezes; nil: not known.
    package var freezes: Int?
    /// Share of the time that it stood still.
    package var frozen = 0.0
    /// The part of the bits that a camera should have, as far as this way is to blame: 1 is enough.
    package var share = 1.0

    /// Figures of which only the network's part is known.
    package init(slot: MediaSlot, bitrate: Double, loss: Double, jitter: Double, rtt: Double?) {
        self.slot = slot
        self.bitrate = bitrate
        self.loss = loss
        self.jitter = jitter
        self.rtt = rtt
    }

    /// What the network did to the packets, by itself: frame rate and freezes, which a slow camera brings about as well,
    /// left out. This is what is recorded, and what money looks at.
    package var networkScore: Double {
        switch slot {
        case .mic:
            QualityScore.audio(loss: remaining ?? loss, jitter: jitter, rtt: rtt, burstRatio: burstRatio)
        case .camera:
            QualityScore.video(loss: loss, remaining: remaining, jitter: jitter, rtt: rtt, bitrate: share, target: 1)
        case .screen:
            QualityScore.video(loss: loss, remaining: remaining, jitter: jitter, rtt: rtt, bitrate: bitrate, target: 0)
        }
    }

    /// What a person would say.
    package var score: Double {
        switch slot {
        case .mic: networkScore
        case .camera: min(networkScore, QualityScore.flow(framesPerSecond: framesPerSecond, frozen: frozen))
        case .screen: networkScore
        }
    }
}

/// The streams of one direction put together: the worst stream decides, bit rates add up.
package struct DirectionFigures: Sendable {
    /// The worst stream's, frame rate and freezes left out; nil without a stream.
    package private(set) var networkScore: Double?
    private var audio: Double?
    private var video: Double?
    private var loss = 0.0
    private var remaining: Double?
    private var jitter = 0.0
    private var bitrate = 0.0
    private var framesPerSecond: Double?
    private var freezes: Int?

    /// Nothing yet.
    package init() {}

    /// Takes a stream in.
    package mutating func add(_ stream: StreamFigures) {
        networkScore = min(networkScore ?? 5, stream.networkScore)
        switch stream.slot {
        case .mic: audio = min(audio ?? 5, stream.score)
        case .camera:
            video = min(video ?? 5, stream.score)
            if let frames = stream.framesPerSecond { framesPerSecond = max(framesPerSecond ?? 0, frames) }
            if let freezes = stream.freezes { self.freezes = (self.freezes ?? 0) + freezes }
        case .screen: video = min(video ?? 5, stream.score)
        }
        loss = max(loss, stream.loss)
        if let left = stream.remaining { remaining = max(remaining ?? 0, left) }
        jitter = max(jitter, stream.jitter)
        bitrate += stream.bitrate
    }

    /// The direction; nil without a stream.
    package func direction(rtt: Double?) -> DirectionQuality? {
        guard let score = [audio, video].compactMap({ $0 }).min() else { return nil }
        return DirectionQuality(
            score: score, audioScore: audio, videoScore: video, bitrate: bitrate, loss: loss,
            lossAfterRecovery: remaining, jitter: jitter, rtt: rtt, framesPerSecond: framesPerSecond, freezes: freezes)
    }
}
