import Database
import Sessions
import Testing

@Suite("A session's life") struct LifecycleTests {
    typealias Event = SessionLifecycle.Event
    typealias Action = SessionLifecycle.Action

    private static let start = Timestamp(secondsSince1970: 1_800_000_000)

    private static func at(_ seconds: Int64) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    /// A session that has just been accepted, or to which these events have happened, a second apart.
    private func session(_ events: Event...) -> SessionLifecycle {
        var session = SessionLifecycle(due: Self.at(90))
        for (index, event) in events.enumerated() { _ = session.handle(event, at: Self.at(Int64(index))) }
        return session
    }

    private static let both: [Event] = [.joined(.customer), .joined(.consultant)]
    private static let begun = both + [.progress(mediaSeconds: 0, running: true)]
    private static let held = begun + [.progress(mediaSeconds: 60, running: true)]

    /// What happened before, what happens now, and how that ends it.
    static let endings: [(String, [Event], Event, Action)] = [
        ("nobody came", [], .deadline, .end(.cancelled, .nobodyCame)),
        ("the customer alone came", [.joined(.customer)], .deadline, .end(.cancelled, .consultantNoShow)),
        ("the consultant alone came", [.joined(.consultant)], .deadline, .end(.cancelled, .customerNoShow)),
        ("both came, without media", both, .deadline, .end(.failed, .noMedia)),
        (
            "one of them was lost again", both + [.left(.consultant, isLost: true)], .deadline,
            .end(.cancelled, .consultantNoShow)
        ),
        (
            "one left before the other came",
            [.joined(.customer), .left(.customer, isLost: false), .joined(.consultant)], .deadline,
            .end(.cancelled, .customerNoShow)
        ),
        (
            "the customer hangs up before media", both, .left(.customer, isLost: false),
            .end(.cancelled, .customerCancelled)
        ),
        (
            "the consultant hangs up before media", both, .left(.consultant, isLost: false),
            .end(.cancelled, .consultantCancelled)
        ),
        ("the customer cancels", [], .endRequested(.customer), .end(.cancelled, .customerCancelled)),
        ("the consultant cancels", both, .endRequested(.consultant), .end(.cancelled, .consultantCancelled)),
        (
            "the room is closed before media", both, .roomEnded(reason: "closed", mediaSeconds: 0),
            .end(.failed, .closed)
        ),
        ("the room empties before media", both, .roomEnded(reason: "left", mediaSeconds: 0), .end(.failed, .noMedia)),
        ("the customer hangs up", begun, .left(.customer, isLost: false), .end(.completed, .customerLeft)),
        ("the consultant hangs up", held, .left(.consultant, isLost: false), .end(.completed, .consultantLeft)),
        ("the customer ends it", begun, .endRequested(.customer), .end(.completed, .customerLeft)),
        ("the consultant ends it", held, .endRequested(.consultant), .end(.completed, .consultantLeft)),
        ("nobody pays", held, .roomEnded(reason: "unpaid", mediaSeconds: 600), .end(.completed, .unpaid)),
        ("an operator closes it", held, .roomEnded(reason: "closed", mediaSeconds: 61), .end(.completed, .closed)),
        ("a side is lost at once", begun, .left(.customer, isLost: true), .end(.failed, .connectionLost)),
        ("a side is lost after a minute", held, .left(.customer, isLost: true), .end(.completed, .connectionLost)),
        ("nothing is heard any more", begun, .deadline, .end(.failed, .connectionLost)),
        ("nothing is heard after a minute", held, .deadline, .end(.completed, .connectionLost)),
        (
            "the room ends after its last second made the minute full", begun,
            .roomEnded(reason: "left", mediaSeconds: 60), .end(.completed, .connectionLost)
        ),
    ]

    @Test("ends as it should", arguments: endings.indices) func ending(_ index: Int) {
        let (name, before, event, expected) = Self.endings[index]
        var session = SessionLifecycle(due: Self.at(90))
        for event in before { _ = session.handle(event, at: Self.at(1)) }
        #expect(!session.isOver)
        let actions = session.handle(event, at: Self.at(1000))
        #expect(actions == [expected], "\(name)")
        #expect(session.isOver && session.due == nil)
        let after = session
        // Twice, and whatever else comes late.
        for late in Self.held + [event, .deadline, .endRequested(.customer), .left(.consultant, isLost: false)] {
            #expect(session.handle(late, at: Self.at(2000)) == [], "\(name): \(late)")
            #expect(session.state == after.state && session.isOver)
        }
    }

