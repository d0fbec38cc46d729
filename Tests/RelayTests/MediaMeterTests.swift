import RTP
import Relay
import TestSupport
import Testing

@Suite struct MediaMeterTests {
    private func seconds(_ meter: MediaMeter, _ now: Double) -> Double { Double(meter.mediaTime(at: at(now))) / 1e9 }

    @Test func `one side alone never counts`() {
        var meter = MediaMeter()
        for step in 0..<1000 { meter.media(from: .first, at: at(Double(step) * 0.02)) }
        #expect(seconds(meter, 20) == 0)
        #expect(!meter.hasRun)
    }

    @Test func `counting begins with the later side and ends two seconds after the earlier end`() {
        var meter = MediaMeter()
        meter.media(from: .first, at: at(10))
        meter.media(from: .second, at: at(11))
        #expect(meter.isRunning(at: at(11)))
        #expect(seconds(meter, 11.5) == 0.5)
        #expect(seconds(meter, 12) == 1)
        #expect(!meter.isRunning(at: at(12)))
        #expect(seconds(meter, 100) == 1)
    }

    @Test func `pauses of discontinuous transmission count`() {
        var meter = MediaMeter()
        for step in 0...250 {
            meter.media(from: .first, at: at(Double(step) * 0.4))
            meter.media(from: .second, at: at(Double(step) * 0.4 + 0.1))
        }
        #expect(seconds(meter, 100) == 99.9)
    }

    @Test func `a side that was silent for longer counts again from its packet on`() {
        var meter = MediaMeter()
        for step in 0...100 {
            meter.media(from: .first, at: at(Double(step) * 0.1))
            if [10, 50, 55].contains(step) { meter.media(from: .second, at: at(Double(step) * 0.1)) }
        }
        // 1 to 3, and 5 to 7.5.
        #expect(seconds(meter, 10) == 4.5)
    }

    @Test func `a leap forward counts what was left of two seconds`() {
        var meter = MediaMeter()
        meter.media(from: .first, at: at(0))
        meter.media(from: .second, at: at(0))
        meter.media(from: .first, at: at(100))
        meter.media(from: .second, at: at(100))
        meter.advance(to: at(3700))
        #expect(seconds(meter, 3700) == 4)
    }

    @Test func `an earlier instant is ignored`() {
        var meter = MediaMeter()
        meter.media(from: .first, at: at(50))
        meter.media(from: .second, at: at(50))
        meter.advance(to: at(51))
        #expect(seconds(meter, 51) == 1)
        meter.advance(to: at(1))
        meter.media(from: .first, at: at(2))
        meter.seatGone(.first, at: at(3))
        #expect(seconds(meter, 1) == 1)
        #expect(seconds(meter, 60) == 1)
        #expect(!meter.isRunning(at: at(1)))
    }

    @Test func `a seat that goes takes the rest of its two seconds with it`() {
        var meter = MediaMeter()
        meter.media(from: .first, at: at(0))
        meter.media(from: .second, at: at(0))
        meter.seatGone(.second, at: at(0.5))
        meter.media(from: .first, at: at(0.6))
        #expect(!meter.isRunning(at: at(0.5)))
        #expect(seconds(meter, 5) == 0.5)
        meter.media(from: .second, at: at(1))
        #expect(seconds(meter, 1.25) == 0.75)
    }

    @Test func `a checkpoint is where time goes on`() {
        var meter = MediaMeter(mediaSeconds: 599)
        meter.media(from: .first, at: at(0))
        meter.media(from: .second, at: at(0))
        #expect(seconds(meter, 1) == 600)
        #expect(seconds(MediaMeter(mediaSeconds: -5), 0) == 0)
        #expect(seconds(MediaMeter(mediaSeconds: .max), 0) == 4_600_000_000)
    }

    @Test func `the fast path is taken while both sides are fresh`() {
        var meter = MediaMeter()
        let begins = (meter.media(from: .first, at: at(0)), meter.media(from: .second, at: at(0)))
        #expect(begins == (true, true))
        var slow = 0
        for step in 1...10_000 where meter.media(from: step % 2 == 0 ? .first : .second, at: at(Double(step) * 0.001)) {
            slow += 1
        }
        #expect(slow <= 5)
        #expect(seconds(meter, 10) == 10)
    }

