import RTP
import Relay
import Testing

@Suite struct CallClockTests {
    /// Plays both sides' media at 50 packets a second and gives the clock the ticks it asks for.
    struct Player {
        var clock: CallClock
        var now: Double
        var log: [String] = []

        init(
            _ threshold: Int?, warning: Int = 0, grace: Int = 5, media: Int = 0, horizon: Int? = nil,
            from now: Double = 100
        ) {
            clock = CallClock(
                policy: BillingPolicy(thresholdSeconds: threshold, warningSeconds: warning, graceSeconds: grace),
                mediaSeconds: media, horizon: horizon)
            self.now = now
        }

        /// Lets `seconds` pass in which `seats` send; ticks come when the clock asks for them.
        mutating func run(_ seconds: Double, _ seats: [Seat] = Seat.allCases) {
            let start = now
            let steps = Int((seconds * 50).rounded())
            for step in 0...steps {
                now = start + Double(step) / 50
                tickIfDue()
                if step == steps { break }
                for seat in seats where clock.media(from: seat, at: at(now)) { handle(.tick) }
            }
        }

        mutating func tickIfDue() {
            while let deadline = clock.nextDeadline(after: at(now)), deadline <= at(now) {
                let before = log.count
                handle(.tick)
                if log.count == before { break }
            }
        }

        mutating func handle(_ event: CallClock.Event) {
            for action in clock.handle(event, at: at(now)) {
                switch action {
                case .status(let status):
                    log.append("\(status.state) \(status.mediaSeconds)\(status.running ? "" : " still")")
                case .warning(let left, let reason): log.append("warn \(left) \(reason)")
                case .closeGate: log.append("close")
                }
            }
        }

        /// What was logged since the last call.
        mutating func take() -> [String] {
            defer { log = [] }
            return log
        }

        mutating func takeWarnings() -> [String] { take().filter { $0.hasPrefix("warn") } }
    }

