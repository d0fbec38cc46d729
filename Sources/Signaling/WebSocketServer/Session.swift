internal import RTP

/// A WebSocket of this server. Never reused.
struct SocketID: Hashable, Sendable, CustomStringConvertible {
    let number: UInt64
    var description: String { "socket \(number)" }
}

/// Why the server closes a WebSocket: the code and words of the close frame (RFC 6455 §7.4).
struct CloseReason: Sendable, Equatable {
    var code: UInt16
    var text: String

    static let done = CloseReason(code: 1000, text: "room ended")
    static let goingAway = CloseReason(code: 1001, text: "shutting down")
    static let binary = CloseReason(code: 1003, text: "text frames only")
    static let protocolErrors = CloseReason(code: 1008, text: "too many protocol errors")
    static let tooManyMessages = CloseReason(code: 1008, text: "rate limited")
    static let helloTimeout = CloseReason(code: 1008, text: "hello timeout")
    static let slowReader = CloseReason(code: 1008, text: "slow reader")
    static let tooLarge = CloseReason(code: 1009, text: "message too large")
    static let full = CloseReason(code: 1013, text: "server full")
    static let replaced = CloseReason(code: 4001, text: "replaced")
    static let signedOut = CloseReason(code: 4003, text: "signed out")
}

/// One TCP connection: first HTTP, then perhaps a WebSocket. Lives on the service thread.
final class Session {
    struct Closing {
        var reason: CloseReason
        /// When the connection is cut off, whether or not the close frame could be written.
        var deadline: MonotonicInstant
    }

    /// The library's handle.
    let handle: OpaquePointer
    /// The peer, as far as limits tell peers apart.
    let address: String
    /// Set from the upgrade on.
    var socket: SocketID?
    /// Whether the hub knows this socket.
    var isAnnounced = false
    /// The fragments so far of the message that is arriving.
    var incoming: [UInt8] = []
    var outbox: Outbox
    var closing: Closing?
    /// When the outbox was last empty or got shorter.
    var movedAt: MonotonicInstant
    /// What is left of an HTTP response's body.
    var body: ArraySlice<UInt8> = []

    init(handle: OpaquePointer, address: String, outbox: Outbox, now: MonotonicInstant) {
        self.handle = handle
        self.address = address
        self.outbox = outbox
        movedAt = now
    }
}
