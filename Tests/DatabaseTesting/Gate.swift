internal import Synchronization

/// A counter that tests wait on: what another task has reached.
public final class Gate: Sendable {
    private struct State {
        var count = 0
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// A gate that nobody has passed.
    public init() {}

    /// How often it was passed.
    public var count: Int { state.withLock { $0.count } }

    /// Passes it once more.
    public func pass() {
        let woken = state.withLock { state in
            state.count += 1
            let count = state.count
            defer { state.waiting.removeAll { $0.count <= count } }
            return state.waiting.filter { $0.count <= count }
        }
        for waiter in woken { waiter.continuation.resume() }
    }

    /// Waits until it was passed this often.
    public func wait(for count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.count < count { state.waiting.append((count, continuation)) }
                return state.count >= count
            }
            if isReached { continuation.resume() }
        }
    }
}
