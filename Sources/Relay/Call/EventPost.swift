/// What the calls of a worker have to tell. What is only shown waits a moment for others of its kind: each telling wakes another thread,
/// which then looks at all its sockets. The order of all that is told stays.
final class EventPost {
    private var waiting: [(event: CallEvent, events: @Sendable (CallEvent) -> Void)] = []

    /// Tells an event, or keeps it until ``deliver()``.
    func post(_ event: CallEvent, to events: @escaping @Sendable (CallEvent) -> Void) {
        waiting.append((event, events))
        switch event {
        case .clock, .quality: break
        case .candidate, .connection, .warning, .record, .codecMismatch, .ended: deliver()
        }
    }

    /// Whether nothing waits.
    var isEmpty: Bool { waiting.isEmpty }

    /// Tells what waits.
    func deliver() {
        guard !waiting.isEmpty else { return }
        let told = waiting
        waiting.removeAll(keepingCapacity: true)
        for (event, events) in told { events(event) }
    }
}
