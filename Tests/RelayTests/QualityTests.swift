import Foundation
import RTP
import SDP
import TestSupport
import Testing

@testable import Relay

@Suite struct EModelTests {
    /// G.107 (2015): every parameter at its default gives R = 93.2 and MOS 4.41; G.113 (2007) Tables I.1 and I.4 and
    /// G.107 §7.5 give what codecs and loss take from it.
    @Test func `gives the values that are published`() {
        func mean(_ rating: Double) -> Double { (100 * EModel.opinion(rating)).rounded() / 100 }
        #expect(EModel.rating(delay: 0, loss: 0, codec: .g711) == 93.2)
        #expect(mean(93.2) == 4.41)
        // G.107 Table B.1: the lower limits of user satisfaction.
        for (rating, opinion) in [(90.0, 4.34), (80, 4.03), (70, 3.6), (60, 3.1), (50, 2.58)] {
            #expect(abs(EModel.opinion(rating) - opinion) < 0.01)
        }
        #expect(abs(EModel.rating(delay: 0, loss: 0, codec: .g729a) - 82.2) < 1e-9)
        #expect(mean(82.2) == 4.1)
        #expect(abs(EModel.lossImpairment(0.02, codec: .g711) - 95 * 2 / 27.1) < 1e-9)
        #expect(abs(EModel.lossImpairment(0.02, codec: .g729a) - (11 + 84 * 2 / 21.0)) < 1e-9)
        // Longer runs at the same loss are worse.
        #expect(abs(EModel.lossImpairment(0.02, burstRatio: 2, codec: .g711) - 95 * 2 / 26.1) < 1e-9)
    }

    @Test func `delay takes nothing up to a tenth of a second, and then what the recommendation's curve says`() {
        #expect(EModel.delayImpairment(0.1) == 0)
        for (milliseconds, impairment) in [(150.0, 0.16), (200, 3.04), (300, 14.86), (400, 24.07)] {
            let found = EModel.delayImpairment(milliseconds / 1000)
            #expect(abs(found - impairment) < 0.3, "\(milliseconds) ms: \(found)")
        }
    }

    @Test func `more loss, longer runs and more delay never sound better`() {
        var before = 101.0
        for step in 0...100 {
            let loss = EModel.rating(delay: 0, loss: Double(step) / 100)
            #expect(loss < before)
            before = loss
        }
        before = 101
        for step in 0...200 {
            let rating = EModel.rating(delay: Double(step) / 100, loss: 0.01)
            #expect(rating <= before)
            before = rating
        }
        for step in 1...20 {
            let burst = Double(step)
            #expect(
                EModel.lossImpairment(0.05, burstRatio: burst + 1) > EModel.lossImpairment(0.05, burstRatio: burst))
        }
    }
}

@Suite struct QualityTests {
    @Test func `a perfect line scores 5`() {
        #expect(QualityScore.audio(loss: 0, jitter: 0, rtt: nil) == 5)
        #expect(QualityScore.video(loss: 0, jitter: 0, rtt: nil, bitrate: 1_000_000) == 5)
        #expect(QualityScore.video(loss: 0, jitter: 0, rtt: 0.1, bitrate: 1000, target: 0) == 5)
        #expect(QualityScore.flow(framesPerSecond: nil) == 5 && QualityScore.flow(framesPerSecond: 30) == 5)
    }