    @Test("begins with the first media in both directions, once")
    func begin() {
        var session = SessionLifecycle(due: Self.at(90))
        #expect(session.handle(.joined(.customer), at: Self.at(5)) == [] && session.due == Self.at(90))
        #expect(session.handle(.joined(.consultant), at: Self.at(80)) == [] && session.due == Self.at(170))
        #expect(session.handle(.joined(.consultant), at: Self.at(100)) == [] && session.due == Self.at(170))
        #expect(session.handle(.progress(mediaSeconds: 0, running: false), at: Self.at(101)) == [])
        #expect(session.state == .pending)
        #expect(session.handle(.progress(mediaSeconds: 0, running: true), at: Self.at(110)) == [.start])
        #expect(session.state == .active && session.due == Self.at(230))
        #expect(session.handle(.progress(mediaSeconds: 5, running: true), at: Self.at(115)) == [])
        #expect(session.mediaSeconds == 5 && session.due == Self.at(235))
    }

    @Test("begins also where all but a report of its clock was lost")
    func lateBegin() {
        var session = SessionLifecycle(due: Self.at(90))
        #expect(session.handle(.progress(mediaSeconds: 30, running: false), at: Self.at(60)) == [.start])
        #expect(session.mediaSeconds == 30 && session.joined == [.customer, .consultant])
    }

    @Test("is not ended by a deadline that comes early")
    func early() {
        var session = session(.joined(.customer))
        #expect(session.handle(.deadline, at: Self.at(89)) == [] && session.state == .pending)
        session = self.session(.joined(.customer), .joined(.consultant), .progress(mediaSeconds: 1, running: true))
        #expect(session.handle(.deadline, at: Self.at(90)) == [] && session.state == .active)
    }

    @Test("outlives a core that stops: its people come back to the successor")
    func shutdown() {
        var session = session(.joined(.customer), .joined(.consultant))
        #expect(session.handle(.roomEnded(reason: "shutdown", mediaSeconds: 0), at: Self.at(10)) == [])
        #expect(session.state == .pending)
        #expect(session.handle(.progress(mediaSeconds: 9, running: true), at: Self.at(20)) == [.start])
        #expect(session.handle(.roomEnded(reason: "shutdown", mediaSeconds: 12), at: Self.at(30)) == [])
        #expect(session.due == Self.at(150) && session.mediaSeconds == 12)
        #expect(session.handle(.deadline, at: Self.at(150)) == [.end(.failed, .connectionLost)])
    }

    @Test("keeps its media seconds from going back, and within what can be stored")
    func seconds() {
        var session = session(.progress(mediaSeconds: 20, running: true))
        _ = session.handle(.progress(mediaSeconds: 7, running: true), at: Self.at(2))
        _ = session.handle(.progress(mediaSeconds: -5, running: false), at: Self.at(3))
        #expect(session.mediaSeconds == 20)
        _ = session.handle(.endRequested(.customer), at: Self.at(4))
        // The room's last word comes after the end.
        _ = session.handle(.roomEnded(reason: "ended", mediaSeconds: 23), at: Self.at(5))
        #expect(session.mediaSeconds == 23 && session.state == .completed)
        _ = session.handle(.roomEnded(reason: "ended", mediaSeconds: .max), at: Self.at(5))
        #expect(session.mediaSeconds == Int(Int32.max))
        var cancelled = self.session(.endRequested(.consultant))
        _ = cancelled.handle(.progress(mediaSeconds: 3, running: true), at: Self.at(2))
        #expect(cancelled.mediaSeconds == 0)
    }

    @Test("tells each side why it ended in words of its own")
    func words() {
        for end in SessionEnd.allCases {
            for side in [SessionSide.customer, .consultant, nil] {
                let words = end.words(for: side)
                #expect(words.hasSuffix(".") && words.count > 10)
                if side == nil { #expect(!words.contains("You")) }
            }
        }
        #expect(SessionEnd.customerLeft.words(for: .customer) == "You ended the call.")
        #expect(SessionEnd.customerLeft.words(for: .consultant) == "The customer ended the call.")
    }
}
