package import RTP

/// Keeps requests for key frames apart: each costs the sender many times an ordinary frame.
///
/// A request that comes too early is not lost: it is due when the interval has passed, unless a key frame has begun by
/// then.
package struct KeyFrameThrottle: Sendable {
    /// The least time between two requests, in nanoseconds.
    package let interval: NanosecondCount
    private var lastSent: MonotonicInstant?
    private var waiting = false

    /// A throttle that lets one request pass per `interval`, by default 500 ms.
    package init(interval: NanosecondCount = .milliseconds(500)) { self.interval = interval }

    /// Somebody needs a key frame.
    ///
    /// - Returns: whether to ask the sender for it now. Otherwise the request waits.
    package mutating func request(at now: MonotonicInstant) -> Bool {
        waiting = true
        return due(at: now)
    }

    /// Whether a request that waited is to be sent now; it counts as sent then.
    package mutating func due(at now: MonotonicInstant) -> Bool {
        guard let deadline, now >= deadline else { return false }
        waiting = false
        lastSent = now
        return true
    }

    /// When the waiting request is due; nil where none waits. In the past where none was ever sent.
    package var deadline: MonotonicInstant? {
        guard waiting else { return nil }
        return lastSent?.advanced(by: interval) ?? MonotonicInstant(nanoseconds: .min)
    }

    /// A key frame begins to arrive: nobody waits any more.
    package mutating func keyFrameStarted() { waiting = false }
}
