import RTP
import Relay
import TestSupport
import Testing

@Suite struct CongestionTests {
    @Test func `an open path is found within seconds, and no queue is left`() {
        var simulation = CongestionSimulation(link: BottleneckLink(rate: 10_000_000))
        simulation.run(10)
        #expect(simulation.samples(5...10).mean(\.video) > 2_200_000)
        #expect(simulation.samples(2...10).allSatisfy { $0.queue < 0.1 })
    }

    @Test func `a path of 800 kbit/s is used and not overfilled`() {
        var simulation = CongestionSimulation(link: BottleneckLink(rate: 800_000))
        simulation.run(40)
        #expect(simulation.samples(10...40).mean(\.video) > 450_000)
        #expect(simulation.samples(10...40).mean(\.queue) < 0.1)
        #expect(simulation.samples(10...40).allSatisfy { $0.queue < 0.3 })
    }

    @Test(arguments: [1500, 3000, 4000]) func `a bucket that lets probes pass is not taken for a wide path`(
        _ bucket: Int
    ) {
        var link = BottleneckLink(rate: 300_000)
        link.bucket = bucket
        var simulation = CongestionSimulation(link: link)
        simulation.run(60)
        #expect(simulation.samples(10...60).allSatisfy { $0.queue < 0.25 && $0.estimate < 480_000 })
        #expect(simulation.samples(10...60).mean(\.video) > 100_000)
    }

    @Test(arguments: [0, 30] as [Int64], [300, 3000] as [Int64])
    func `a squeeze from 2 Mbit/s to 300 kbit/s is survived and forgotten`(jitter: Int64, buffer: Int64) {
        var link = BottleneckLink(rate: 2_000_000)
        link.jitter = .milliseconds(jitter)
        link.longestQueue = .milliseconds(buffer)
        var simulation = CongestionSimulation(link: link)
        simulation.run(20)
        let before = simulation.samples(10...20).mean(\.video)
        #expect(before > 1_200_000)
        simulation.link.rate = 300_000
        simulation.run(30)
        #expect(simulation.samples(25...50).allSatisfy { $0.queue < 0.3 })
        #expect(simulation.samples(25...50).allSatisfy { $0.audioDelay < 0.45 })
        #expect(simulation.samples(30...50).mean(\.video) > 100_000)
        simulation.link.rate = 2_000_000
        simulation.run(25)
        #expect(simulation.samples(65...75).mean(\.video) > 0.9 * before)
    }

    @Test(arguments: [(120, 0), (60, 0), (20, 60), (200, 0)] as [(Int64, Int64)])
    func `a path that takes longer from one moment on, or trembles, is not taken for a full one for long`(
        _ longer: Int64, _ jitter: Int64
    ) {
        var simulation = CongestionSimulation(link: BottleneckLink(rate: 10_000_000))
        simulation.run(20)
        simulation.link.propagation += .milliseconds(longer)
        simulation.link.jitter = .milliseconds(jitter)
        simulation.run(25)
        #expect(simulation.samples(20...26).mean(\.video) > 500_000)
        #expect(simulation.samples(35...45).mean(\.video) > 1_500_000)
    }

    @Test(arguments: [0.05, 0.15]) func `random loss does not take the rate down`(loss: Double) {
        var link = BottleneckLink(rate: 3_000_000)
        link.loss = loss
        var simulation = CongestionSimulation(link: link)
        simulation.run(60)
        #expect(simulation.samples(20...60).mean(\.video) > 1_500_000)
        #expect(simulation.samples(10...60).allSatisfy { $0.estimate > 800_000 })
    }
}
