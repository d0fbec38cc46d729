internal import CWebSockets
internal import Glibc
internal import Logging
internal import RTP
internal import Web

/// The libwebsockets server: one context, its connections, what they send and what waits to be sent to them.
///
/// Made, used and destroyed on the service thread, inside the hub's isolation. Nothing here knows what a message means.
final class WebSocketServer {
    /// What can be set from outside.
    struct Options: Sendable {
        var bind: String?
        var port: UInt16
        var certificate: String?
        var key: String?
        var connectionsPerAddress: Int
        var maximumConnections: Int
        var limits: SignalingLimits
    }

    let options: Options
    /// The port that is listened on, also where 0 was asked for.
    private(set) var port: UInt16 = 0
    /// Open WebSockets.
    var connections: Int { bySocket.count }

    unowned let hub: Hub
    let pages: Pages
    var isDraining = false
    var sessions: [OpaquePointer: Session] = [:]
    private var bySocket: [SocketID: Session] = [:]
    private var lastNumber: UInt64 = 0
    /// TCP connections per address, HTTP included.
    private var connectionsByAddress: [String: Int] = [:]
    private(set) var socketsByAddress: [String: Int] = [:]
    private let context: OpaquePointer
    private let memory: ContextMemory
    private let thread: ServiceThread
    private var scratch: [UInt8] = []

    /// Starts listening.
    ///
    /// - Throws: ``SignalingError`` of code `cannotListen` with the library's own words.
    init(options: Options, pages: Pages, hub: Hub, thread: ServiceThread, logger: Logger) throws(SignalingError) {
        LibraryLog.attach(logger)
        for file in [options.certificate, options.key] {
            guard let file, access(file, R_OK) != 0 else { continue }
            throw SignalingError(.cannotListen, "\(file): \(String(cString: strerror(errno)))")
        }
        self.options = options
        self.pages = pages
        self.hub = hub
        self.thread = thread
        memory = ContextMemory(options: options)
        var information = memory.contextInformation(options: options)
        guard let context = lws_create_context(&information) else {
            throw SignalingError(.cannotListen, LibraryLog.takeErrors() ?? "libwebsockets cannot start")
        }
        self.context = context
        memory.shared.pointee.server = Unmanaged.passUnretained(self).toOpaque()
        information = memory.hostInformation(options: options)
        guard let host = lws_create_vhost(context, &information) else {
            lws_context_destroy(context)
            let place = "\(options.bind ?? "*"):\(options.port)"
            throw SignalingError(.cannotListen, "\(place): \(LibraryLog.takeErrors() ?? "cannot listen")")
        }
        port = UInt16(truncatingIfNeeded: lws_get_vhost_listen_port(host))
        let address = UInt(bitPattern: context)
        thread.setWake { lws_cancel_service(OpaquePointer(bitPattern: address)) }
        // Twice as often as the hub needs it, as neither clock promises to be in step with the other.
        cw_ticker_start(memory.ticker, context, lws_usec_t(options.limits.tick / 2000))
    }

    /// Ends everything at once; whatever connection is left is cut.
    func destroy() {
        thread.setWake(nil)
        cw_ticker_stop(memory.ticker)
        lws_context_destroy(context)
        memory.free()
    }

    /// Waits for events and handles them: a packet, a wake-up, or the ticker.
    func waitAndServe() { lws_service(context, 0) }

    // MARK: Sending and closing

    /// Queues a text message. A reader that is too slow to keep up is closed.
    ///
    /// - Returns: whether it was queued.
    @discardableResult
    func send(_ message: [UInt8], to socket: SocketID, kind: Outbox.Kind? = nil) -> Bool {
        guard let session = bySocket[socket], session.closing == nil else { return false }
        if session.outbox.isEmpty { session.movedAt = .now() }
        if session.outbox.append(message, kind: kind) {
            lws_callback_on_writable(session.handle)
            return true
        }
        session.outbox.removeAll()
        close(session, .slowReader)
        return false
    }

    /// Closes a WebSocket after what is queued for it. Nothing that still arrives from it is handed on.
    func close(_ socket: SocketID, _ reason: CloseReason) {
        guard let session = bySocket[socket] else { return }
        close(session, reason)
    }

    /// Writes what is queued, reads what has come, and closes with `reason`.
    func close(_ session: Session, _ reason: CloseReason) {
        guard session.closing == nil else { return }
        session.incoming = []
        session.closing = .init(reason: reason, deadline: .now().advanced(by: options.limits.closeDeadline))
        lws_callback_on_writable(session.handle)
    }

    /// Notes that the peer lives, so that no ping is needed for a while.
    private func confirm(_ session: Session) { lws_validity_confirmed(session.handle) }

    /// Cuts off who doesn't read, and who doesn't let himself be closed.
    func sweep(at now: MonotonicInstant) {
        for session in bySocket.values {
            if let closing = session.closing {
                if now >= closing.deadline { cut(session) } else { lws_callback_on_writable(session.handle) }
            } else if !session.outbox.isEmpty, now.since(session.movedAt) >= options.limits.writeDeadline {
                session.outbox.removeAll()
                close(session, .slowReader)
            }
        }
    }

