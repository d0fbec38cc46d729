import RTP

/// Whether the peer still wants what we send (RFC 7675 §5.1): asked every five seconds or so, and believed for thirty after an answer.
struct Consent {
    /// What is to be done.
    enum Action: Equatable {
        /// Send a Binding request.
        case ask
        /// Stop sending: nobody has agreed for thirty seconds.
        case stop
    }

    private static let interval = NanosecondCount.seconds(5)
    private static let lifetime = NanosecondCount.seconds(30)

    private var expiry: MonotonicInstant
    private var next: MonotonicInstant

    /// Consent that a connectivity check has just given.
    init(at now: MonotonicInstant) {
        expiry = now.advanced(by: Self.lifetime)
        next = now.advanced(by: Self.interval)
    }

    /// The peer answered a request.
    mutating func granted(at now: MonotonicInstant) { expiry = now.advanced(by: Self.lifetime) }

    /// What is due.
    ///
    /// - Parameter random: 0 to 1, new each time: requests are 4 to 6 s apart, so that they do not fall into step (RFC 7675 §5.1).
    mutating func poll(at now: MonotonicInstant, random: @autoclosure () -> Double) -> Action? {
        guard now < expiry else { return .stop }
        guard now >= next else { return nil }
        next = now.advanced(by: NanosecondCount(Double(Self.interval) * (0.8 + 0.4 * min(max(random(), 0), 1))))
        return .ask
    }
}
