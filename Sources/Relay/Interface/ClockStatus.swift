/// The terms a room runs on, fixed when it is created.
public struct BillingPolicy: Sendable, Equatable {
    /// Free media seconds: the first horizon. Nil: the room has no threshold and is never gated.
    public var thresholdSeconds: Int?
    /// How many media seconds before the horizon both sides are warned.
    public var warningSeconds: Int
    /// How long media still passes at the horizon without a grant, in seconds of real time.
    public var graceSeconds: Int

    /// The terms; the defaults are the product's.
    public init(thresholdSeconds: Int? = 600, warningSeconds: Int = 60, graceSeconds: Int = 30) {
        self.thresholdSeconds = thresholdSeconds
        self.warningSeconds = warningSeconds
        self.graceSeconds = graceSeconds
    }
}

/// Where a call stands between free, paid and over.
public enum ClockState: String, Sendable, Codable {
    /// No threshold applies to this room.
    case unmetered
    /// Below the threshold.
    case free
    /// At or past the threshold, below a horizon that a grant has moved.
    case paid
    /// At the horizon without a grant; media still passes until the grace period ends.
    case grace
    /// The gate is closed for good.
    case closed
}

/// The media clock at one moment. Media seconds are whole and rounded down (docs/protocol.md).
public struct ClockStatus: Sendable, Equatable {
    /// Where the call stands.
    public var state: ClockState
    /// Seconds in which media flowed in both directions.
    public var mediaSeconds: Int
    /// The room's free media seconds; nil where it is unmetered.
    public var thresholdSeconds: Int?
    /// The media second up to which the call is free or paid for; nil where it is unmetered.
    public var horizonSeconds: Int?
    /// Whether media flows in both directions at this moment.
    public var running: Bool

    /// A reading of the clock.
    public init(state: ClockState, mediaSeconds: Int, thresholdSeconds: Int?, horizonSeconds: Int?, running: Bool) {
        self.state = state
        self.mediaSeconds = mediaSeconds
        self.thresholdSeconds = thresholdSeconds
        self.horizonSeconds = horizonSeconds
        self.running = running
    }
}

/// Why both sides are warned.
public enum ClockWarning: String, Sendable, Codable {
    /// The free time ends soon.
    case threshold
    /// The paid time ends soon.
    case horizon
    /// The time has ended, no grant came, and media stops after the grace period.
    case unpaid
}