    private func cut(_ session: Session) {
        lws_set_timeout(session.handle, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC)
    }

    // MARK: Events of a connection

    /// Whether an accepted TCP connection may stay. HTTP has some room beside the WebSockets, not any number.
    func admits(descriptor: Int32) -> Bool {
        let limit = options.connectionsPerAddress
        guard limit > 0 else { return true }
        return connectionsByAddress[peer(of: descriptor), default: 0] < limit + 64
    }

    func connected(_ handle: OpaquePointer) {
        let address = peer(of: lws_get_socket_fd(handle))
        connectionsByAddress[address, default: 0] += 1
        let limits = options.limits
        sessions[handle] = Session(
            handle: handle, address: address,
            outbox: Outbox(maximumMessages: limits.outboxMessages, maximumBytes: limits.outboxBytes), now: .now())
    }

    func disconnected(_ handle: OpaquePointer) {
        guard let session = sessions.removeValue(forKey: handle) else { return }
        upgradeEnded(session)
        let left = connectionsByAddress[session.address, default: 1] - 1
        connectionsByAddress[session.address] = left > 0 ? left : nil
    }

    func upgraded(_ session: Session) {
        lastNumber += 1
        let socket = SocketID(number: lastNumber)
        session.socket = socket
        bySocket[socket] = session
        socketsByAddress[session.address, default: 0] += 1
        if isDraining || bySocket.count > options.maximumConnections {
            close(session, .full)
        } else {
            session.isAnnounced = true
            hub.assumeIsolated { $0.opened(socket) }
        }
    }

    func upgradeEnded(_ session: Session) {
        guard let socket = session.socket else { return }
        session.socket = nil
        session.outbox.removeAll()
        session.incoming = []
        bySocket[socket] = nil
        let left = socketsByAddress[session.address, default: 1] - 1
        socketsByAddress[session.address] = left > 0 ? left : nil
        if session.isAnnounced { hub.assumeIsolated { $0.closed(socket) } }
    }

    /// Takes a piece of a message.
    ///
    /// - Returns: why the connection is to be closed, where it is.
    func received(_ bytes: UnsafeRawBufferPointer, on session: Session) -> CloseReason? {
        guard let socket = session.socket else { return nil }
        guard session.closing == nil else {
            lws_callback_on_writable(session.handle)
            return nil
        }
        if lws_frame_is_binary(session.handle) != 0 { return .binary }
        guard session.incoming.count + bytes.count <= options.limits.messageBytes else { return .tooLarge }
        session.incoming.append(contentsOf: bytes)
        guard lws_is_final_fragment(session.handle) != 0, lws_remaining_packet_payload(session.handle) == 0 else {
            return nil
        }
        let message = session.incoming
        session.incoming = []
        confirm(session)
        hub.assumeIsolated { $0.received(message, on: socket) }
        return nil
    }

    /// Writes as much as the socket takes.
    ///
    /// - Returns: whether the connection goes on.
    func writable(_ session: Session) -> Bool {
        while let message = session.outbox.next() {
            session.movedAt = .now()
            guard write(message[...], to: session.handle, as: LWS_WRITE_TEXT) else { return false }
            if lws_send_pipe_choked(session.handle) != 0 { break }
        }
        if !session.outbox.isEmpty {
            lws_callback_on_writable(session.handle)
            return true
        }
        guard let closing = session.closing else { return true }
        // A socket closed with unread input resets the connection, and takes what was written last with it.
        guard !hasUnreadInput(session.handle) else { return true }
        announce(closing.reason, to: session.handle)
        return false
    }

    /// Whether bytes wait in the kernel. Reading them asks for the next writable callback.
    private func hasUnreadInput(_ handle: OpaquePointer) -> Bool {
        var byte: UInt8 = 0
        return recv(lws_get_socket_fd(handle), &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) > 0
    }

    /// Sets what the close frame will say.
    func announce(_ reason: CloseReason, to handle: OpaquePointer) {
        var text = Array(reason.text.utf8)
        lws_close_reason(handle, lws_close_status(UInt32(reason.code)), &text, text.count)
    }

    /// Hands bytes to the library, which keeps what the socket doesn't take.
    func write(_ bytes: ArraySlice<UInt8>, to handle: OpaquePointer, as kind: lws_write_protocol) -> Bool {
        let head = cw_pre()
        if scratch.count < head + bytes.count { scratch = Array(repeating: 0, count: head + bytes.count) }
        let written = scratch.withUnsafeMutableBytes { buffer -> Int32 in
            UnsafeMutableRawBufferPointer(rebasing: buffer[head...]).copyBytes(from: bytes)
            return lws_write(
                handle, buffer.baseAddress?.advanced(by: head).assumingMemoryBound(to: UInt8.self), bytes.count, kind)
        }
        return written >= 0
    }

    private func peer(of descriptor: Int32) -> String {
        var name = [CChar](repeating: 0, count: 64)
        guard lws_get_peer_simple_fd(descriptor, &name, name.count) != nil else { return "unknown" }
        return AddressGroup.of(name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } } ?? "")
    }
}

extension MonotonicInstant {
    /// The machine's monotonic clock: one of the places at the edge that read it.
    static func now() -> Self {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Self(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
