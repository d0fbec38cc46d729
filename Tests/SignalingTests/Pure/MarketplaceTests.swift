import Identifiers
import RTP
import Testing

@testable import Signaling

@Suite struct MarketplaceTests {
    private let ada = UserID("ada")
    private let bob = UserID("bob")
    private let start = MonotonicInstant(nanoseconds: 0)

    private func at(_ seconds: Double) -> MonotonicInstant { start.advanced(by: NanosecondCount(seconds * 1e9)) }

    // MARK: Attendance

    @Test func `whoever lost the last connection is overdue after a while, and once`() throws {
        let ada = try #require(ada)
        var attendance = Attendance(patience: .seconds(60))
        attendance.connected(ada)
        attendance.connected(ada)
        attendance.disconnected(ada, isExpected: true, now: at(0))
        #expect(attendance.overdue(at: at(100)) == [])
        attendance.disconnected(ada, isExpected: true, now: at(100))
        #expect(attendance.overdue(at: at(159.9)) == [])
        #expect(attendance.users == [ada])
        #expect(attendance.overdue(at: at(160)) == [ada])
        #expect(attendance.overdue(at: at(161)) == [])
        #expect(attendance.users == [])
        #expect(attendance.isGone(ada))
        attendance.told(ada)
        #expect(attendance.overdue(at: at(999)) == [])
    }

    @Test func `whoever comes back in time is not missed`() throws {
        let ada = try #require(ada)
        var attendance = Attendance(patience: .seconds(60))
        attendance.connected(ada)
        attendance.disconnected(ada, isExpected: true, now: at(0))
        attendance.connected(ada)
        #expect(attendance.overdue(at: at(100)) == [])
        #expect(attendance.users == [ada])
        // Nor while it is being told: then it is no longer so.
        attendance.disconnected(ada, isExpected: true, now: at(100))
        #expect(attendance.overdue(at: at(160)) == [ada])
        attendance.connected(ada)
        #expect(!attendance.isGone(ada))
        attendance.notTold(ada, now: at(161))
        #expect(attendance.overdue(at: at(999)) == [])
        // Gone again while the old news is still being told: the minute counts from the new loss.
        attendance.disconnected(ada, isExpected: true, now: at(1000))
        #expect(!attendance.isGone(ada))
        attendance.told(ada)
        #expect(attendance.overdue(at: at(1059)) == [])
        #expect(attendance.overdue(at: at(1060)) == [ada])
    }

    @Test func `what could not be told is told again, with pauses that grow`() throws {
        let ada = try #require(ada)
        var attendance = Attendance(patience: .seconds(60))
        attendance.connected(ada)
        attendance.disconnected(ada, isExpected: true, now: at(0))
        var now = 60.0
        for pause in [0.5, 1, 2, 4, 8, 16, 30, 30] {
            #expect(attendance.overdue(at: at(now)) == [ada])
            attendance.notTold(ada, now: at(now))
            #expect(attendance.overdue(at: at(now + pause - 0.01)) == [])
            now += pause
        }
        #expect(attendance.users == [])
        #expect(attendance.overdue(at: at(now)) == [ada])
        attendance.told(ada)
        #expect(attendance.overdue(at: at(now + 100)) == [])
    }

    @Test func `some are not expected back, and strangers are nobody`() throws {
        let (ada, bob) = (try #require(ada), try #require(bob))
        var attendance = Attendance(patience: .seconds(60))
        attendance.connected(ada)
        #expect(attendance.users == [ada])
        attendance.disconnected(ada, isExpected: false, now: at(0))
        attendance.disconnected(bob, isExpected: true, now: at(0))
        #expect(attendance.users == [])
        #expect(attendance.overdue(at: at(999)) == [])
    }

    // MARK: Ended sign-ins

    @Test func `ended sign-ins are remembered for their time, and not without bound`() {
        var revocations = Revocations(lifetime: .seconds(20), limit: 3)
        #expect(revocations.insert("a", at: at(0)) == true)
        #expect(revocations.insert("a", at: at(5)) == false)
        #expect(revocations.insert("b", at: at(10)) == true)
        revocations.forget(at: at(19))
        #expect(revocations.contains("a") && revocations.contains("b") && !revocations.contains("c"))
        revocations.forget(at: at(20))
        #expect(!revocations.contains("a") && revocations.contains("b"))
        for name in ["c", "d", "e"] { #expect(revocations.insert(name, at: at(21)) == true) }
        #expect(!revocations.contains("b") && revocations.contains("c") && revocations.contains("e"))
        revocations.forget(at: at(99))
        #expect(!revocations.contains("e"))

        var many = Revocations(lifetime: .seconds(1), limit: 100)
        for number in 0..<5000 {
            #expect(many.insert("\(number)", at: at(Double(number))) == true)
            many.forget(at: at(Double(number)))
            #expect(many.contains("\(number)") && !many.contains("\(number - 1)"))
        }
    }

    // MARK: Errands

    @Test func `errands run in order for each, and a few at a time for all`() throws {
        let users = try ["ada", "bob", "eve"].map { try #require(UserID($0)) }
        var errands = Errands(width: 2, maximum: 5, maximumPerUser: 3)
        let address = ReplyAddress(socket: SocketID(number: 1), id: .integer(1))
        #expect(errands.next() == nil)
        #expect(errands.append(.setAvailable(true, address), of: users[0]) == true)
        #expect(errands.append(.wentOffline, of: users[0]) == true)
        #expect(errands.append(.wentOffline, of: users[1]) == true)
        #expect(errands.append(.wentOffline, of: users[2]) == true)
        let first = errands.next()
        #expect(first?.user == users[0])
        #expect(first?.errand == .setAvailable(true, address))
        #expect(errands.next()?.user == users[1])
        #expect(errands.next() == nil)
        // Ada's second one waits behind who has been waiting for longer.
        errands.finished(users[0])
        #expect(errands.next()?.user == users[2])
        errands.finished(users[1])
        let last = errands.next()
        #expect(last?.user == users[0])
        #expect(last?.errand == .wentOffline)
        errands.finished(users[2])
        #expect(errands.append(.wentOffline, of: users[0]) == true)
        #expect(errands.next() == nil)
        errands.finished(users[0])
        #expect(errands.next()?.user == users[0])
        errands.finished(users[0])
        #expect(errands.next() == nil)
    }

    @Test func `too many errands are refused, of one and of all`() throws {
        let users = try ["ada", "bob"].map { try #require(UserID($0)) }
        var errands = Errands(width: 1, maximum: 3, maximumPerUser: 2)
        for _ in 0..<2 { #expect(errands.append(.wentOffline, of: users[0]) == true) }
        #expect(errands.append(.wentOffline, of: users[0]) == false)
        #expect(errands.append(.wentOffline, of: users[1]) == true)
        #expect(errands.append(.wentOffline, of: users[1]) == false)
        _ = errands.next()
        #expect(errands.append(.wentOffline, of: users[1]) == true)
    }
}
