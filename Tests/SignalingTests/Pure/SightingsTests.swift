import Identifiers
import RTP
import Testing

@testable import Signaling

@Suite struct SightingsTests {
    private let ada: UserID
    private let bob: UserID
    private let start = MonotonicInstant(nanoseconds: 0)

    init() throws {
        ada = try #require(UserID("ada"))
        bob = try #require(UserID("bob"))
    }

    private func at(_ seconds: Double) -> MonotonicInstant { start.advanced(by: NanosecondCount(seconds * 1e9)) }

    /// Tells what is due.
    ///
    /// - Returns: what was said.
    private func tell(_ sightings: inout Sightings, at now: Double) -> [UserID: Bool] {
        var said: [UserID: Bool] = [:]
        for user in sightings.overdue(at: at(now)) {
            guard let word = sightings.word(on: user) else { continue }
            said[user] = word
            sightings.told(user, isConnected: word)
        }
        return said
    }

    @Test func `whoever comes is told of at once and once, and so is whoever goes`() {
        var sightings = Sightings()
        #expect(sightings.overdue(at: at(0)) == [])
        sightings.note(ada, isConnected: true, now: at(0))
        #expect(tell(&sightings, at: 0) == [ada: true])
        // Further tabs change nothing.
        sightings.note(ada, isConnected: true, now: at(1))
        #expect(tell(&sightings, at: 1) == [:])
        sightings.note(bob, isConnected: true, now: at(2))
        sightings.note(ada, isConnected: false, now: at(2))
        #expect(tell(&sightings, at: 2) == [ada: false, bob: true])
        #expect(tell(&sightings, at: 999) == [:])
    }

    @Test func `what is being told is told by nobody else, and a change meanwhile follows`() {
        var sightings = Sightings()
        sightings.note(ada, isConnected: true, now: at(0))
        #expect(sightings.overdue(at: at(0)) == [ada])
        #expect(sightings.overdue(at: at(0)) == [])
        #expect(sightings.word(on: ada) == true)
        sightings.note(ada, isConnected: false, now: at(1))
        #expect(sightings.overdue(at: at(1)) == [])
        sightings.told(ada, isConnected: true)
        #expect(sightings.word(on: ada) == nil)
        #expect(tell(&sightings, at: 1) == [ada: false])
        #expect(tell(&sightings, at: 999) == [:])
    }

    @Test func `of somebody who comes and goes while it waits, the newest state is said`() {
        var sightings = Sightings()
        sightings.note(ada, isConnected: true, now: at(0))
        #expect(sightings.overdue(at: at(0)) == [ada])
        // It has waited for its turn: only now it is looked what there is to say.
        for isConnected in [false, true, false] { sightings.note(ada, isConnected: isConnected, now: at(0)) }
        #expect(sightings.word(on: ada) == false)
        sightings.told(ada, isConnected: false)
        #expect(tell(&sightings, at: 999) == [:])
    }

    @Test func `who goes and is back before that was told is not told of`() {
        var sightings = Sightings()
        sightings.note(ada, isConnected: true, now: at(0))
        #expect(tell(&sightings, at: 0) == [ada: true])
        sightings.note(ada, isConnected: false, now: at(1))
        sightings.note(ada, isConnected: true, now: at(1))
        #expect(tell(&sightings, at: 1) == [:])
    }

    @Test func `what could not be told is told again, with pauses that grow`() {
        var sightings = Sightings()
        sightings.note(ada, isConnected: true, now: at(0))
        var now = 0.0
        for pause in [0.25, 0.5, 1, 2, 4, 8, 10, 10] {
            #expect(sightings.overdue(at: at(now)) == [ada])
            sightings.notTold(ada, now: at(now))
            #expect(sightings.overdue(at: at(now + pause - 0.01)) == [])
            now += pause
        }
        #expect(tell(&sightings, at: now) == [ada: true])
    }

    @Test func `an attempt that failed may have been heard: what was so before is said again`() {
        var sightings = Sightings()
        sightings.note(ada, isConnected: true, now: at(0))
        #expect(tell(&sightings, at: 0) == [ada: true])
        sightings.note(ada, isConnected: false, now: at(1))
        #expect(sightings.overdue(at: at(1)) == [ada])
        sightings.notTold(ada, now: at(1))
        sightings.note(ada, isConnected: true, now: at(1))
        #expect(tell(&sightings, at: 2) == [ada: true])
        #expect(tell(&sightings, at: 999) == [:])
    }

    @Test func `those who have gone are not remembered without bound`() throws {
        var sightings = Sightings(maximum: 3)
        let users = try (0..<5).map { try #require(UserID("user-\($0)")) }
        for user in users { sightings.note(user, isConnected: true, now: at(0)) }
        #expect(Set(tell(&sightings, at: 0).keys) == Set(users))
        for user in users { sightings.note(user, isConnected: false, now: at(1)) }
        #expect(Set(tell(&sightings, at: 1).keys) == Set(users[..<3]))
        // Who comes is told of in any case.
        for user in users { sightings.note(user, isConnected: true, now: at(2)) }
        #expect(tell(&sightings, at: 2).count == 5)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `whatever happens, the marketplace ends up with what is so`(seed: UInt64) {
        var sightings = Sightings()
        var state = seed
        func random(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }
        var now = 0.0
        var isConnected = false
        var held = false
        var waiting: Bool?
        for _ in 0..<5000 {
            now += Double(random(100)) / 100
            switch random(4) {
            case 0:
                isConnected.toggle()
                sightings.note(ada, isConnected: isConnected, now: at(now))
            case 1: if waiting == nil, !sightings.overdue(at: at(now)).isEmpty { waiting = sightings.word(on: ada) }
            case 2:
                guard let word = waiting else { continue }
                held = word
                sightings.told(ada, isConnected: word)
                waiting = nil
            default:
                guard let word = waiting else { continue }
                // It failed, and may have been heard all the same.
                if random(2) == 0 { held = word }
                sightings.notTold(ada, now: at(now))
                waiting = nil
            }
        }
        if let word = waiting {
            held = word
            sightings.told(ada, isConnected: word)
        }
        for word in tell(&sightings, at: now + 100).values { held = word }
        #expect(held == isConnected)
    }
}