    @Test func `the ends of the clock do not trap`() {
        var meter = MediaMeter(mediaSeconds: .max)
        for nanoseconds in [Int64.min, .min + 1, 0, .max - 1, .max, 0] {
            for seat in Seat.allCases {
                meter.media(from: seat, at: MonotonicInstant(nanoseconds: nanoseconds))
                meter.advance(to: MonotonicInstant(nanoseconds: nanoseconds))
                _ = meter.mediaTime(at: MonotonicInstant(nanoseconds: nanoseconds))
            }
        }
        #expect(meter.mediaTime(at: at(0)) > 0)
    }

    /// One packet, or one side's departure.
    private struct Step {
        var seat: Seat
        var leaves: Bool
        var time: Int64
    }

    private func randomCall(_ generator: inout SeededGenerator) -> [Step] {
        var time: Int64 = 0
        return (0..<(20 + generator.below(150))).map { _ in
            switch generator.below(20) {
            case 0: time += Int64(generator.below(6_000)) * 1_000_000
            case 1: time += 2_000_000_000
            case 2: time += 1_999_999_999 + Int64(generator.below(3))
            case 3: break
            default: time += Int64(generator.below(900_000_000))
            }
            return Step(
                seat: generator.below(2) == 0 ? .first : .second, leaves: generator.below(40) == 0, time: time)
        }
    }

    /// Media time by the definition alone: every nanosecond range in which both sides are fresh, added up.
    private func reference(_ steps: [Step], until end: Int64) -> Int64 {
        func fresh(_ seat: Seat) -> [ClosedRange<Int64>] {
            var ranges: [ClosedRange<Int64>] = []
            for step in steps where step.seat == seat {
                if step.leaves {
                    if let last = ranges.last, last.upperBound > step.time {
                        ranges[ranges.count - 1] = last.lowerBound...step.time
                    }
                } else if let last = ranges.last, last.upperBound >= step.time {
                    ranges[ranges.count - 1] = last.lowerBound...(step.time + 2_000_000_000)
                } else {
                    ranges.append(step.time...(step.time + 2_000_000_000))
                }
            }
            return ranges
        }
        var sum: Int64 = 0
        let second = fresh(.second)
        for range in fresh(.first) {
            for other in second {
                sum += max(0, min(range.upperBound, other.upperBound, end) - max(range.lowerBound, other.lowerBound))
            }
        }
        return sum
    }

    @Test func `random calls count exactly what the definition says, however often somebody asks`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let steps = randomCall(&generator)
            let end = (steps.last?.time ?? 0) + Int64(generator.below(5_000_000_000))
            var plain = MediaMeter()
            var asked = MediaMeter()
            var previous: Int64 = 0
            var clock: Int64 = 0
            for step in steps {
                let now = MonotonicInstant(nanoseconds: step.time)
                for _ in 0..<generator.below(4) {
                    clock = min(step.time, clock + Int64(generator.below(700_000_000)))
                    let between = MonotonicInstant(nanoseconds: clock)
                    asked.advance(to: between)
                    let count = asked.mediaTime(at: between)
                    #expect(count >= previous && count <= clock)
                    previous = count
                }
                clock = max(clock, step.time)
                if step.leaves {
                    plain.seatGone(step.seat, at: now)
                    asked.seatGone(step.seat, at: now)
                } else {
                    plain.media(from: step.seat, at: now)
                    asked.media(from: step.seat, at: now)
                }
            }
            let instant = MonotonicInstant(nanoseconds: end)
            let expected = reference(steps, until: end)
            #expect(plain.mediaTime(at: instant) == expected)
            #expect(asked.mediaTime(at: instant) == expected)
        }
    }

    @Test func `a clock that jumps about never makes the time run backwards or ahead of the clock`() {
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<200 {
            var meter = MediaMeter()
            var time: Int64 = 0
            var highest: Int64 = 0
            var lowest: Int64 = .max
            var previous: Int64 = 0
            for _ in 0..<300 {
                time += Int64(generator.below(4_000_000_000)) - 1_500_000_000
                time = max(time, 0)
                highest = max(highest, time)
                lowest = min(lowest, time)
                let now = MonotonicInstant(nanoseconds: time)
                switch generator.below(10) {
                case 0: meter.advance(to: now)
                case 1: meter.seatGone(generator.below(2) == 0 ? .first : .second, at: now)
                default: meter.media(from: generator.below(2) == 0 ? .first : .second, at: now)
                }
                let count = meter.mediaTime(at: MonotonicInstant(nanoseconds: highest))
                #expect(count >= previous)
                #expect(count <= highest - lowest)
                previous = count
            }
        }
    }
}
