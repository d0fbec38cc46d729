import DatabaseTesting
import Testing

@testable import Events

@Suite("A wake-up", .timeLimit(.minutes(1))) struct WakeupTests {
    @Test("is not missed where it rings before the sleep")
    func early() async {
        let wakeup = Wakeup()
        let rings = wakeup.rings
        wakeup.ring()
        await wakeup.sleep(since: rings, atMost: .seconds(600))
    }

    @Test("wakes all who sleep")
    func together() async {
        let wakeup = Wakeup()
        let rings = wakeup.rings
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await wakeup.sleep(since: rings, atMost: .seconds(600)) } }
            wakeup.ring()
            await group.waitForAll()
        }
    }

    @Test("is not needed at the end of the time, nor where the task is cancelled, before the sleep or in it")
    func ends() async {
        let wakeup = Wakeup()
        await wakeup.sleep(since: 0, atMost: .milliseconds(1))
        let cancelled = Gate()
        let before = Task {
            await cancelled.wait()
            await wakeup.sleep(since: 0, atMost: .seconds(600))
        }
        let during = Task { await wakeup.sleep(since: 0, atMost: .seconds(600)) }
        before.cancel()
        cancelled.pass()
        await before.value
        during.cancel()
        await during.value
    }
}