    @Test func `ordinary lines score as people would put it`() {
        #expect(QualityScore.audio(loss: 0.001, jitter: 0.005, rtt: 0.04) > 4.7)
        #expect((3.0...4.4).contains(QualityScore.audio(loss: 0.05, jitter: 0.02, rtt: 0.15)))
        #expect(QualityScore.audio(loss: 0.25, jitter: 0.1, rtt: 0.8) < 2)
        #expect(QualityScore.audio(loss: 1, jitter: 9, rtt: 9) == 1)
        #expect((3.0...4.5).contains(QualityScore.video(loss: 0.03, jitter: 0.02, rtt: 0.1, bitrate: 400_000)))
        #expect(QualityScore.video(loss: 0.3, jitter: 0.1, rtt: 0.5, bitrate: 100_000) < 1.2)
        // What came again does not hurt; what did not, does.
        #expect(QualityScore.video(loss: 0.05, remaining: 0, jitter: 0, rtt: 0.05, bitrate: 1e6) == 5)
        #expect(
            (3.0...4.0).contains(QualityScore.video(loss: 0.05, remaining: 0.01, jitter: 0, rtt: nil, bitrate: 1e6)))
        #expect((4.5...4.9).contains(QualityScore.flow(framesPerSecond: 15)))
        #expect((1.5...3.0).contains(QualityScore.flow(framesPerSecond: 5)))
        #expect((3.5...4.0).contains(QualityScore.flow(framesPerSecond: 30, frozen: 0.05)))
        #expect(QualityScore.flow(framesPerSecond: 0) < 1.1)
    }

    @Test func `more of anything bad never raises a score, and every score lies between 1 and 5`() {
        var generator = SeededGenerator(seed: 41)
        for _ in 0..<20_000 {
            let loss = Double(generator.below(1000)) / 1000
            let jitter = Double(generator.below(300)) / 1000
            let rtt = Double(generator.below(2000)) / 1000
            let bitrate = Double(generator.below(2_000_000))
            let audio = QualityScore.audio(loss: loss, jitter: jitter, rtt: rtt)
            let video = QualityScore.video(loss: loss, jitter: jitter, rtt: rtt, bitrate: bitrate)
            #expect((1...5).contains(audio) && (1...5).contains(video))
            #expect(QualityScore.audio(loss: loss + 0.02, jitter: jitter, rtt: rtt) <= audio)
            #expect(QualityScore.audio(loss: loss, jitter: jitter + 0.02, rtt: rtt + 0.02) <= audio)
            #expect(QualityScore.video(loss: loss + 0.02, jitter: jitter, rtt: rtt, bitrate: bitrate) <= video)
            #expect(QualityScore.video(loss: loss, jitter: jitter, rtt: rtt, bitrate: bitrate * 0.9) <= video)
            let flow = QualityScore.flow(framesPerSecond: jitter * 100, frozen: loss)
            #expect((1...5).contains(flow))
            #expect(QualityScore.flow(framesPerSecond: jitter * 90, frozen: loss + 0.01) <= flow)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, -1, .greatestFiniteMagnitude])
    func `figures that are none do no harm`(value: Double) {
        #expect((1...5).contains(QualityScore.audio(loss: value, jitter: value, rtt: value)))
        #expect((1...5).contains(QualityScore.audio(loss: 0, jitter: 0, rtt: 0, buffer: value, burstRatio: value)))
        #expect(
            (1...5).contains(
                QualityScore.video(
                    loss: value, remaining: value, jitter: value, rtt: value, bitrate: value, target: value)))
        #expect((1...5).contains(QualityScore.flow(framesPerSecond: value, expected: value, frozen: value)))
    }

    @Test func `the average falls faster than it rises`() {
        var average = QualityAverage()
        let good = DirectionQuality(score: 5, audioScore: 5, bitrate: 900, loss: 0, jitter: 0, rtt: nil)
        let bad = DirectionQuality(score: 1, audioScore: 1, bitrate: 300, loss: 0.3, jitter: 0.03, rtt: 0.3, freezes: 2)
        #expect(average.value == nil)
        #expect(average.update(good) == good)
        let fallen = average.update(bad)
        #expect(fallen.score == 3 && fallen.audioScore == 3 && fallen.bitrate == 700 && fallen.rtt == 0.3)
        #expect(fallen.freezes == 2)
        let risen = average.update(good)
        #expect(risen.score == 3.4 && risen.rtt == 0.3 && risen.freezes == nil)
    }

    @Test func `ten seconds are the means of their readings, and the sum of their freezes`() throws {
        var window = QualityWindow()
        #expect(window.mean == nil)
        window.add(
            DirectionQuality(
                score: 4, videoScore: 4, bitrate: 100, loss: 0.1, jitter: 0, rtt: nil, framesPerSecond: 20, freezes: 1))
        window.add(DirectionQuality(score: 2, bitrate: 300, loss: 0.3, jitter: 0.2, rtt: 0.1, freezes: 2))
        let mean = try #require(window.mean)
        #expect(mean.score == 3 && mean.videoScore == 4 && mean.audioScore == nil && mean.bitrate == 200)
        #expect(mean.loss == 0.2 && mean.jitter == 0.1 && mean.rtt == 0.1 && mean.framesPerSecond == 20)
        #expect(mean.freezes == 3)
    }

    @Test func `whoever's worse direction is below 3 has the weak connection`() {
        func report(_ up: Double?, _ down: Double?) -> QualityReport {
            func direction(_ score: Double?) -> DirectionQuality? {
                score.map { DirectionQuality(score: $0, bitrate: 0, loss: 0, jitter: 0, rtt: nil) }
            }
            return QualityReport(up: direction(up), down: direction(down))
        }
        #expect(WeakSide(yours: report(4, 5), theirs: report(3, nil)) == nil)
        #expect(WeakSide(yours: report(2.9, 5), theirs: report(4, 4)) == .yours)
        #expect(WeakSide(yours: report(4, 5), theirs: report(nil, 1)) == .theirs)
        #expect(WeakSide(yours: report(2, 5), theirs: report(1, 2)) == .both)
        #expect(WeakSide(yours: nil, theirs: nil) == nil)
    }

    @Test func `the worse of sound and picture decides, and money does not look at frame rate and freezes`() throws {
        var camera = StreamFigures(slot: .camera, bitrate: 700_000, loss: 0, jitter: 0, rtt: 0.02)
        camera.framesPerSecond = 3
        camera.freezes = 2
        var figures = DirectionFigures()
        #expect(figures.direction(rtt: nil) == nil)
        figures.add(StreamFigures(slot: .mic, bitrate: 30_000, loss: 0, jitter: 0, rtt: 0.02))
        figures.add(camera)
        let direction = try #require(figures.direction(rtt: 0.02))
        #expect(direction.audioScore == 5 && direction.score == direction.videoScore && direction.score < 2)
        #expect(direction.bitrate == 730_000 && direction.framesPerSecond == 3 && direction.freezes == 2)
        #expect(figures.networkScore == 5)
    }
}

