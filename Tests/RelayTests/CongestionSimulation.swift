import RTP
import Relay
import TestSupport

/// A link with a rate, a queue, a propagation delay, random loss and jitter.
struct BottleneckLink {
    var rate: Double
    var propagation = NanosecondCount.milliseconds(20)
    /// Packets that would wait longer are dropped.
    var longestQueue = NanosecondCount.seconds(3)
    var loss = 0.0
    /// Each packet is held back by up to so much more, in nanoseconds, without overtaking.
    var jitter: NanosecondCount = 0
    /// Bytes that pass at any speed after a pause, as a token bucket lets them.
    var bucket = 0
    var random = SeededGenerator(seed: 6)
    private(set) var freeAt: NanosecondCount = 0
    private(set) var dropped = 0
    private var lastArrival: NanosecondCount = 0

    init(rate: Double) { self.rate = rate }

    /// How long a packet that enters now waits.
    func queue(_ now: NanosecondCount) -> NanosecondCount { max(freeAt - now, 0) }

    /// When a packet that enters now arrives; nil where it is lost.
    mutating func carry(_ bytes: Int, _ now: NanosecondCount) -> NanosecondCount? {
        guard queue(now) < longestQueue else {
            dropped += 1
            return nil
        }
        let allowance = NanosecondCount(Double(bucket) * 8e9 / rate)
        freeAt = max(freeAt, now - allowance) + NanosecondCount(Double(bytes) * 8e9 / rate)
        if Double(random.below(1_000_000)) < loss * 1e6 { return nil }
        let held = jitter > 0 ? NanosecondCount(random.below(Int(jitter))) : 0
        lastArrival = max(max(freeAt, now) + propagation + held, lastArrival)
        return lastArrival
    }
}

/// A sender that obeys its cap, the relay with its congestion control, and a receiver that reports, joined by a
/// bottleneck between the relay and the receiver. Steps of a millisecond; nothing but arithmetic.
struct CongestionSimulation {
    /// What was seen at a moment.
    struct Sample {
        var seconds: Double
        var queue: Double
        var estimate: Double
        var video: Double
        var audioDelay: Double
    }

    var link: BottleneckLink
    /// What the sender would send if it were not limited.
    var wanted = 2_500_000.0
    private(set) var samples: [Sample] = []
    private(set) var congestion = DownlinkCongestion()

    private var recorder = ArrivalRecorder()
    private var flying: [(arrival: NanosecondCount, sequence: UInt16, sent: NanosecondCount, isAudio: Bool)] = []
    private var reports: [(arrival: NanosecondCount, bytes: [UInt8])] = []
    private var cap = BitrateCap()
    /// The encoder's rate and what it is on the way to.
    private var encoder = 300_000.0
    private var allowed: [(from: NanosecondCount, rate: Double)] = []
    private var nextFrame: NanosecondCount = 0
    private var nextAudio: NanosecondCount = 0
    private var nextTick: NanosecondCount = 0
    private var nextSample: NanosecondCount = 0
    private var keyFrameAt: NanosecondCount?
    private var awaitsKeyFrame = false
    private var videoBytes = 0
    private var audioDelay: NanosecondCount = 0
    private var rate = 0.0
    private var now: NanosecondCount = 0

    init(link: BottleneckLink) { self.link = link }

    /// Runs for so many seconds.
    mutating func run(_ seconds: Double) {
        let end = now + NanosecondCount(seconds * 1e9)
        while now < end {
            now += .milliseconds(1)
            step()
        }
    }

    private var instant: MonotonicInstant { MonotonicInstant(nanoseconds: now) }

    private mutating func step() {
        if now >= nextAudio {
            nextAudio += .milliseconds(20)
            send(120, isAudio: true)
        }
        if now >= nextFrame {
            nextFrame += .milliseconds(33)
            frame()
        }
        receive()
        if now >= nextTick {
            nextTick += .milliseconds(10)
            tick()
        }
        if now >= nextSample { sample() }
    }

    private mutating func frame() {
        while let next = allowed.first, next.from <= now {
            allowed.removeFirst()
            // An encoder follows a cut within a frame or two, and a raise as its own estimate lets it.
            encoder = min(next.rate, wanted)
        }
        var size = Int(encoder * 0.033 / 8)
        var isKey = false
        if let at = keyFrameAt, at <= now {
            keyFrameAt = nil
            isKey = true
            size *= 4
        }
        if congestion.isShedding {
            awaitsKeyFrame = true
            return
        }
        if awaitsKeyFrame {
            guard isKey else { return }
            awaitsKeyFrame = false
        }
        while size > 0 {
            let part = min(size, 1100)
            send(part + 30, isAudio: false)
            videoBytes += part
            size -= part
        }
    }

    private mutating func send(_ length: Int, isAudio: Bool) {
        let sequence = congestion.number(length, at: instant)
        guard let arrival = link.carry(length + DownlinkCongestion.overhead, now) else { return }
        flying.append((arrival, sequence, now, isAudio))
    }

    private mutating func receive() {
        while let packet = flying.first, packet.arrival <= now {
            flying.removeFirst()
            // The receiver's clock has nothing to do with ours.
            recorder.record(packet.sequence, at: MonotonicInstant(nanoseconds: packet.arrival + .seconds(7777)))
            if packet.isAudio { audioDelay = max(audioDelay, packet.arrival - packet.sent) }
        }
        let there = MonotonicInstant(nanoseconds: now + .seconds(7777))
        while recorder.isDue(at: there), let bytes = recorder.next(at: there) {
            reports.append((now + link.propagation, bytes))
        }
        while let report = reports.first, report.arrival <= now {
            reports.removeFirst()
            let bytes = report.bytes
            guard let reader = TransportFeedbackReader(0..<bytes.count, in: bytes.span.bytes) else { continue }
            congestion.received(reader, in: bytes.span.bytes, roundTrip: 2 * link.propagation, at: instant)
        }
    }

    private mutating func tick() {
        let estimate = congestion.estimator.bitrate
        var padding = congestion.tick(wantsMore: estimate < wanted, at: instant)
        while padding > 0 {
            send(270, isAudio: false)
            padding -= 270 + DownlinkCongestion.overhead
        }
        if awaitsKeyFrame, !congestion.isShedding, keyFrameAt == nil { keyFrameAt = now + .milliseconds(60) }
        guard
            let limit = BitrateCap.limit(
                uplink: nil, downlink: congestion.bitrate, audio: 60_000, concernsVideoOnly: true),
            cap.shouldTell(limit, at: instant)
        else { return }
        allowed.append((now + .milliseconds(70), limit))
    }

    private mutating func sample() {
        rate = Double(videoBytes) * 8 / 0.1 * 0.3 + rate * 0.7
        samples.append(
            Sample(
                seconds: Double(now) / 1e9, queue: Double(link.queue(now)) / 1e9,
                estimate: congestion.estimator.bitrate,
                video: rate, audioDelay: Double(audioDelay) / 1e9))
        videoBytes = 0
        audioDelay = 0
        nextSample = now + .milliseconds(100)
    }

    /// The samples of a stretch of time, in seconds.
    func samples(_ range: ClosedRange<Double>) -> [Sample] { samples.filter { range.contains($0.seconds) } }
}

extension [CongestionSimulation.Sample] {
    func mean(_ value: (Element) -> Double) -> Double {
        isEmpty ? 0 : map(value).reduce(0, +) / Double(count)
    }
}
