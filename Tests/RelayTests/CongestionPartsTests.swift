import RTP
import Relay
import TestSupport
import Testing

@Suite struct CongestionPartsTests {
    private func statuses(_ bytes: [UInt8]) -> [TransportFeedbackStatus] {
        var reader = TransportFeedbackReader(0..<bytes.count, in: bytes.span.bytes)
        var found: [TransportFeedbackStatus] = []
        while let status = reader?.next(in: bytes.span.bytes) { found.append(status) }
        return found
    }

    @Test func `arrivals are told once, late ones afterwards, and again nothing`() {
        var recorder = ArrivalRecorder()
        for (index, sequence) in ([65534, 0, 1] as [UInt16]).enumerated() {
            recorder.record(sequence, at: at(Double(index) / 100))
        }
        #expect(recorder.isDue(at: at(0.03)))
        let first = statuses(recorder.next(at: at(0.03)) ?? [])
        #expect(first.map(\.sequence) == [65534, 65535, 0, 1])
        #expect(first.map { $0.arrival == nil } == [false, true, false, false])
        let nothing = recorder.next(at: at(0.03))
        #expect(nothing == nil)
        recorder.record(65535, at: at(0.05))
        recorder.record(65535, at: at(0.06))
        #expect(!recorder.isDue(at: at(0.05)) && recorder.isDue(at: at(0.2)))
        let second = statuses(recorder.next(at: at(0.2)) ?? [])
        #expect(second.first?.sequence == 65535 && second.first?.arrival != nil)
    }

    @Test func `what a recorder tells of a lossy, reordered stream is what came`() {
        var random = SeededGenerator(seed: 1)
        var recorder = ArrivalRecorder()
        var came: Set<UInt16> = []
        var told: Set<UInt16> = []
        var order = (0..<20_000).map { ($0, Double($0) * 0.002 + Double(random.below(100)) / 2000) }
        order.sort { $0.1 < $1.1 }
        for (index, seconds) in order {
            let sequence = UInt16(truncatingIfNeeded: index + 60_000)
            if random.below(10) == 0 { continue }
            came.insert(sequence)
            recorder.record(sequence, at: at(seconds))
            guard recorder.isDue(at: at(seconds)) else { continue }
            while let bytes = recorder.next(at: at(seconds)) {
                #expect(bytes.count < 1200)
                for status in statuses(bytes) where status.arrival != nil { told.insert(status.sequence) }
            }
        }
        while let bytes = recorder.next(at: at(100)) {
            for status in statuses(bytes) where status.arrival != nil { told.insert(status.sequence) }
        }
        #expect(told == came)
    }

    @Test func `a packet's fate is told once, and corrected where a lost one came after all`() {
        var packets = SentPackets()
        func settle(_ sequence: UInt16, _ arrived: Bool) -> SentPacket? { packets.settle(sequence, arrived: arrived) }
        let early = settle(0, true)
        let numbers = (0..<1030).map { packets.add(size: 100 + $0, probe: 0, at: at(1)) }
        // The first is overwritten; one packet is lost, twice, and comes after all, twice; one was never sent.
        let overwritten = settle(5, true)
        let lost = [settle(6, false), settle(6, false)]
        let came = [settle(6, true), settle(6, true)]
        let unknown = settle(40_000, true)
        #expect(early == nil && numbers.last == 1029 && overwritten == nil && unknown == nil)
        #expect(lost.map { $0?.size } == [106, nil])
        #expect(came.map { $0?.wasLost } == [true, nil])
    }

    @Test func `a sender is told of a cut at once, of a raise after a while, and of the same every second`() {
        var cap = BitrateCap()
        let told = [
            (1e6, 0.0), (1.01e6, 0.1), (0.99e6, 0.2), (0.9e6, 0.21), (2e6, 0.3), (2e6, 0.5), (2e6, 1.4), (2e6, 1.6),
        ]
        .map { cap.shouldTell($0.0, at: at($0.1)) }
        #expect(told == [true, false, false, true, false, true, false, true])
    }

