import RTP
import Relay

/// The instant `seconds` after the clock's start.
func at(_ seconds: Double) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: Int64((seconds * 1e9).rounded()))
}
