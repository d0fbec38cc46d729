import DatabaseTesting
import Identifiers
import Synchronization

@testable import Signaling

/// A marketplace that remembers what it is told, and can be made to wait and to fail.
final class FakeMarketplace: Marketplace {
    struct Failure: Error {}

    private struct State {
        var log: [String] = []
        var failures = 0
        var opened: Gate?
    }

    private let state = Mutex(State())
    /// Passed with each thing that was told, also where that failed.
    let gate = Gate()

    /// What was told and kept, in order.
    var log: [String] { state.withLock { $0.log } }

    /// The next calls fail.
    func fail(_ times: Int) { state.withLock { $0.failures = times } }

    /// Whoever calls from now on waits until `gate` is passed.
    func wait(for gate: Gate?) { state.withLock { $0.opened = gate } }

    func setAvailable(_ user: UserID, _ available: Bool) async throws {
        try await note("\(user) \(available ? "available" : "unavailable")")
    }

    func wentOffline(_ user: UserID) async throws { try await note("\(user) offline") }

    private func note(_ text: String) async throws {
        await state.withLock { $0.opened }?.wait()
        defer { gate.pass() }
        try state.withLock { state in
            guard state.failures == 0 else {
                state.failures -= 1
                throw Failure()
            }
            state.log.append(text)
        }
    }
}