    @Test func `the slower path limits, and sound comes first`() {
        func limit(_ up: Double?, _ down: Double?, videoOnly: Bool = true) -> Double? {
            BitrateCap.limit(uplink: up, downlink: down, audio: 40_000, concernsVideoOnly: videoOnly)
        }
        #expect(limit(nil, nil) == nil)
        #expect(limit(900_000, 500_000) == 460_000)
        #expect(limit(300_000, nil, videoOnly: false) == 300_000)
        #expect(limit(300_000, 60_000) == BitrateCap.floor)
    }

    @Test func `the best layer that fits is chosen, whatever order they stand in`() {
        let rates = [2_000_000.0, 150_000, 500_000]
        #expect(LayerChoice.best(rates, budget: nil, current: nil) == 0)
        #expect(LayerChoice.best(rates, budget: 2_100_000, current: 2) == 2)
        #expect(LayerChoice.best(rates, budget: 2_100_000, current: 0) == 0)
        #expect(LayerChoice.best(rates, budget: 600_000, current: 0) == 2)
        #expect(LayerChoice.best(rates, budget: 50_000, current: 0) == 1)
        #expect(LayerChoice.best([0, 0, 500_000], budget: 50_000, current: 0) == 2)
        #expect(LayerChoice.best([0, 0, 0], budget: nil, current: nil) == nil)
    }

    @Test func `loss that follows the rate cuts it, loss of the path's own does not keep it down`() {
        func run(_ loss: (Double) -> Double) -> LossController {
            var controller = LossController(start: 2_000_000, bounds: 100_000...8_000_000)
            for step in 1...300 {
                controller.update(
                    share: loss(controller.estimate), weight: 0.3, current: controller.estimate, isQueued: nil,
                    roundTrip: nil, at: at(Double(step) / 10))
            }
            return controller
        }
        let policed = run { max(1 - 500_000 / $0, 0) }
        #expect((350_000...700_000).contains(policed.estimate))
        let random = run { _ in 0.15 }
        #expect(random.estimate > 1_500_000)
        #expect(random.inherent > 0.05)
    }

    @Test func `a sender's path is estimated from its packets' times of sending, past the wrap of their clock`() {
        var estimator = UplinkEstimator()
        var link = BottleneckLink(rate: 700_000)
        link.longestQueue = .milliseconds(400)
        // 1 Mbit/s into 0.7: after the queue has shown, the estimate is below what the link carries.
        for step in 0..<1000 {
            let now = NanosecondCount(step) * .milliseconds(10)
            guard let arrival = link.carry(1250, now) else { continue }
            let seconds = Double(now) / 1e9 + 60
            estimator.received(
                sendTime: UInt32(UInt64(seconds * 262_144) & 0xFF_FFFF), size: 1250,
                at: MonotonicInstant(nanoseconds: arrival))
        }
        #expect((300_000...720_000).contains(estimator.bitrate ?? 0))
    }

    @Test func `a probe finds what a path carries, and not more`() {
        for rate in [600_000.0, 5_000_000] {
            var link = BottleneckLink(rate: rate)
            var probes = ProbeController()
            var packets = SentPackets()
            #expect(probes.isReady(at: at(0)))
            probes.begin(estimate: 500_000, limit: 8_000_000, at: at(0))
            #expect(probes.rate == 1_000_000)
            var found: Double?
            var flying: [(NanosecondCount, UInt16)] = []
            for tick in 0..<100 where found == nil {
                let now = NanosecondCount(tick) * .milliseconds(10)
                var padding = probes.padding(at: MonotonicInstant(nanoseconds: now))
                while padding > 0 {
                    let number = packets.add(size: 300, probe: probes.cluster, at: MonotonicInstant(nanoseconds: now))
                    probes.sent(300, at: MonotonicInstant(nanoseconds: now))
                    if let arrival = link.carry(300, now) { flying.append((arrival, number)) }
                    padding -= 300
                }
                for (arrival, number) in flying where arrival <= now {
                    if let packet = packets.settle(number, arrived: true) { probes.arrived(packet, at: arrival) }
                }
                found = probes.result(at: MonotonicInstant(nanoseconds: now))
            }
            #expect((min(rate, 1_000_000) * 0.8...min(rate, 1_000_000) * 1.1).contains(found ?? 0))
        }
    }
}