@Suite struct StreamWatchTests {
    /// Feeds frames of one packet each: (sequence, frame number at 30 a second, arrival in seconds).
    private func watch(_ packets: [(UInt16, Double, Double)]) -> StreamWatch.Reading {
        var watch = StreamWatch(clockRate: 90_000)
        for (sequence, frame, arrival) in packets {
            watch.count(sequence: sequence, timestamp: UInt32(frame * 3000), at: at(arrival))
        }
        return watch.read()
    }

    /// Packets with these numbers, frames and delays.
    private func steady(
        _ numbers: Range<Int>, frame: Int = 0, late seconds: Double = 0
    ) -> [(UInt16, Double, Double)] {
        numbers.map { number in
            let frame = Double(number + frame)
            return (UInt16(number), frame, 1 + frame / 30 + seconds)
        }
    }

    @Test func `a steady picture has its frames and no freeze`() {
        let reading = watch(steady(0..<60))
        #expect(reading.frames == 60 && reading.freezes == 0 && reading.gaps == 0)
        #expect(reading.burstRatio(loss: 0) == 1)
    }

    @Test func `packets of one frame are one frame, and late ones change nothing`() {
        let reading = watch([(1, 0, 1), (2, 0, 1.001), (3, 1, 1.033), (2, 0, 1.034), (4, 2, 1.066)])
        #expect(reading.frames == 3 && reading.gaps == 0)
    }

