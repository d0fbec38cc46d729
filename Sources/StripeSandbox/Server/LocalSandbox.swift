public import Logging
public import Stripe
internal import Synchronization

/// The machine without a server: a gateway that reaches it by a call, at a time the caller sets. For what tries thousands
/// of histories.
public final class LocalSandbox: Sendable {
    private struct State {
        var sandbox: Sandbox
        var now: Int64
        var faults: [SandboxFault] = []
        var told: String?
    }

    private let state: Mutex<State>

    /// A stand-in that knows nothing yet.
    ///
    /// - Parameters:
    ///   - seed: ids are made from it.
    ///   - now: seconds since 1970.
    public init(seed: UInt64, now: Int64, options: SandboxOptions = SandboxOptions()) {
        state = Mutex(State(sandbox: Sandbox(seed: seed, options: options), now: now))
    }

    /// Sets the time, in seconds since 1970.
    public func set(now: Int64) { state.withLock { $0.now = now } }

    /// Makes something go wrong. `slow` takes no time here.
    public func inject(_ fault: SandboxFault) { state.withLock { $0.faults.append(fault) } }

    /// Does something that no request can do.
    @discardableResult
    public func perform(_ action: SandboxAction) -> SandboxReply {
        state.withLock { $0.sandbox.apply(action, now: $0.now) }
    }

    /// The bodies of the events since the last call, oldest first: as webhooks would bring them, but for those that a
    /// fault loses or doubles.
    public func takeEvents() -> [String] {
        state.withLock { state in
            let events = state.sandbox.eventsAfter(state.told)
            state.told = events.last?.id ?? state.told
            return events.flatMap { event in
                switch event.mishap?.kind {
                case .lost: [] as [String]
                case .doubled: [event.body, event.body]
                case .reordered, .late, nil: [event.body]
                }
            }
        }
    }

    /// A gateway to it.
    public func gateway(retry: RetryPolicy = RetryPolicy(), logger: Logger) -> StripeGateway {
        StripeGateway(retry: retry, logger: logger, pause: { _ in }) { [self] request throws(StripeError) in
            guard let reply = answer(request) else { throw StripeError(.unanswered, "The connection was cut.") }
            return StripeAnswer(
                status: reply.status, body: Array(reply.body.utf8), shouldRetry: reply.shouldRetry,
                isReplay: reply.isReplay)
        }
    }

    /// nil: the connection was cut.
    private func answer(_ request: StripeRequest) -> SandboxReply? {
        let received = SandboxRequest(
            method: request.method.rawValue, path: request.path, form: request.form, key: "sk_test_local",
            version: stripeVersion, idempotencyKey: request.idempotencyKey?.text, account: request.account?.text)
        return state.withLock { state in
            let index = state.faults.firstIndex { $0.match.fits(received) }
            let fault = index.map { state.faults[$0] }
            if let index {
                state.faults[index].times -= 1
                if state.faults[index].times <= 0 { state.faults.remove(at: index) }
            }
            guard fault?.kind != .cut else {
                note(received, nil)
                return nil
            }
            let reply = state.sandbox.apply(.request(received), fault: fault, now: state.now)
            let isCut = fault?.kind == .appliedThenCut
            note(received, isCut ? nil : reply)
            return isCut ? nil : reply
        }
    }

    private func note(_ request: SandboxRequest, _ reply: SandboxReply?) {
        guard let log = RequestLog.ofProcess else { return }
        var plain = request
        plain.key = nil
        log.note(ReceivedRequest(request: plain, status: reply?.status ?? 0, isReplay: reply?.isReplay ?? false))
    }
}
