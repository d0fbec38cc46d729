internal import Synchronization

/// A bell: whoever has looked for work before the last ring does not sleep.
package final class Wakeup: Sendable {
    private struct State {
        var rings: UInt64 = 0
        var sleepers: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextSleeper: UInt64 = 0
    }

    private let state = Mutex(State())

    /// A bell that has not rung.
    package init() {}

    /// How often it has rung.
    package var rings: UInt64 { state.withLock { $0.rings } }

    /// Wakes everybody.
    package func ring() {
        let sleepers = state.withLock { state in
            state.rings += 1
            defer { state.sleepers = [:] }
            return state.sleepers.values
        }
        for sleeper in sleepers { sleeper.resume() }
    }

    /// Wakes one of those who sleep: for work that one of them can do. Whoever has looked before and is about to sleep looks
    /// again all the same.
    package func ringForOne() {
        let sleeper = state.withLock { state in
            state.rings += 1
            return state.sleepers.popFirst()
        }
        sleeper?.value.resume()
    }

    /// Sleeps until it has rung more often than `rings`, at most for `duration`, and no longer than the task lives.
    package func sleep(since rings: UInt64, atMost duration: Duration) async {
        let sleeper = state.withLock { state in
            state.nextSleeper += 1
            return state.nextSleeper
        }
        await withTaskGroup(of: Void.self) { group in
            await withCheckedContinuation { continuation in
                let rung = state.withLock { state in
                    if state.rings == rings { state.sleepers[sleeper] = continuation }
                    return state.rings != rings
                }
                if rung { continuation.resume() }
                // Only now, so that it never looks for a sleeper who has yet to lie down.
                group.addTask {
                    // Cancelled or over: the sleeper wakes either way.
                    try? await Task.sleep(for: duration)
                    self.state.withLock { $0.sleepers.removeValue(forKey: sleeper) }?.resume()
                }
            }
            group.cancelAll()
        }
    }
}
