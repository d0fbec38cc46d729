import Relay

/// How good a direction of a call was, by the relay's own measure: 1 (unusable) to 5.
enum RoomScore {
    /// As good as the worse of voice and picture.
    ///
    /// - Parameters:
    ///   - latency: median one-way time from sender to receiver, in seconds; the round trip counts as twice that.
    ///   - target: bits per second that the picture is meant to have.
    static func score(voice: LoadReport.Stream, picture: LoadReport.Stream?, target: Int?) -> Double? {
        guard voice.received > 0 else { return nil }
        let trip = voice.latency.map { 2 * $0.p50 / 1000 }
        let heard = QualityScore.audio(loss: voice.lossShare, jitter: voice.jitter / 1000, rtt: trip)
        guard let picture, let target else { return heard }
        guard picture.received > 0 else { return 1 }
        return min(
            heard,
            QualityScore.video(
                loss: picture.lossShare, jitter: picture.jitter / 1000, rtt: trip, bitrate: picture.bitrate,
                target: Double(target)))
    }
}