    @Test func `a hole of half a second is a freeze and a run of lost packets`() {
        let reading = watch(steady(0..<30) + steady(45..<60))
        #expect(reading.freezes == 1 && reading.gaps == 1 && reading.missing == 15)
        #expect((430_000_000...520_000_000).contains(reading.frozen))
        #expect(reading.burstRatio(loss: 0.25) > 5)
    }

    @Test func `packets held back for half a second are a freeze, too`() {
        #expect(watch(steady(0..<30) + steady(30..<60, late: 0.5)).freezes == 1)
    }

    @Test func `a camera that was off is no freeze`() {
        let reading = watch(steady(0..<30) + steady(30..<60, frame: 270))
        #expect(reading.freezes == 0 && reading.gaps == 0)
    }

    @Test func `single losses are no bursts, and the numbers wrap around`() {
        var watch = StreamWatch(clockRate: 48_000)
        var sequence: UInt16 = 65_500
        for index in 0..<200 where index % 10 != 3 {
            watch.count(
                sequence: sequence &+ UInt16(index), timestamp: UInt32(index) * 960, at: at(1 + Double(index) / 50))
        }
        sequence = 0
        let reading = watch.read()
        #expect(reading.gaps == 20 && reading.missing == 20 && reading.burstRatio(loss: 0.1) == 1)
        let nothing = watch.read()
        #expect(nothing == StreamWatch.Reading())
    }
}

@Suite struct StreamReadingTests {
    @Test func `an uplink's loss is that of the interval`() throws {
        var statistics = ReceptionStatistics(ssrc: 7, clockRate: 48_000)
        var reading = UplinkReading(clockRate: 48_000)
        func feed(_ range: Range<Int>, dropping: Int) {
            for index in range where dropping == 0 || index % dropping != 1 {
                let now = at(1 + Double(index) / 50)
                statistics.received(sequence: UInt16(index), timestamp: UInt32(index) * 960, arrival: now)
                reading.watch.count(sequence: UInt16(index), timestamp: UInt32(index) * 960, at: now)
            }
        }
        func counts(_ statistics: ReceptionStatistics) -> UplinkCounts {
            UplinkCounts(expected: statistics.expected, lost: statistics.lost)
        }
        feed(0..<100, dropping: 0)
        let read4 = reading.read(
            counts(statistics), of: .mic, jitter: statistics.jitter, bitrate: nil, rtt: nil, at: at(3))
        #expect(read4 == nil)
        feed(100..<201, dropping: 10)
        let read1 = reading.read(
            counts(statistics), of: .mic, jitter: statistics.jitter, bitrate: 32_000, rtt: 0.05, at: at(5))
        let second = try #require(read1)
        #expect(abs(second.loss - 0.1) < 0.01 && second.bitrate == 32_000 && second.framesPerSecond == nil)
        let read5 = reading.read(
            counts(statistics), of: .mic, jitter: statistics.jitter, bitrate: 0, rtt: 0.05, at: at(7))
        #expect(read5 == nil)
    }

    @Test func `a downlink's picture is judged by what came to be passed on`() throws {
        func block(_ highest: UInt32, _ lost: Int32) -> ReportBlock {
            ReportBlock(
                ssrc: 9, fractionLost: 0, cumulativeLost: lost, extendedHighestSequence: highest, jitter: 0,
                lastSenderReport: 0, delaySinceLastSenderReport: 0)
        }
        var statistics = SendStatistics(ssrc: 9)
        var reading = DownlinkReading()
        let read6 = reading.read(statistics, of: .camera, bitrate: 90_000, rtt: nil, arrived: .init(bitrate: 90_000))
        #expect(read6 == nil)
        statistics.received(block(1000, 0), at: at(1))
        let read2 = reading.read(statistics, of: .camera, bitrate: 90_000, rtt: nil, arrived: .init(bitrate: 90_000))
        let first = try #require(read2)
        #expect(first.score == 5, "a poor camera is not this way's fault")
        statistics.received(block(1100, 20), at: at(2))
        let read3 = reading.read(statistics, of: .camera, bitrate: 45_000, rtt: nil, arrived: .init(bitrate: 90_000))
        let second = try #require(read3)
        #expect(second.loss == 0.2 && second.score < first.score)
    }

