import RTP
import Relay
import TestSupport
import Testing

@Suite struct ReceptionStatisticsTests {
    private func feed(
        _ statistics: inout ReceptionStatistics, _ sequences: some Sequence<UInt16>, from seconds: Double = 0
    ) {
        for (index, sequence) in sequences.enumerated() {
            statistics.received(
                sequence: sequence, timestamp: UInt32(index) * 160, arrival: at(seconds + Double(index) * 0.02))
        }
    }

    @Test func `nothing received is nothing to report`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        #expect(statistics.expected == 0 && statistics.lost == 0 && statistics.jitter == 0)
        let block = statistics.reportBlock(now: at(1))
        #expect(block == nil)
    }

    @Test func `a complete stream has neither loss nor jitter`() throws {
        var statistics = ReceptionStatistics(ssrc: 7, clockRate: 8000)
        feed(&statistics, 100..<200)
        let made = statistics.reportBlock(now: at(3))
        let block = try #require(made)
        #expect(
            block
                == ReportBlock(
                    ssrc: 7, fractionLost: 0, cumulativeLost: 0, extendedHighestSequence: 199, jitter: 0,
                    lastSenderReport: 0, delaySinceLastSenderReport: 0))
    }

    @Test func `the share of lost packets is that of the interval`() throws {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, (0..<100).filter { $0 % 4 != 3 || $0 == 99 })
        let first = statistics.reportBlock(now: at(2))
        #expect(first?.fractionLost == UInt8(24 * 256 / 100))
        #expect(first?.cumulativeLost == 24)
        feed(&statistics, 100..<200, from: 2)
        let second = statistics.reportBlock(now: at(4))
        #expect(second?.fractionLost == 0)
        #expect(second?.cumulativeLost == 24)
        let third = statistics.reportBlock(now: at(4))
        #expect(third?.fractionLost == 0)
    }

    @Test func `duplicates make the loss negative, never the share`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, [1, 2, 2, 2, 3, 1])
        #expect(statistics.lost == -3)
        let block = statistics.reportBlock(now: at(1))
        #expect(block?.cumulativeLost == -3)
        #expect(block?.fractionLost == 0)
    }

    @Test func `the highest number counts wrap-arounds`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, (0..<200_000).map { UInt16(truncatingIfNeeded: 65000 + $0) })
        let block = statistics.reportBlock(now: at(4000))
        #expect(block?.extendedHighestSequence == UInt32(65000 + 199_999))
        #expect(block?.cumulativeLost == 0)
        #expect(statistics.expected == 200_000)
    }

    @Test func `reordering is no loss`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, [65534, 0, 65535, 2, 1])
        #expect(statistics.lost == 0 && statistics.expected == 5)
    }

    @Test func `one stray packet is ignored, and two in a row are a restart`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, 1000..<1010)
        feed(&statistics, [30_000, 1010, 1011])
        #expect(statistics.received == 12 && statistics.lost == 0)
        feed(&statistics, [40_000, 40_001, 40_002])
        #expect(statistics.received == 2 && statistics.lost == 0)
        let block = statistics.reportBlock(now: at(1))
        #expect(block?.extendedHighestSequence == 40_002)
    }

    @Test func `jitter follows RFC 3550 A8`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        // Every second packet is 10 ms (80 units) late: |D| is 80 each time, and J tends towards it.
        for index in 0..<400 {
            let late = index % 2 == 0 ? 0 : 0.01
            statistics.received(
                sequence: UInt16(index), timestamp: UInt32(index) * 160, arrival: at(Double(index) * 0.02 + late))
        }
        #expect(abs(statistics.jitter - 0.01) < 0.0002)
        let block = statistics.reportBlock(now: at(10))
        #expect((78...80).contains(block?.jitter ?? 0))
    }

    @Test func `a sender report is repeated with the time since`() {
        var statistics = ReceptionStatistics(ssrc: 1, clockRate: 8000)
        feed(&statistics, 0..<5)
        statistics.senderReport(ntpMiddle: 0xB705_2000, at: at(10))
        let block = statistics.reportBlock(now: at(15.25))
        #expect(block?.lastSenderReport == 0xB705_2000)
        // RFC 3550 §6.4.1's example: 5.250 s.
        #expect(block?.delaySinceLastSenderReport == 0x0005_4000)
    }

    @Test func `no sequence of numbers, times and clock rates traps`() {
        var generator = SeededGenerator(seed: 31)
        for rate: UInt32 in [0, 1, 48_000, .max] {
            var statistics = ReceptionStatistics(ssrc: 1, clockRate: rate)
            for _ in 0..<5000 {
                let time = MonotonicInstant(nanoseconds: Int64(bitPattern: generator.next()))
                statistics.received(
                    sequence: UInt16(truncatingIfNeeded: generator.next()),
                    timestamp: UInt32(truncatingIfNeeded: generator.next()), arrival: time)
                if generator.below(10) == 0 { statistics.senderReport(ntpMiddle: 1, at: time) }
                if generator.below(10) == 0 { _ = statistics.reportBlock(now: time) }
            }
        }
    }
}

