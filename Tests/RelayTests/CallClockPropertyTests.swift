import RTP
import Relay
import TestSupport
import Testing

/// Random calls against what must hold for money's sake whatever happens.
@Suite struct CallClockPropertyTests {
    @Test func `in random calls the clock keeps its promises`() {
        var generator = SeededGenerator(seed: 11)
        var closed = 0
        var graces = 0
        for _ in 0..<400 {
            let threshold = generator.below(8)
            let grace = generator.below(4)
            let policy = BillingPolicy(
                thresholdSeconds: threshold, warningSeconds: generator.below(4), graceSeconds: grace)
            var clock = CallClock(policy: policy)
            var now: Int64 = 1_000_000_000_000
            var horizon = threshold
            var last = clock.status(at: MonotonicInstant(nanoseconds: now))
            var warned: Set<Int> = []
            var graceSince: Int64?
            for _ in 0..<400 {
                now += Int64(generator.below(60_000_000))
                let instant = MonotonicInstant(nanoseconds: now)
                var event: CallClock.Event?
                switch generator.below(100) {
                case 0: event = .seatGone(generator.below(2) == 0 ? .first : .second)
                case 1, 2:
                    let seconds = generator.below(14)
                    if clock.isOpen { horizon = max(horizon, seconds) }
                    event = .extendHorizon(to: seconds)
                case 3: now += Int64(generator.below(4_000_000_000))
                case 4...30: event = .tick
                default:
                    if clock.media(from: generator.below(2) == 0 ? .first : .second, at: instant) { event = .tick }
                }
                guard let event else { continue }
                let wasOpen = clock.isOpen
                let actions = clock.handle(event, at: instant)
                #expect(wasOpen || actions.isEmpty)
                for (index, action) in actions.enumerated() {
                    switch action {
                    case .status(let status):
                        #expect(status.mediaSeconds >= last.mediaSeconds)
                        #expect(status.horizonSeconds == horizon && status.thresholdSeconds == threshold)
                        #expect((status.state == .free) == (status.mediaSeconds < threshold && clock.isOpen))
                        #expect(status.state != .paid || (threshold..<horizon).contains(status.mediaSeconds))
                        if status.state == .grace {
                            if graceSince == nil { graceSince = now }
                        } else if status.state != .closed {
                            graceSince = nil
                        }
                        last = status
                    case .warning(let left, let reason):
                        if reason == .unpaid {
                            graces += 1
                            #expect(left == grace && last.state == .grace)
                        } else {
                            #expect(left > 0 && left <= policy.warningSeconds)
                            #expect(left == horizon - last.mediaSeconds)
                            #expect((reason == .threshold) == (horizon == threshold))
                            let first = warned.insert(horizon).inserted
                            #expect(first)
                        }
                    case .closeGate:
                        closed += 1
                        #expect(index == actions.count - 1)
                        #expect(last.state == .closed && last.mediaSeconds >= horizon)
                        let held = graceSince.map { now - $0 } ?? 0
                        #expect(grace == 0 || held >= Int64(grace) * 1_000_000_000)
                    }
                }
                let repeated = clock.handle(.tick, at: instant)
                #expect(repeated.isEmpty)
            }
        }
        #expect(closed > 50 && graces > 50)
    }

    @Test func `a loop that sleeps until each deadline misses nothing`() {
        var generator = SeededGenerator(seed: 12)
        for _ in 0..<100 {
            let policy = BillingPolicy(thresholdSeconds: 3, warningSeconds: 2, graceSeconds: 2)
            var polled = CallClock(policy: policy)
            var sleeping = CallClock(policy: policy)
            var polledLog: [CallClock.Action] = []
            var sleepingLog: [CallClock.Action] = []
            // Packets on a grid of 20 ms; one loop ticks each millisecond, the other only when it was told to.
            for millisecond in 0..<9_000 {
                let instant = MonotonicInstant(nanoseconds: Int64(millisecond) * 1_000_000)
                polledLog += polled.handle(.tick, at: instant)
                if let deadline = sleeping.nextDeadline(after: instant), deadline <= instant {
                    sleepingLog += sleeping.handle(.tick, at: instant)
                }
                guard millisecond % 20 == 0 else { continue }
                for seat in Seat.allCases where generator.below(8) != 0 {
                    polled.media(from: seat, at: instant)
                    if sleeping.media(from: seat, at: instant) { sleepingLog += sleeping.handle(.tick, at: instant) }
                }
                polledLog += polled.handle(.tick, at: instant)
            }
            #expect(polledLog == sleepingLog)
            #expect(polledLog.last == .closeGate)
        }
    }
}
