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

private func record(_ number: Int, from start: Int = 0, _ seconds: Int = 10) -> SessionRecord {
    SessionRecord(number: number, source: .relay, milliseconds: 10_000, startSecond: start, mediaSeconds: seconds)
}

@Suite("Records in the queue of reports")
struct RecordQueueTests {
    @Test("are never dropped, and no longer taken at their limit")
    func kept() throws {
        var queue = ReportQueue()
        let one = try session("one")
        for number in 1...ReportQueue.maximumRecords {
            #expect(queue.takesRecord(of: one))
            #expect(queue.append(.record(record(number)), of: one).dropped == nil)
            #expect(queue.append(.progress(mediaSeconds: number, running: true), of: one).dropped == nil || number > 64)
        }
        #expect(!queue.takesRecord(of: one))
        #expect(queue.count == ReportQueue.maximumRecords + ReportQueue.maximumPerSession)
        var numbers: [Int] = []
        while let (session, report) = queue.next(at: moment(1)) {
            if case .record(let record) = report.happening { numbers.append(record.number) }
            queue.told(session)
        }
        #expect(numbers == Array(1...ReportQueue.maximumRecords))
        #expect(queue.takesRecord(of: one))
    }
}

@Suite("What a session's room tells")
struct SessionTrailTests {
    private func reading(_ seconds: Int, horizon: Int = 20) -> ClockStatus {
        ClockStatus(
            state: .free, mediaSeconds: seconds, thresholdSeconds: 13, horizonSeconds: horizon, running: true)
    }

    private func told(_ trail: inout SessionTrail, _ seconds: ClosedRange<Int>, horizon: Int = 20) -> [Int] {
        seconds.compactMap { second in
            if case .progress(let told, _)? = trail.moved(reading(second, horizon: horizon)) { told } else { nil }
        }
    }

    @Test("is the clock each five seconds, and at once where it reaches the threshold and the horizon")
    func limits() {
        var trail = SessionTrail(now: moment(0))
        #expect(told(&trail, 0...22) == [0, 5, 10, 13, 18, 20])
        #expect(told(&trail, 23...41, horizon: 40) == [25, 30, 35, 40])
    }

    private func cut(_ start: Int, _ seconds: Int) throws -> CallRecord {
        CallRecord(
            milliseconds: 10_000, startSecond: start, mediaSeconds: seconds,
            directions: [.init(sender: try user("bob"), packets: 7), .init(sender: try user("ada"), packets: 9)])
    }

    @Test("are records by who sent what, numbered on after a crash, whose seconds are lost")
    func records() throws {
        var trail = SessionTrail(now: moment(0))
        trail.seated(Identity(user: try user("ada"), name: "Ada", role: .customer))
        trail.seated(Identity(user: try user("bob"), name: "Bob", role: .consultant))
        guard case .record(let first)? = trail.record(try cut(0, 10), from: .relay).first else {
            Issue.record("no record")
            return
        }
        #expect(first.number == 1 && first.source == .relay && first.mediaSeconds == 10)
        #expect(first.fromCustomer.packets == 9 && first.fromConsultant.packets == 7)
        // It dies at 17; the next life begins there.
        var next = SessionTrail(now: moment(20), mediaSeconds: 17, records: trail.records)
        let later = next.record(try cut(17, 10), from: .relay).map(\.words)
        #expect(later == ["record 2 lost 10+7", "record 3 relay 17+10"])
        let end = next.ended(.left, mediaSeconds: 30).map(\.words)
        #expect(end == ["record 4 lost 27+3", "ended left 30"])
        #expect(next.ended(.left, mediaSeconds: 30).isEmpty)
    }

    @Test("are the seconds of a record that was not taken with the next one, as lost")
    func takenBack() throws {
        var chain = RecordChain()
        _ = chain.append(try cut(0, 10), from: .relay, roles: [:])
        let refused = chain.append(try cut(10, 10), from: .relay, roles: [:])
        for record in refused { chain.takeBack(record) }
        let next = chain.append(try cut(20, 5), from: .peers, roles: [:])
        #expect(next.map { SessionHappening.record($0).words } == ["record 2 lost 10+10", "record 3 peers 20+5"])
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

    @Test("keeps records, and how far they reach")
    func records() throws {
        defer { try? FileManager.default.removeItem(atPath: (path as NSString).deletingLastPathComponent) }
        var journal = try open()
        var told = try room(12)
        (told.records, told.recordedSeconds) = (1, 10)
        let entry = SessionJournal.Entry(1, try session("one"), .record(record(1)))
        journal.note(try #require(entry), of: told)
        journal.close()
        let again = try open()
        #expect(again.remainingRooms.first?.chain == RecordChain(count: 1, seconds: 10))
        #expect(again.remainingReports.map(\.happening) == [.record(record(1))])
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
