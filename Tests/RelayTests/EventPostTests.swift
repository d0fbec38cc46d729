import Identifiers
import Synchronization
import Testing

@testable import Relay

@Suite("What the calls of a worker tell")
struct EventPostTests {
    private final class Told: Sendable {
        private let list = Mutex<[CallEvent]>([])
        var events: [CallEvent] { list.withLock { $0 } }
        func take(_ event: CallEvent) { list.withLock { $0.append(event) } }
    }

    @Test("what is only shown waits, what matters goes at once, and the order stays")
    func order() throws {
        let told = Told()
        let post = EventPost()
        let shown = CallEvent.quality(for: try #require(UserID("ada")), QualityReport(up: nil, down: nil))
        let warning = CallEvent.warning(secondsLeft: 60, reason: .horizon)
        post.post(shown, to: told.take)
        #expect(told.events.isEmpty)
        #expect(!post.isEmpty)
        post.post(warning, to: told.take)
        #expect(told.events == [shown, warning])
        #expect(post.isEmpty)
        post.post(shown, to: told.take)
        post.deliver()
        post.deliver()
        #expect(told.events == [shown, warning, shown])
    }
}
