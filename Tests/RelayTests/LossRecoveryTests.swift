import RTP
import Relay
import TestSupport
import Testing

@Suite struct LossRecoveryTests {
    private static let trip = NanosecondCount.milliseconds(50)

    private struct Stream {
        var recovery = LossRecovery(policy: .video(asks: true))

        mutating func take(_ sequence: UInt16, _ seconds: Double, repair: Bool = false) -> LossRecovery.Arrival {
            recovery.received(sequence, isRetransmission: repair, roundTrip: LossRecoveryTests.trip, at: at(seconds))
        }

        mutating func due(_ seconds: Double) -> (lost: [UInt16], isBroken: Bool) {
            var lost: [UInt16] = []
            let isBroken = recovery.due(at: at(seconds), roundTrip: LossRecoveryTests.trip, into: &lost)
            return (lost, isBroken)
        }
    }

    @Test func `a missing packet is asked for after a moment, again each round trip, and given up after a second`() {
        var stream = Stream()
        for sequence in [65534, 65535, 1] as [UInt16] { _ = stream.take(sequence, 0) }
        #expect(stream.recovery.isMissing(0))
        var asked: [Double] = []
        var brokenAt: Double?
        for tick in 1...200 {
            let seconds = Double(tick) / 100
            let due = stream.due(seconds)
            if due.lost == [0] { asked.append(seconds) } else { #expect(due.lost.isEmpty) }
            if due.isBroken { brokenAt = seconds }
        }
        #expect(asked.first == 0.01)
        let steps = zip(asked, asked.dropFirst()).map { $1 - $0 }
        #expect(steps.prefix(5).allSatisfy { (0.0625...0.0701).contains($0) })
        #expect(steps.dropFirst(5).allSatisfy { $0 >= 0.125 } && asked.count >= 7)
        #expect((1...1.02).contains(brokenAt ?? 0))
        #expect(stream.recovery.missed == 1 && stream.recovery.abandoned == 1 && stream.recovery.recovered == 0)
        #expect(!stream.recovery.hasMissing)
    }

    @Test func `a packet that comes by itself is no loss, and teaches patience`() {
        var stream = Stream()
        _ = stream.take(1, 0)
        _ = stream.take(3, 0)
        #expect(stream.take(2, 0.03) == .late)
        #expect(stream.recovery.missed == 0 && !stream.recovery.hasMissing)
        #expect(stream.recovery.tolerance > .milliseconds(30))
        _ = stream.take(5, 1)
        #expect(stream.due(1.03).lost.isEmpty)
        #expect(stream.due(1.05).lost == [4])
    }

    @Test func `an answer is a recovery, a second copy of it is nothing`() {
        var stream = Stream()
        _ = stream.take(1, 0)
        _ = stream.take(3, 0)
        #expect(stream.due(0.02).lost == [2])
        #expect(stream.take(2, 0.08, repair: true) == .late)
        #expect(stream.take(2, 0.09, repair: true) == .duplicate)
        #expect(stream.take(3, 0.09) == .duplicate)
        #expect(stream.recovery.missed == 1 && stream.recovery.recovered == 1 && stream.recovery.duplicates == 2)
    }

    @Test func `a repetition is none that was only late, however soon it comes`() {
        var stream = Stream()
        for sequence in [1, 4, 5] as [UInt16] { _ = stream.take(sequence, 0) }
        #expect(stream.take(2, 0.002, repair: true) == .late)
        #expect(stream.due(0.02).lost == [3])
        #expect(stream.take(3, 0.022, repair: true) == .late)
        #expect(stream.recovery.missed == 2 && stream.recovery.recovered == 2 && stream.recovery.arrived == 3)
        #expect(stream.recovery.tolerance == .milliseconds(10))
    }

    @Test func `a key frame makes what lies before it dispensable`() {
        var stream = Stream()
        _ = stream.take(1, 0)
        _ = stream.take(3, 0)
        stream.recovery.keyFrameStarted(3)
        #expect(!stream.due(2).isBroken)
        #expect(stream.recovery.abandoned == 1)
    }

    @Test func `a gap that is too large is not mended but replaced`() {
        var stream = Stream()
        _ = stream.take(1, 0)
        _ = stream.take(1000, 0)
        let due = stream.due(0.01)
        #expect(due.isBroken && due.lost.isEmpty)
        #expect(stream.recovery.abandoned == 998)
    }

    @Test func `a stream that leaps has restarted, but not by a retransmission`() {
        var stream = Stream()
        _ = stream.take(100, 0)
        #expect(stream.take(40_000, 0, repair: true) == .duplicate)
        #expect(stream.take(101, 0) == .new)
        #expect(stream.take(40_000, 0) == .new)
        #expect(stream.take(40_001, 0) == .new)
        #expect(!stream.recovery.hasMissing)
    }

    @Test func `nothing is asked of a sender that did not agree`() {
        var recovery = LossRecovery(policy: .audio(asks: false))
        var lost: [UInt16] = []
        for sequence in [1, 3] as [UInt16] { _ = recovery.received(sequence, roundTrip: nil, at: at(0)) }
        #expect(!recovery.due(at: at(0.1), roundTrip: nil, into: &lost))
        #expect(!recovery.due(at: at(1), roundTrip: nil, into: &lost))
        #expect(lost.isEmpty && recovery.missed == 1 && recovery.abandoned == 1)
    }

    @Test
    func `what a burst of a quarter of a second takes comes again after it, though all questions in it are lost`() {
        var recovery = LossRecovery(policy: .video(asks: true))
        var asked: [(at: Int, sequence: UInt16)] = []
        // A packet each 4 ms, a round trip of 2 ms; from 1 s on nothing gets through, but for what shows the gap.
        for millisecond in 0..<3000 {
            let isBurst = (1000..<1250).contains(millisecond)
            if millisecond % 4 == 0, !isBurst || millisecond == 1100 {
                _ = recovery.received(
                    UInt16(millisecond / 4), roundTrip: .milliseconds(2), at: at(Double(millisecond) / 1000))
            }
            for question in asked where question.at == millisecond - 2 && !isBurst {
                _ = recovery.received(
                    question.sequence, isRetransmission: true, roundTrip: .milliseconds(2),
                    at: at(Double(millisecond) / 1000))
            }
            guard millisecond % 10 == 0 else { continue }
            var lost: [UInt16] = []
            _ = recovery.due(at: at(Double(millisecond) / 1000), roundTrip: .milliseconds(2), into: &lost)
            if !isBurst { asked += lost.map { (millisecond, $0) } }
        }
        #expect(recovery.abandoned == 0 && recovery.recovered == 62 && !recovery.hasMissing)
        #expect(recovery.arrived == 750 - recovery.recovered)
    }

    @Test func `the pace follows the least of the last round trips, and every report drives an old one out`() {
        var trips = RecentRoundTrips()
        #expect(trips.least == nil)
        for (reading, least) in [(40, 40), (900, 40), (30, 30), (35, 30), (50, 30), (60, 30), (70, 35)] {
            trips.add(NanosecondCount.milliseconds(Int64(reading)))
            #expect(trips.least == NanosecondCount.milliseconds(Int64(least)))
        }
    }

    @Test func `of five percent random loss less than a thousandth is left`() {
        var random = SeededGenerator(seed: 4588)
        var stream = Stream()
        // What is on the way: packets, and answers a round trip after the question.
        var flying: [(at: Double, sequence: UInt16, repair: Bool)] = []
        for step in 0..<60_000 {
            let now = Double(step) / 1000
            if step % 4 == 0, random.below(100) >= 5 {
                flying.append((now + 0.025, UInt16(truncatingIfNeeded: step / 4), false))
            }
            for packet in flying where packet.at <= now { _ = stream.take(packet.sequence, now, repair: packet.repair) }
            flying.removeAll { $0.at <= now }
            guard step % 10 == 0 else { continue }
            for sequence in stream.due(now).lost where random.below(100) >= 5 {
                flying.append((now + 0.05, sequence, true))
            }
        }
        #expect(stream.recovery.missed > 500)
        #expect(Double(stream.recovery.abandoned) / 15_000 < 0.001)
    }
}
