internal import Events
internal import Identifiers
internal import Relay
internal import Signaling

extension CallSample {
    init(_ sample: QualitySample) {
        func side(_ role: Role) -> Side? {
            sample.sides.last { $0.role == role }.map {
                Side(connection: $0.connection.rawValue, up: Direction($0.up), down: Direction($0.down))
            }
        }
        self.init(
            at: sample.startedAt, milliseconds: sample.milliseconds, mediaSeconds: sample.mediaSeconds,
            customer: side(.customer), consultant: side(.consultant))
    }
}

extension CallSample.Direction {
    fileprivate init?(_ quality: DirectionQuality?) {
        guard let quality else { return nil }
        self.init(
            score: quality.score, audioScore: quality.audioScore, videoScore: quality.videoScore,
            bitrate: quality.bitrate, loss: quality.loss, lossAfterRecovery: quality.lossAfterRecovery,
            jitter: quality.jitter, roundTrip: quality.rtt, framesPerSecond: quality.framesPerSecond,
            freezes: quality.freezes)
    }
}
