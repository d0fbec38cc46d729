package import RTP

/// Keeps requests for key frames apart: each costs the sender many times an ordinary frame.
///
/// A request that comes too early is not lost: it is due when the interval has passed, unless a key frame has begun by
/// then. One that was sent may be lost on the way: it is repeated until a key frame begins, after the interval, twice of it, and so on.
package struct KeyFrameThrottle: Sendable {
    /// The least time between two requests, in nanoseconds.
    package let interval: NanosecondCount
    /// How often one request is repeated at most: a sender without a picture never answers.
    package static let repeats = 4
    private var lastSent: MonotonicInstant?
    private var waiting = false
    /// Repeats left of the request that was sent, before a key frame begins.
    private var left = 0

    /// A throttle that lets one request pass per `interval`, by default 500 ms.
    package init(interval: NanosecondCount = .milliseconds(500)) { self.interval = interval }

    /// Somebody needs a key frame.
    ///
    /// - Returns: whether to ask the sender for it now. Otherwise the request waits.
    package mutating func request(at now: MonotonicInstant) -> Bool {
        waiting = true
        left = Self.repeats
        return due(at: now)
    }

    /// Whether a request that waited is to be sent now; it counts as sent then.
    package mutating func due(at now: MonotonicInstant) -> Bool {
        guard let deadline, now >= deadline else { return false }
        if waiting { waiting = false } else { left -= 1 }
        lastSent = now
        return true
    }

    /// When the waiting request, or a repetition, is due; nil where there is none. In the past where none was ever sent.
    package var deadline: MonotonicInstant? {
        guard waiting || left > 0 else { return nil }
        guard let lastSent else { return MonotonicInstant(nanoseconds: .min) }
        return lastSent.advanced(by: waiting ? interval : interval << NanosecondCount(Self.repeats - left))
    }

    /// A key frame begins to arrive: nobody waits any more.
    package mutating func keyFrameStarted() {
        waiting = false
        left = 0
    }
}
