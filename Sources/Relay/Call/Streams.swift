import RTP
import SDP

/// A stream that a participant sends: one SSRC in one slot.
final class Uplink {
    let ssrc: UInt32
    let slot: MediaSlot
    let negotiation: SlotNegotiation
    var statistics: ReceptionStatistics
    var keyFrames = KeyFrameThrottle()
    /// The sender's last report: its NTP time, the RTP timestamp of the same moment, and when it came.
    var senderClock: (ntp: NTPTime, timestamp: UInt32, arrival: MonotonicInstant)?
    /// How good it is.
    var quality: UplinkReading
    /// Lost packets already counted into the metrics.
    var lossCounted: Int64 = 0
    /// Lost packets already counted into records.
    var lossRecorded: Int64 = 0
    var meter = RateMeter()
    var lastArrival = MonotonicInstant(nanoseconds: .min)
    /// When the sender was last asked to send packets again.
    var askedAt: MonotonicInstant?
    /// Another source has taken this one's place in its slot.
    var isRetired = false

    init(ssrc: UInt32, negotiation: SlotNegotiation) {
        self.ssrc = ssrc
        self.negotiation = negotiation
        slot = negotiation.slot
        let video = negotiation.slot != .mic
        statistics = ReceptionStatistics(
            ssrc: ssrc, clockRate: negotiation.codecs.first?.clockRate ?? (video ? 90_000 : 48_000))
        quality = UplinkReading(clockRate: statistics.clockRate)
    }
}

/// A stream that a participant is sent: one SSRC for the life of their path, whoever feeds it.
final class Downlink {
    let slot: MediaSlot
    let ssrc: UInt32
    var rewriter: StreamRewriter
    var history: PacketHistory
    var statistics: SendStatistics
    var quality = DownlinkReading()
    var meter = RateMeter()

    /// Bytes of the largest packet the history keeps.
    static let packetLimit = 1500
    /// Slots of the history: about a second of 2.5 Mbit/s video, and more than a second of audio.
    private static let videoHistory = 512
    private static let audioHistory = 64

    init(slot: MediaSlot) {
        self.slot = slot
        ssrc = .random(in: 1...(.max))
        rewriter = StreamRewriter(
            ssrc: ssrc, firstSequence: .random(in: 0..<0x8000), firstTimestamp: .random(in: 0...(.max)))
        history = PacketHistory(
            slots: slot == .mic ? Self.audioHistory : Self.videoHistory, slotBytes: Self.packetLimit)
        statistics = SendStatistics(ssrc: ssrc)
    }
}

/// Bits per second between two readings.
struct RateMeter {
    private var bytes: UInt64 = 0
    private var since: MonotonicInstant?

    @inline(__always)
    mutating func count(_ length: Int) { bytes &+= UInt64(truncatingIfNeeded: length) }

    /// The rate since the last reading; nil at the first.
    mutating func read(at now: MonotonicInstant) -> Double? {
        defer {
            bytes = 0
            since = now
        }
        guard let since, now > since else { return nil }
        return Double(bytes) * 8 / (Double(now.since(since)) / 1e9)
    }
}
