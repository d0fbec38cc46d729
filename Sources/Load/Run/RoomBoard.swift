import Synchronization

/// What went wrong in which room, as those who visit them note it.
final class RoomBoard: Sendable {
    private let failures: Mutex<[Int: String]> = Mutex([:])

    /// Notes a failure; the first of a room is kept.
    func note(_ reason: String, in room: Int) {
        failures.withLock { if $0[room] == nil { $0[room] = reason } }
    }

    /// The failures by room.
    var noted: [Int: String] { failures.withLock { $0 } }
}

/// Says once to all who wait that it is over.
final class EndSignal: Sendable {
    private struct State {
        var isGiven = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Whether it is over.
    var isGiven: Bool { state.withLock { $0.isGiven } }

    /// Waits for the end.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isGiven { state.waiting.append(continuation) }
                return state.isGiven
            }
            if isOver { continuation.resume() }
        }
    }

    /// It is over.
    func give() {
        let waiting = state.withLock { state in
            state.isGiven = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
