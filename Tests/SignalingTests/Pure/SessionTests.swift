import Foundation
import Identifiers
import Logging
import RTP
import Relay
import Testing

@testable import Signaling

private func user(_ name: String) throws -> UserID { try #require(UserID(name)) }
private func session(_ name: String) throws -> SessionID { try #require(SessionID(name)) }
private func moment(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }

@Suite("Reports of sessions")
struct ReportQueueTests {
    @Test("are told in order, one at a time for each session, and again after a failure")
    func order() throws {
        var queue = ReportQueue()
        let (one, other) = (try session("one"), try session("other"))
        queue.append(.joined(try user("ada")), of: one)
        queue.append(.left(try user("ada"), reason: "left"), of: one)
        queue.append(.joined(try user("bob")), of: other)
        let ada = try user("ada")
        let first = queue.next(at: moment(1))
        #expect(first?.session == one && first?.report.happening == .joined(ada))
        let second = queue.next(at: moment(1))
        #expect(second?.session == other)
        var third = queue.next(at: moment(1))
        #expect(third == nil)
        queue.notTold(one, now: moment(1))
        third = queue.next(at: moment(1))
        #expect(third == nil)
        third = queue.next(at: moment(2))
        #expect(third?.report == first?.report)
        queue.told(one)
        third = queue.next(at: moment(2))
        #expect(third?.report.happening == .left(ada, reason: "left"))
        queue.told(one)
        queue.told(other)
        #expect(queue.count == 0)
    }

    @Test("of the clock are told once, the newest, and never hide that it has run")
    func clock() throws {
        var queue = ReportQueue()
        let one = try session("one")
        queue.append(.progress(mediaSeconds: 0, running: true), of: one)
        queue.append(.progress(mediaSeconds: 5, running: false), of: one)
        #expect(queue.count == 1)
        let told = queue.next(at: moment(1))
        #expect(told?.report.happening == .progress(mediaSeconds: 5, running: true))
        // What is being told is left alone.
        queue.append(.progress(mediaSeconds: 10, running: true), of: one)
        #expect(queue.count == 2)
    }

    @Test("are bounded")
    func bounded() throws {
        var queue = ReportQueue()
        let one = try session("one")
        var dropped = 0
        for number in 0..<200 {
            let happening: SessionHappening =
                number.isMultiple(of: 2) ? .joined(try user("ada")) : .left(try user("ada"), reason: "left")
            if queue.append(happening, of: one).dropped != nil { dropped += 1 }
        }
        #expect(queue.count == ReportQueue.maximumPerSession && dropped == 200 - ReportQueue.maximumPerSession)
    }
}

@Suite("The journal of sessions")
struct SessionJournalTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)/j")
        .path
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func open() throws -> SessionJournal { try SessionJournal(path: path, now: now, logger: logger) }

    private func room(_ seconds: Int, ended: String? = nil, until: Double = 1_800_007_200) throws -> SessionJournal.Room
    {
        .init(
            room: try #require(RoomID("room")), session: try session("one"), mediaSeconds: seconds,
            horizonSeconds: 600, ended: ended, until: until)
    }

    @Test("remembers rooms and what was not told, also behind a line that a crash has cut short")
    func survives() throws {
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        var journal = try open()
        journal.note(try room(12))
        journal.note(try room(42))
        for number in 1...2 as ClosedRange<UInt64> {
            let entry = SessionJournal.Entry(number, try session("one"), .joined(try user("u\(number)")))
            journal.note(try #require(entry))
        }
        journal.told(1)
        journal.close()
        let file = try #require(FileHandle(forWritingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Data(#"{"room":{"room":"ro"#.utf8))
        try file.close()
        let again = try open()
        #expect(again.remainingRooms == [try room(42)])
        #expect(again.remainingReports.map(\.happening) == [.joined(try user("u2"))])
    }

    @Test("forgets what no longer matters, and keeps no readings of the clock as reports")
    func forgets() throws {
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        var journal = try open()
        journal.note(try room(42, ended: "left", until: 1_799_999_999))
        #expect(SessionJournal.Entry(1, try session("one"), .progress(mediaSeconds: 1, running: true)) == nil)
        journal.close()
        #expect(try open().remainingRooms.isEmpty)
    }
}
