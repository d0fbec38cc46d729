public import Identifiers
public import Logging
public import Relay
internal import Synchronization
public import Tokens

/// The signaling core: WebSockets, rooms, and the calls behind them, on a thread of its own.
///
/// ```swift
/// let server = SignalingServer(configuration: configuration, relay: relay, verifier: verifier, logger: logger)
/// let port = try await server.start()
/// // …
/// await server.shutdown()
/// await relay.shutdown()
/// ```
///
/// ``shutdown()`` must be called before the server is let go; the relay is shut down after it.
public final class SignalingServer: Sendable {
    private enum State {
        case idle
        case running
        case stopped
    }

    private let hub: Hub
    private let thread: ServiceThread
    private let state = Mutex(State.idle)

    /// A server that isn't started.
    ///
    /// - Parameters:
    ///   - relay: carries rooms of mode relay; nil: all rooms run peer to peer.
    ///   - verifier: checks the clients' tokens.
    ///   - marketplace: hears who is available and who has gone; nil: there is none, and rooms are all there is.
    public convenience init(
        configuration: SignalingConfiguration, relay: MediaRelay?, verifier: TokenVerifier,
        marketplace: (any Marketplace)? = nil, logger: Logger
    ) {
        self.init(
            configuration: configuration, plane: relay, verifier: verifier, marketplace: marketplace, logger: logger)
    }

    init(
        configuration: SignalingConfiguration, plane: (any CallPlane)?, verifier: TokenVerifier,
        marketplace: (any Marketplace)? = nil, logger: Logger
    ) {
        thread = ServiceThread()
        hub = Hub(
            configuration: configuration, plane: plane, verifier: verifier, marketplace: marketplace, thread: thread,
            logger: logger)
    }

    /// Starts the thread and listens. To be called once.
    ///
    /// - Returns: the port that is listened on, also where the configuration says 0.
    /// - Throws: ``SignalingError`` of code `cannotListen` or `noClient`.
    @discardableResult
    public func start() async throws(SignalingError) -> UInt16 {
        let starts = state.withLock { state in
            defer { state = .running }
            return state == .idle
        }
        guard starts else { throw SignalingError(.cannotListen, "started already") }
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<UInt16, SignalingError>, Never>) in
            let failure = thread.start { [hub, thread] in
                let opened = hub.assumeIsolated { hub in Result { () throws(SignalingError) in try hub.open() } }
                continuation.resume(returning: opened)
                guard case .success = opened else { return }
                while !hub.assumeIsolated({ $0.isFinished }) {
                    hub.assumeIsolated { $0.serve() }
                    thread.runPending()
                }
                hub.assumeIsolated { $0.closeSockets() }
            }
            if failure != 0 {
                continuation.resume(
                    returning: .failure(SignalingError(.cannotListen, "no thread: error \(failure)")))
            }
        }
        if case .failure = result {
            state.withLock { $0 = .stopped }
            await thread.join()
        }
        return try result.get()
    }

    /// Ends every room with reason `shutdown`, tells everybody (`server.draining`), closes all connections with 1001
    /// and ends the thread. Takes a few seconds at most. Idempotent.
    public func shutdown() async {
        let stops = state.withLock { state in
            defer { state = .stopped }
            return state == .running
        }
        guard stops else { return }
        await hub.drain()
        await hub.finish()
        await thread.join()
    }

    /// Moves a room's horizon: its media is paid for up to this media second. Never backwards.
    ///
    /// - Returns: the room's clock afterwards.
    /// - Throws: ``SignalingError`` of code `notFound` where there is no such room, or it has ended.
    @discardableResult
    public func extendHorizon(room: RoomID, to seconds: Int) async throws(SignalingError) -> ClockStatus {
        guard isRunning, let status = await hub.extendHorizon(of: room, to: seconds) else {
            throw SignalingError(.notFound, "no room \(room), or it has ended")
        }
        return status
    }

    /// Says what a session has cost so far and how far its call may go, also where nobody has entered its room yet. The horizon
    /// never moves backwards. Idempotent.
    ///
    /// - Throws: ``SignalingError`` of code `notRunning`.
    public func bill(_ money: RoomMoney, room: RoomID, of session: SessionID) async throws(SignalingError) {
        try requireRunning()
        await hub.bill(money, room, of: session)
    }

    /// Ends the connections of a user's sign-ins with close code 4003, and refuses their access tokens from now on, for
    /// longer than these live.
    ///
    /// - Throws: ``SignalingError`` of code `notRunning`; then nothing was noted.
    public func revoke(families: Set<String>, of user: UserID) async throws(SignalingError) {
        try requireRunning()
        await hub.revoke(families, of: user)
    }

    /// Sends a notification to every connection of a person's account.
    ///
    /// - Parameter params: a JSON object.
    /// - Returns: how many connections took it; nil where `params` is no JSON.
    /// - Throws: ``SignalingError`` of code `notRunning`.
    public func push(_ method: String, params: String, to user: UserID) async throws(SignalingError) -> Int? {
        try requireRunning()
        guard let value = try? JSONParser.parse(Array(params.utf8)), case .object = value else { return nil }
        return await hub.push(method, value, to: user)
    }

    /// Ends the room of a session with reason `ended`, and lets nobody in any more, also where nobody is in it. Idempotent.
    ///
    /// - Throws: ``SignalingError`` of code `notRunning`.
    public func end(room: RoomID, of session: SessionID) async throws(SignalingError) {
        try requireRunning()
        await hub.endRoom(room, of: session)
    }

    /// Whose accounts are connected, or were until less than a minute ago.
    ///
    /// - Throws: ``SignalingError`` of code `notRunning`.
    public func connectedUsers() async throws(SignalingError) -> Set<UserID> {
        try requireRunning()
        return await hub.connectedUsers
    }

    /// The rooms somebody is in, oldest first.
    public func calls() async -> [CallSummary] { isRunning ? await hub.calls() : [] }

    /// What the server has done since its start, and what it is doing.
    public func metrics() async -> SignalingMetrics { isRunning ? await hub.metrics() : SignalingMetrics() }

    private func requireRunning() throws(SignalingError) {
        guard isRunning else { throw SignalingError(.notRunning, "the signaling core is not running") }
    }

    private var isRunning: Bool { state.withLock { $0 == .running } }
}
