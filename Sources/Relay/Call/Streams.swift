import RTP
import SDP

/// A stream that a participant sends: one SSRC in one slot.
final class Uplink {
    // What every packet meets comes first, and lies together.

    let ssrc: UInt32
    let slot: MediaSlot
    /// Another source has taken this one's place in its slot.
    var isRetired = false
    /// What the last packet's payload type means: it seldom changes, and the tables of a negotiation are far away.
    private(set) var payload = PayloadMeaning()
    /// Which of the slot's simulcast layers it is; nil where the sender sends one stream.
    let layer: Int?
    var lastArrival = MonotonicInstant(nanoseconds: .min)
    var meter = RateMeter()
    /// Bits per second lately, for congestion control.
    var flow = FlowRate()
    var statistics: ReceptionStatistics
    /// What is missing, and was asked for again.
    var recovery: LossRecovery
    /// How good it is.
    var quality: UplinkReading

    var keyFrames = KeyFrameThrottle()
    let negotiation: SlotNegotiation
    /// The sender's last report: its NTP time, the RTP timestamp of the same moment, and when it came.
    var senderClock: (ntp: NTPTime, timestamp: UInt32, arrival: MonotonicInstant)?
    /// Lost packets already counted into the metrics.
    var lossCounted: Int64 = 0
    /// Lost packets already counted into records.
    var lossRecorded: Int64 = 0
    /// What became of packets, as far as it is counted into the metrics.
    var fatesCounted = PacketFates()

    init(ssrc: UInt32, negotiation: SlotNegotiation, layer: Int?) {
        self.ssrc = ssrc
        self.layer = layer
        let asks = negotiation.asksAgain
        recovery = LossRecovery(policy: negotiation.slot == .mic ? .audio(asks: asks) : .video(asks: asks))
        self.negotiation = negotiation
        slot = negotiation.slot
        let video = negotiation.slot != .mic
        statistics = ReceptionStatistics(
            ssrc: ssrc, clockRate: negotiation.codecs.first?.clockRate ?? (video ? 90_000 : 48_000))
        quality = UplinkReading(clockRate: statistics.clockRate)
    }

    /// Looks up what a packet's payload type means.
    ///
    /// - Returns: whether it was negotiated.
    @inline(__always)
    func reads(_ payloadType: UInt8) -> Bool {
        if payload.type == payloadType { return true }
        guard let meaning = negotiation.meaning(payloadType) else { return false }
        payload = meaning
        return true
    }
}

/// What a payload type stands for in one m-line.
struct PayloadMeaning {
    /// 0xff: none yet.
    var type: UInt8 = 0xff
    /// In Hz.
    var clockRate: UInt32 = 0
    /// Nil for audio.
    var kind: VideoCodecKind?
}

/// A stream that a participant is sent: one SSRC for the life of their path, whoever feeds it.
final class Downlink {
    // What every packet meets comes first, and lies together.

    let ssrc: UInt32
    let slot: MediaSlot
    /// Whether the receiver may ask for packets again; where it does not, none are kept.
    var remembers = false
    /// Video was held back: it goes on with a key frame.
    var awaitsKeyFrame = false
    /// What the relay writes into each packet for this leg.
    var stamp = LegStamp.none
    /// The simulcast layer that is sent, and the one that shall be sent from its next key frame on.
    var layer: (current: Int?, target: Int?) = (nil, nil)
    var meter = RateMeter()
    var history: PacketHistory
    var rewriter: StreamRewriter
    var statistics: SendStatistics

    var quality = DownlinkReading()
    /// The SSRC of retransmissions (RFC 4588 §5.1), and the number of the next one; below 2¹⁵ at first, as the rewriter's.
    let repairSSRC = UInt32.random(in: 1...(.max))
    var repairSequence = UInt16.random(in: 0..<0x8000)

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
            slots: slot == .mic ? Self.audioHistory : Self.videoHistory, packetBytes: Self.packetLimit)
        statistics = SendStatistics(ssrc: ssrc)
    }
}

/// The header extension that a leg's receiver estimates its path by.
enum LegStamp: Equatable {
    case none
    /// The transport-wide sequence number, under this id.
    case number(UInt8)
    /// The time of sending, under this id.
    case sendTime(UInt8)

    var id: UInt8 {
        switch self {
        case .none: 0
        case .number(let id), .sendTime(let id): id
        }
    }

    var dataLength: Int {
        switch self {
        case .none: 0
        case .number: 2
        case .sendTime: 3
        }
    }
}

/// Bits per second of a stream, read every 200 ms and smoothed.
struct FlowRate {
    private(set) var bitrate = 0.0
    private var meter = RateMeter()

    @inline(__always)
    mutating func count(_ length: Int) { meter.count(length) }

    mutating func read(at now: MonotonicInstant) {
        guard let rate = meter.read(at: now) else { return }
        bitrate += (rate - bitrate) * (rate > bitrate ? 0.5 : 0.3)
        if bitrate < 1000 { bitrate = 0 }
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