    @Test func `free, warned, grace, closed`() {
        var call = Player(6, warning: 3, grace: 2)
        call.run(10)
        #expect(
            call.take() == [
                "free 0", "free 1", "free 2", "free 3", "warn 3 threshold", "free 4", "free 5", "grace 6",
                "warn 2 unpaid", "grace 7", "closed 8 still", "close",
            ])
        #expect(!call.clock.isOpen)
        call.handle(.extendHorizon(to: 100))
        call.run(5)
        #expect(call.take() == [])
        #expect(call.clock.status(at: at(call.now)).mediaSeconds == 8)
        #expect(call.clock.nextDeadline(after: at(call.now)) == nil)
    }

    @Test func `a grant before the threshold makes the seconds from there on paid`() {
        var call = Player(4, warning: 1, grace: 2)
        call.run(2)
        call.handle(.extendHorizon(to: 7))
        call.run(6)
        #expect(
            call.take() == [
                "free 0", "free 1", "free 2", "free 2", "free 3", "paid 4", "paid 5", "paid 6", "warn 1 horizon",
                "grace 7", "warn 2 unpaid", "grace 8",
            ])
    }

    @Test func `a grant in the grace period goes on without closing`() {
        var call = Player(3, grace: 4)
        call.run(5.5)
        let log = call.take()
        #expect(log.suffix(4) == ["grace 3", "warn 4 unpaid", "grace 4", "grace 5"])
        call.handle(.extendHorizon(to: 8))
        #expect(call.take() == ["paid 5"])
        #expect(call.clock.isOpen)
        call.run(3.5)
        #expect(call.take() == ["paid 6", "paid 7", "grace 8", "warn 4 unpaid", "grace 9"])
    }

    @Test func `a grant that media time has passed already does not end the grace period`() {
        var call = Player(2, grace: 4)
        call.run(5)
        call.handle(.extendHorizon(to: 4))
        let log = call.take()
        #expect(log.last == "grace 5")
        #expect(call.clock.status(at: at(call.now)).horizonSeconds == 4)
        call.run(1)
        #expect(call.take() == ["closed 6 still", "close"])
    }

    @Test func `a grant that comes when the grace period is over but the gate still open counts`() {
        var call = Player(1, grace: 2)
        call.run(2.98)
        call.now += 0.5
        call.handle(.extendHorizon(to: 60))
        #expect(call.clock.isOpen)
        let log = call.take()
        #expect(log.last == "paid 3")
    }

    @Test func `the horizon never moves backwards`() {
        var call = Player(10)
        call.run(1)
        call.handle(.extendHorizon(to: 30))
        _ = call.take()
        for seconds in [20, 30, 0, -1, .min] { call.handle(.extendHorizon(to: seconds)) }
        #expect(call.take() == [])
        #expect(call.clock.status(at: at(call.now)).horizonSeconds == 30)
    }

    @Test func `without a grace period the gate closes at the horizon`() {
        var call = Player(2, grace: 0)
        call.run(4)
        #expect(call.take() == ["free 0", "free 1", "closed 2 still", "close"])
    }

    @Test func `an unmetered call counts and never warns or closes`() {
        var call = Player(nil, warning: 60, grace: 1)
        call.handle(.extendHorizon(to: 1))
        call.run(1000)
        let log = call.take()
        #expect(log.count == 1001 && log.first == "unmetered 0" && log.last == "unmetered 1000")
        #expect(call.clock.isOpen)
        let status = call.clock.status(at: at(call.now))
        #expect(status.thresholdSeconds == nil && status.horizonSeconds == nil)
    }

    @Test func `a resumed call goes on from its checkpoint`() {
        var call = Player(600, warning: 60, media: 598, horizon: 1200)
        #expect(call.clock.status(at: at(0)).state == .free)
        call.run(3)
        #expect(call.take() == ["free 598", "free 599", "paid 600", "paid 601"])
    }

    @Test func `a call resumed with its time used up is in grace with the first packet`() {
        var call = Player(600, warning: 60, grace: 3, media: 700)
        #expect(call.clock.status(at: at(0)).state == .grace)
        #expect(call.clock.nextDeadline(after: at(50)) == nil)
        call.handle(.tick)
        #expect(call.take() == [])
        call.run(4, [.second])
        #expect(call.take() == ["grace 700 still", "warn 3 unpaid", "closed 700 still", "close"])
    }

    @Test func `a horizon below the threshold does not count`() {
        let clock = CallClock(policy: BillingPolicy(thresholdSeconds: 600), mediaSeconds: 0, horizon: 5)
        #expect(clock.status(at: at(0)).horizonSeconds == 600)
        let negative = CallClock(policy: BillingPolicy(thresholdSeconds: -5))
        #expect(negative.status(at: at(0)).horizonSeconds == 0)
    }

    @Test func `a warning longer than the free time comes when media runs`() {
        var call = Player(5, warning: 60)
        call.run(3, [.first])
        #expect(call.take() == [])
        call.run(2)
        #expect(call.take() == ["free 0", "warn 5 threshold", "free 1", "free 2"])
    }

    @Test func `a warning longer than the granted time comes with the grant`() {
        var call = Player(5, warning: 60)
        call.run(2)
        _ = call.take()
        call.handle(.extendHorizon(to: 10))
        #expect(call.take() == ["free 2", "warn 8 horizon"])
        call.handle(.extendHorizon(to: 10))
        #expect(call.take() == [])
    }

    @Test func `every horizon is warned of once`() {
        var call = Player(10, warning: 3)
        call.run(8)
        #expect(call.takeWarnings() == ["warn 3 threshold"])
        call.handle(.extendHorizon(to: 20))
        call.run(10)
        #expect(call.takeWarnings() == ["warn 3 horizon"])
        call.handle(.extendHorizon(to: 30))
        call.run(8)
        #expect(call.takeWarnings() == [])
    }

    @Test func `a side that is silent stops the clock and its return starts it`() {
        var call = Player(600)
        call.run(1)
        call.run(4, [.first])
        call.run(1)
        #expect(
            call.take() == ["free 0", "free 1", "free 2", "free 2 still", "free 2", "free 3"])
    }

    @Test func `a side that leaves stops the clock at once`() {
        var call = Player(600)
        call.run(1.5)
        call.handle(.seatGone(.second))
        call.run(3, [.first])
        #expect(call.take() == ["free 0", "free 1", "free 1 still"])
        #expect(call.clock.nextDeadline(after: at(call.now)) == nil)
    }

    @Test func `the grace period is real time, also when nobody sends`() {
        var call = Player(2, grace: 10)
        call.run(3)
        call.handle(.seatGone(.first))
        call.handle(.seatGone(.second))
        _ = call.take()
        call.run(9.5, [])
        #expect(call.take() == ["closed 3 still", "close"])
    }

    @Test func `a leap of an hour takes no call to its horizon, but ends a grace period`() {
        var call = Player(10, grace: 30)
        call.run(5)
        call.now += 3600
        call.run(1)
        #expect(call.clock.isOpen)
        // The last packets were 20 ms before the leap.
        #expect(call.clock.status(at: at(call.now)).mediaSeconds == 7)
        call.run(6)
        #expect(call.clock.status(at: at(call.now)).state == .grace)
        call.now += 3600
        call.handle(.tick)
        #expect(!call.clock.isOpen)
    }

    @Test func `a clock that jumps back closes nothing and shows the latest reading`() {
        var call = Player(10, grace: 30)
        call.run(5)
        let before = call.clock.status(at: at(call.now))
        call.now -= 90
        call.handle(.tick)
        call.run(3)
        #expect(call.clock.status(at: at(call.now)) == before)
        #expect(call.clock.isOpen)
    }

    @Test func `a late tick reports the seconds between as one`() {
        var clock = CallClock(policy: BillingPolicy(thresholdSeconds: 600))
        for step in 0...500 {
            for seat in Seat.allCases { clock.media(from: seat, at: at(Double(step) * 0.02)) }
        }
        let actions = clock.handle(.tick, at: at(10))
        let expected = ClockStatus(
            state: .free, mediaSeconds: 10, thresholdSeconds: 600, horizonSeconds: 600, running: true)
        #expect(actions == [.status(expected)])
        let repeated = clock.handle(.tick, at: at(10))
        #expect(repeated.isEmpty)
    }

    @Test func `media says when a tick is due, and only then`() {
        var clock = CallClock(policy: BillingPolicy(thresholdSeconds: 600))
        let due = (clock.media(from: .first, at: at(1)), clock.media(from: .second, at: at(1)))
        #expect(due == (false, true))
        #expect(clock.nextDeadline(after: at(1)) == at(1))
        _ = clock.handle(.tick, at: at(1))
        let again = clock.media(from: .second, at: at(1.02))
        #expect(!again)
        #expect(clock.nextDeadline(after: at(1.02)) == at(2))
        #expect(clock.nextDeadline(after: at(1.02)) == clock.nextDeadline(after: at(1.5)))
    }

    @Test func `the end of freshness is a deadline`() {
        var clock = CallClock(policy: BillingPolicy(thresholdSeconds: 600))
        clock.media(from: .first, at: at(1))
        clock.media(from: .second, at: at(1.5))
        _ = clock.handle(.tick, at: at(1.5))
        #expect(clock.nextDeadline(after: at(1.5)) == at(2.5))
        _ = clock.handle(.tick, at: at(2.5))
        #expect(clock.nextDeadline(after: at(2.5)) == at(3))
        #expect(!clock.status(at: at(3)).running)
    }
}
