import CNice
import RTP

/// A selected pair whose datagrams go through a socket of our own: libnice found it, and stays the one to find another.
final class DirectPath {
    // What every packet meets comes first.

    var queue = SendQueue()
    let socket: ConnectedSocket
    private let credentials: ConnectivityChecks.Credentials
    private let checks: ConnectivityChecks
    private var consent: Consent

    /// - Returns: nil where the kernel does not give the socket.
    init?(
        beside descriptor: Int32, to remote: SocketAddress, credentials: ConnectivityChecks.Credentials,
        checks: ConnectivityChecks, now: MonotonicInstant
    ) {
        guard let socket = ConnectedSocket(beside: descriptor, to: remote) else { return nil }
        self.socket = socket
        self.credentials = credentials
        self.checks = checks
        consent = Consent(at: now)
    }

    deinit { checks.forget(credentials) }

    var remote: SocketAddress { socket.remote }

    /// Sends a datagram now.
    @inline(__always)
    func send(_ datagram: UnsafeRawBufferPointer) -> Bool { SendQueue.send(datagram, to: socket.descriptor) }

    /// Keeps a datagram for the next flush.
    ///
    /// - Returns: how many the socket did not take of those that had to leave first.
    @inline(__always)
    func keep(_ bytes: UnsafeMutableRawPointer, _ length: Int) -> Int {
        let unsent = queue.isFull ? flush() : 0
        queue.append(bytes, length)
        return unsent
    }

    /// Sends what is kept.
    ///
    /// - Returns: how many datagrams the socket did not take.
    @inline(__always)
    func flush() -> Int { queue.flush(to: socket.descriptor) }

    /// Takes a STUN message and answers it where it asks.
    func receivedCheck(_ datagram: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        withUnsafeTemporaryAllocation(byteCount: ConnectivityChecks.messageLimit, alignment: 8) { reply in
            switch checks.receive(datagram, from: remote, credentials, reply: reply) {
            case .reply(let length): _ = send(UnsafeRawBufferPointer(rebasing: reply[..<length]))
            case .consented: consent.granted(at: now)
            case .ignored: break
            }
        }
    }

    /// Asks for consent when it is time.
    ///
    /// - Returns: whether there still is consent.
    func tick(_ now: MonotonicInstant) -> Bool {
        switch consent.poll(at: now, random: .random(in: 0...1)) {
        case nil: return true
        case .stop: return false
        case .ask:
            withUnsafeTemporaryAllocation(byteCount: ConnectivityChecks.messageLimit, alignment: 8) { request in
                let length = checks.ask(credentials, into: request)
                if length > 0 { _ = send(UnsafeRawBufferPointer(rebasing: request[..<length])) }
            }
            return true
        }
    }
}
