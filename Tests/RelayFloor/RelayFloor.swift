import ArgumentParser
import Foundation
import Glibc
import Load
import Transport

/// The least that a relay can do with the packets of `consult load`: read them, decrypt and encrypt them, send them on.
/// `scripts/bench relay` puts the relay beside it.
@main
struct RelayFloor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay-floor", abstract: "Carries packets from peer to peer and does nothing else.")

    @Option(help: "Peers; two by two they send to each other.")
    var peers: Int

    @Option(help: "Seconds that are measured.")
    var seconds: Int = 10

    @Option(help: "receive: only read. send: also send on. crypto: also decrypt and encrypt.")
    var work: FloorWork = .crypto

    @Option(help: "Bits per second of each peer's picture.")
    var videoBitrate: Int = 600_000

    func validate() throws {
        guard peers >= 2, peers.isMultiple(of: 2) else {
            throw ValidationError("--peers takes an even number from 2 on.")
        }
        guard (1...600).contains(seconds) else { throw ValidationError("--seconds takes 1 to 600.") }
    }

    func run() throws {
        let clip = try MediaClip.make(video: .init(bitrate: videoBitrate))
        var pairs: [SocketPair] = []
        for _ in 0..<peers { pairs.append(try SocketPair()) }
        let keys = try (0..<peers).map { _ in try StreamKeys() }
        let loop = FloorLoop(sockets: pairs.map(\.near), keys: keys, work: work)
        let source = FloorSource(sockets: pairs.map(\.far), keys: keys, clip: clip)
        let stopping = StopSign()
        let sending = Worker("floor-peers") { source.run(until: stopping) }
        let carrying = Worker("floor-loop") { loop.run(until: stopping) }
        // Time to pin the threads.
        Thread.sleep(forTimeInterval: 2)
        let before = (packets: loop.packets, time: carrying.processorTime)
        Thread.sleep(forTimeInterval: Double(seconds))
        let after = (packets: loop.packets, time: carrying.processorTime)
        stopping.raise()
        sending.join()
        carrying.join()
        let packets = after.packets - before.packets
        guard packets > 0 else { throw ValidationError("No packet arrived.") }
        let report = [
            "packetsPerSecond": Double(packets) / Double(seconds),
            "microsecondsPerPacket": Double(after.time - before.time) / 1000 / Double(packets),
        ]
        print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
    }
}

/// What the loop does with a packet; each includes the ones before.
enum FloorWork: String, ExpressibleByArgument {
    case receive, send, crypto
}