@Suite struct SendStatisticsTests {
    private func block(ssrc: UInt32 = 5, lsr: UInt32, dlsr: UInt32, lost: UInt8 = 0) -> ReportBlock {
        ReportBlock(
            ssrc: ssrc, fractionLost: lost, cumulativeLost: 0, extendedHighestSequence: 0, jitter: 0,
            lastSenderReport: lsr, delaySinceLastSenderReport: dlsr)
    }

    @Test func `a report carries the counts and the timestamp of now`() {
        var statistics = SendStatistics(ssrc: 5)
        let ntp = NTPTime(unixNanoseconds: 0)
        #expect(statistics.senderInfo(ntp: ntp, clockRate: 48_000, at: at(1)) == nil)
        statistics.sent(timestamp: 1000, payloadBytes: 100, at: at(1))
        statistics.sent(timestamp: 1960, payloadBytes: 50, at: at(1.02))
        let expected = SenderInfo(ntp: ntp, rtpTimestamp: 1960 + 48_000, packetCount: 2, octetCount: 150)
        #expect(statistics.senderInfo(ntp: ntp, clockRate: 48_000, at: at(2.02)) == expected)
        #expect(statistics.senderInfo(ntp: ntp, rtpTimestamp: 77)?.rtpTimestamp == 77)
    }

    @Test func `the round trip is RFC 3550's example`() {
        // §6.4.1: A − LSR − DLSR = 6.125 s.
        var statistics = SendStatistics(ssrc: 5)
        statistics.reportSent(ntpMiddle: 0xB705_2000, at: at(100))
        statistics.received(block(lsr: 0xB705_2000, dlsr: 0x0005_4000, lost: 128), at: at(100 + 11.375))
        #expect(statistics.roundTrip == 6_125_000_000)
        #expect(statistics.loss == 0.5)
    }

    @Test func `only an answer to a remembered report tells the round trip`() {
        var statistics = SendStatistics(ssrc: 5)
        for index in UInt32(1)...6 { statistics.reportSent(ntpMiddle: index, at: at(Double(index))) }
        statistics.received(block(lsr: 2, dlsr: 0), at: at(7))
        statistics.received(block(lsr: 0, dlsr: 0), at: at(7))
        statistics.received(block(ssrc: 6, lsr: 6, dlsr: 0), at: at(7))
        #expect(statistics.roundTrip == nil)
        statistics.received(block(lsr: 3, dlsr: 0x3_0000), at: at(6.1))
        #expect(statistics.roundTrip == 100_000_000)
        statistics.received(block(lsr: 6, dlsr: .max), at: at(6.5))
        #expect(statistics.roundTrip == 0)
        statistics.received(block(lsr: 6, dlsr: 0), at: at(500))
        #expect(statistics.roundTrip == 0)
    }
}

@Suite struct KeyFrameThrottleTests {
    @Test func `requests keep apart, and one that waited is sent when it may`() {
        var throttle = KeyFrameThrottle()
        let asked = [throttle.request(at: at(10)), throttle.request(at: at(10.1)), throttle.request(at: at(10.2))]
        #expect(asked == [true, false, false])
        #expect(throttle.deadline == at(10.5))
        let due = [throttle.due(at: at(10.4)), throttle.due(at: at(10.5)), throttle.due(at: at(10.9))]
        #expect(due == [false, true, false])
        throttle.keyFrameStarted()
        #expect(throttle.deadline == nil)
        let later = throttle.request(at: at(11.1))
        #expect(later)
    }

    @Test func `a request may be lost: it is repeated, more and more rarely, until a key frame begins`() {
        var throttle = KeyFrameThrottle()
        var sent = throttle.request(at: at(0)) ? [0] : []
        for step in 1...2000 where throttle.due(at: at(Double(step) / 100)) { sent.append(step) }
        #expect(sent == [0, 50, 150, 350, 750])
        #expect(throttle.deadline == nil)
        let again = throttle.request(at: at(21))
        throttle.keyFrameStarted()
        let quiet = throttle.due(at: at(60))
        #expect(again && !quiet)
    }

    @Test func `a key frame ends the waiting`() {
        var throttle = KeyFrameThrottle(interval: .seconds(1))
        _ = throttle.request(at: at(10))
        _ = throttle.request(at: at(10.1))
        throttle.keyFrameStarted()
        let due = throttle.due(at: at(20))
        #expect(!due)
    }

    @Test func `ten seconds of constant demand cost twenty-one requests`() {
        var throttle = KeyFrameThrottle()
        var sent = 0
        for step in 0...10_000 where throttle.request(at: at(Double(step) / 1000)) { sent += 1 }
        #expect(sent == 21)
    }
}