    @Test func `what came again is not missing, and a picture that was held back for the other side is not poor`()
        throws
    {
        func read(limit: Double?) throws -> StreamFigures {
            var reading = UplinkReading(clockRate: 90_000)
            let start = UplinkCounts(expected: 100, lost: 10, unrecovered: 5)
            _ = reading.read(start, of: .camera, jitter: 0, bitrate: nil, rtt: nil, at: at(1))
            let end = UplinkCounts(expected: 200, lost: 30, unrecovered: 6)
            let figures = reading.read(
                end, of: .camera, jitter: 0, bitrate: 150_000, rtt: nil, limit: limit, at: at(3))
            return try #require(figures)
        }
        let free = try read(limit: nil)
        #expect(free.loss == 0.2 && free.remaining == 0.01 && free.share == 0.25)
        #expect(try read(limit: 150_000).share == 1)
    }

    @Test func `holes that came in are not this way's loss`() throws {
        func block(_ highest: UInt32, _ lost: Int32) -> ReportBlock {
            ReportBlock(
                ssrc: 9, fractionLost: 0, cumulativeLost: lost, extendedHighestSequence: highest, jitter: 0,
                lastSenderReport: 0, delaySinceLastSenderReport: 0)
        }
        var statistics = SendStatistics(ssrc: 9)
        var reading = DownlinkReading()
        let holes = SlotArrival(bitrate: 30_000, missing: 0.2)
        statistics.received(block(1000, 0), at: at(1))
        _ = reading.read(statistics, of: .mic, bitrate: 30_000, rtt: nil, arrived: holes)
        statistics.received(block(1100, 19), at: at(2))
        let clean = reading.read(statistics, of: .mic, bitrate: 30_000, rtt: nil, arrived: holes)
        #expect(clean?.loss == 0)
        statistics.received(block(1200, 19 + 60), at: at(3))
        let lossy = reading.read(statistics, of: .mic, bitrate: 30_000, rtt: nil, arrived: holes)
        #expect(abs((lossy?.loss ?? 0) - 0.5) < 1e-9)
    }

    @Test func `a way that carries little is to blame, unless little is sent`() throws {
        func share(sent: Double, carried: Double?) throws -> Double {
            var statistics = SendStatistics(ssrc: 9)
            var reading = DownlinkReading()
            statistics.received(
                ReportBlock(
                    ssrc: 9, fractionLost: 0, cumulativeLost: 0, extendedHighestSequence: 9, jitter: 0,
                    lastSenderReport: 0, delaySinceLastSenderReport: 0), at: at(1))
            let figures = reading.read(
                statistics, of: .camera, bitrate: sent, rtt: nil, arrived: .init(bitrate: sent), carried: carried)
            return try #require(figures).share
        }
        #expect(try share(sent: 280_000, carried: nil) == 1)
        #expect(try share(sent: 280_000, carried: 300_000) == 0.5)
        #expect(try share(sent: 90_000, carried: 300_000) == 1)
    }

    @Test func `a lost path is as bad as can be, and what comes back counts anew`() {
        var quality = LegQuality()
        var good = DirectionFigures()
        good.add(StreamFigures(slot: .mic, bitrate: 1, loss: 0, jitter: 0, rtt: nil))
        quality.takeUp(good, rtt: nil)
        #expect(quality.report.up?.score == 5 && quality.network.up == 5)
        quality.pathIsLost()
        #expect(quality.report == QualityReport(up: .dead, down: .dead))
        #expect(quality.network.up == nil && quality.network.down == nil)
        quality.takeUp(good, rtt: nil)
        #expect(quality.report.up?.score == 5)
    }
}
