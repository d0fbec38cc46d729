package import RTP

/// Finds out whether a path carries more than what is sent on it.
///
/// What a relay forwards is limited by the sender, and the sender by what the relay allows it: without a trial the
/// estimate could only grow as slowly as the delay-based control lets it. A probe fills the path up to twice the
/// estimate, with padding between the media, and measures how fast that arrives. One that arrives is followed
/// by the next at twice the rate at once, one that does not by a pause.
///
/// Routers that limit a rate let some thousand bytes pass at any speed. So a probe is of more than that, or lasts as long as is bearable,
/// and its first bytes are not measured.
///
///     idle ─wanted, calm─► sending (50 to 200 ms) ──► measuring ─all reported, or late─► idle
package struct ProbeController: Sendable, BitwiseCopyable {
    private static let duration = NanosecondCount.milliseconds(50)
    private static let longestDuration = NanosecondCount.milliseconds(200)
    private static let bytes = 12_000
    /// Bytes at the beginning, at most half of the probe, that a router may let pass faster than it can go on.
    private static let allowance = 4000
    /// How often padding is sent: our own tick.
    private static let step = NanosecondCount.milliseconds(10)
    private static let pause = NanosecondCount.milliseconds(2500)
    /// After probes that found nothing, one after the other.
    private static let longPause = NanosecondCount.milliseconds(5000)
    private static let followUp = NanosecondCount.milliseconds(200)
    private static let patience = NanosecondCount.milliseconds(500)
    private static let fewestPackets = 5

    private enum State: BitwiseCopyable {
        case idle
        case sending(since: MonotonicInstant)
        case measuring(until: MonotonicInstant)
    }

    /// The number packets of the present probe are marked with; 0 where none is sent.
    package private(set) var cluster: UInt8 = 0
    /// The rate of the present or last probe, in bits per second.
    package private(set) var rate = 0.0

    /// Whether no probe is sent, and no result awaited.
    package var isIdle: Bool {
        if case .idle = state { return true }
        return false
    }

    private var state = State.idle
    private var next = MonotonicInstant(nanoseconds: .min)
    private var number: UInt8 = 0
    private var failures = 0
    private var sending = Span()
    private var arriving = Span()
    /// What arrived of it first.
    private var skipped = Span()

    /// Packets of a probe at one end of the path.
    private struct Span: BitwiseCopyable {
        var first: NanosecondCount = 0
        var last: NanosecondCount = 0
        var firstSize = 0
        /// Bytes of the last burst, which takes no time of the span.
        var lastBurst = 0
        var bytes = 0
        var packets = 0

        mutating func add(_ size: Int, at time: NanosecondCount) {
            if packets == 0 {
                first = time
                last = time
                firstSize = size
            }
            lastBurst = time &- last > .milliseconds(3) ? size : lastBurst &+ size
            last = max(last, time)
            first = min(first, time)
            bytes &+= size
            packets &+= 1
        }

        func rate(without bytes: Int) -> Double {
            Double(max(self.bytes &- bytes, 0)) * 8e9 / Double(max(last &- first, .milliseconds(1)))
        }
    }

    /// No probe.
    package init() {}

    /// Whether the last probe is over, and long enough ago.
    package func isReady(at now: MonotonicInstant) -> Bool {
        guard case .idle = state else { return false }
        return now >= next
    }

    /// Begins a probe at twice `estimate`, where one may begin.
    package mutating func begin(estimate: Double, limit: Double, at now: MonotonicInstant) {
        guard isReady(at: now) else { return }
        number = number == .max ? 1 : number &+ 1
        cluster = number
        rate = min(2 * estimate, limit)
        sending = Span()
        arriving = Span()
        skipped = Span()
        state = .sending(since: now)
    }

    /// A packet of the probe was sent.
    package mutating func sent(_ size: Int, at now: MonotonicInstant) { sending.add(size, at: now.nanoseconds) }

    /// A packet of the probe arrived, on the receiver's clock.
    package mutating func arrived(_ packet: SentPacket, at arrival: NanosecondCount) {
        guard packet.probe == number, packet.probe != 0 else { return }
        guard skipped.bytes >= min(Self.allowance, sending.bytes / 2) else {
            return skipped.add(packet.size, at: arrival)
        }
        arriving.add(packet.size, at: arrival)
    }

    /// Bytes of padding to send now, beside the media that are sent anyway; ends the probe when it has lasted.
    package mutating func padding(at now: MonotonicInstant) -> Int {
        guard case .sending(let since) = state else { return 0 }
        let elapsed = now.since(since)
        guard elapsed < Self.duration || (sending.bytes < Self.bytes && elapsed < Self.longestDuration) else {
            cluster = 0
            state = .measuring(until: now.advanced(by: Self.patience))
            return 0
        }
        let wanted = Int(rate * Double(elapsed &+ Self.step) / 8e9)
        return min(max(wanted &- sending.bytes, 0), 16_384)
    }

    /// What the probe found, once: bits per second that arrive for sure; nil while it is unknown, and where too little
    /// came to tell.
    package mutating func result(at now: MonotonicInstant) -> Double? {
        guard case .measuring(let until) = state else { return nil }
        let packets = arriving.packets &+ skipped.packets
        guard packets >= sending.packets || now >= until else { return nil }
        state = .idle
        next = now.advanced(by: failures > 1 ? Self.longPause : Self.pause)
        failures = min(failures &+ 1, 2)
        guard packets >= Self.fewestPackets, arriving.packets > 1, packets * 5 >= sending.packets * 4 else {
            return nil
        }
        let sent = sending.rate(without: sending.lastBurst)
        let arrived = arriving.rate(without: arriving.firstSize)
        // Where it arrives more slowly than it was sent, the path is full at what arrives.
        let found = arrived < 0.9 * sent ? 0.95 * arrived : min(sent, arrived)
        if found > 0.7 * rate {
            next = now.advanced(by: Self.followUp)
            failures = 0
        }
        return found
    }

    /// No probe for a while: the path is full.
    package mutating func postpone(at now: MonotonicInstant) { next = max(next, now.advanced(by: Self.pause)) }
}
