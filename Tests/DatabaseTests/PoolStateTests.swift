import Testing

@testable import Database

@Suite("A pool's bookkeeping") struct PoolStateTests {
    private typealias State = PoolState<Int, String>
    private let now = ContinuousClock.now

    private func makeState(slots: Int = 2, queue: Int = 2) -> State {
        State(slots: slots, queueLimit: queue, idleLimit: .seconds(60))
    }

    @Test("opens as many as there are slots, then lets wait, then refuses")
    func limits() {
        var state = makeState()
        #expect(says(state.acquire(), "open") && says(state.acquire(), "open"))
        #expect(says(state.acquire(), "wait"))
        #expect(state.enqueue("a", id: 1) == nil)
        #expect(state.enqueue("b", id: 2) == nil)
        #expect(says(state.acquire(), "full"))
        #expect(state.taken == 2 && state.waitingCount == 2)
    }

    @Test("hands what comes back to who waits longest")
    func order() {
        var state = makeState(slots: 1)
        #expect(says(state.acquire(), "open"))
        _ = state.enqueue("a", id: 1)
        _ = state.enqueue("b", id: 2)
        #expect(says(state.release(7, now: now).turn, "a reuse(7)"))
        #expect(says(state.discard(), "b open"))
        #expect(state.release(8, now: now).turn == nil)
        #expect(says(state.acquire(), "reuse(8)"))
    }

    @Test("gives to a late waiter at once what was released before it stood in the queue")
    func race() {
        var state = makeState(slots: 1)
        _ = state.acquire()
        #expect(says(state.acquire(), "wait"))
        _ = state.release(1, now: now)
        #expect(says(state.enqueue("a", id: 1), "a reuse(1)"))
    }

    @Test("lends the latest used first, and closes what lies idle")
    func idle() {
        var state = makeState(slots: 3)
        for _ in 0..<3 { _ = state.acquire() }
        _ = state.release(1, now: now)
        _ = state.release(2, now: now + .seconds(50))
        #expect(state.release(3, now: now + .seconds(61)).close == [1])
        #expect(state.taken == 2 && state.idleCount == 2)
        #expect(says(state.acquire(), "reuse(3)"))
    }

    @Test("lets a waiter go once")
    func leaving() {
        var state = makeState(slots: 1)
        _ = state.acquire()
        _ = state.enqueue("a", id: 1)
        #expect(says(state.leave(1, .expired), "a expired"))
        #expect(state.leave(1, .expired) == nil)
        #expect(state.release(1, now: now).turn == nil)
    }

    @Test("lets go of everything when it is closed")
    func closing() {
        var state = makeState()
        _ = state.acquire()
        _ = state.acquire()
        _ = state.release(1, now: now)
        _ = state.acquire()
        _ = state.enqueue("a", id: 1)
        let (turns, close) = state.close()
        #expect(turns.count == 1 && says(turns.first, "a closed") && close.isEmpty)
        #expect(says(state.acquire(), "closed") && says(state.enqueue("b", id: 2), "b closed"))
        #expect(state.release(1, now: now).close == [1])
        #expect(state.discard() == nil)
        #expect(state.taken == 0)
    }

    private func says(_ answer: State.Answer, _ text: String) -> Bool { "\(answer)" == text }

    private func says(_ turn: State.Turn?, _ text: String) -> Bool {
        turn.map { "\($0.waiter) \($0.grant)" == text } ?? false
    }
}
