import Identifiers
import RTP
import Relay
import TestSupport
import Testing

@Suite("A call in the relay", .timeLimit(.minutes(5))) struct ForwardingTests {
    /// A VP8 payload: descriptor with S bit, then a header whose lowest bit tells an interframe (1) or a key frame (0).
    static func vp8(keyFrame: Bool) -> [UInt8] { [0x10, keyFrame ? 0 : 1] + [UInt8](repeating: 0xab, count: 60) }

    static let audio = [UInt8](repeating: 0x5a, count: 40)

    @Test("carries a packet to the other side under that side's SSRC and payload type, payload untouched")
    func forwards() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            for index in 0..<20 {
                await alice.send(
                    0, sequence: 65530 &+ UInt16(index), timestamp: UInt32(index) * 960, payload: Self.audio)
            }
            #expect(await bob.wait { $0.received.count == 20 })
            let packets = await bob.received
            let announced = await bob.announced[0]
            #expect(packets.allSatisfy { $0.header.ssrc == announced && $0.header.payloadType == SyntheticPeer.opus })
            #expect(packets.allSatisfy { $0.payload == Self.audio })
            for (earlier, later) in zip(packets, packets.dropFirst()) {
                #expect(later.header.sequenceNumber == earlier.header.sequenceNumber &+ 1)
                #expect(later.header.timestamp == earlier.header.timestamp &+ 960)
            }
        }
    }

    @Test("keeps mic, camera and screen apart although two video m-lines share their payload types")
    func keepsSlotsApart() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            for line in 0..<3 { await bob.send(line, sequence: 1, timestamp: 0, payload: Self.vp8(keyFrame: true)) }
            #expect(await alice.wait { $0.received.count == 3 })
            let announced = await alice.announced
            #expect(Set(await alice.received.map(\.header.ssrc)) == Set(announced))
            #expect(Set(announced).count == 3)
        }
    }

    @Test("is one continuous stream to the other side when a sender's page is replaced")
    func continuousAcrossRejoin() async throws {
        try await CallUnderTest.runConnected { test, alice, bob in
            for index in 0..<5 {
                await alice.send(
                    1, sequence: UInt16(index), timestamp: UInt32(index) * 3000, payload: Self.vp8(keyFrame: index == 0)
                )
            }
            #expect(await bob.wait { $0.received.count == 5 })
            try await alice.join(test.call, firstSource: 5000)
            #expect(await alice.wait { $0.isConnected })
            for index in 0..<5 {
                await alice.send(
                    1, sequence: 40000 + UInt16(index), timestamp: 900 + UInt32(index) * 3000,
                    payload: Self.vp8(keyFrame: index == 0))
            }
            #expect(await bob.wait { $0.received.count == 10 })
            let packets = await bob.received
            #expect(Set(packets.map(\.header.ssrc)).count == 1)
            for (earlier, later) in zip(packets, packets.dropFirst()) {
                #expect(later.header.sequenceNumber == earlier.header.sequenceNumber &+ 1)
                #expect((1..<90_000).contains(later.header.timestamp &- earlier.header.timestamp))
            }
        }
    }

    @Test("asks a sender for a key frame when the other side joins, and passes a receiver's request on once")
    func requestsKeyFrames() async throws {
        try await CallUnderTest.run { test in
            try await withPeer("alice", firstSource: 1000) { alice in
                try await withPeer("bob", firstSource: 2000) { bob in
                    try await alice.join(test.call)
                    try #require(await alice.wait { $0.isConnected })
                    await alice.send(1, sequence: 1, timestamp: 0, payload: Self.vp8(keyFrame: true))
                    try #require(await alice.wait { $0.pictureLossIndications(of: 1001) >= 1 })
                    await alice.send(1, sequence: 2, timestamp: 3000, payload: Self.vp8(keyFrame: true))
                    try await bob.join(test.call)
                    try #require(await bob.wait { $0.isConnected })
                    #expect(await alice.wait { $0.pictureLossIndications(of: 1001) >= 2 })
                    let before = await alice.pictureLossIndications(of: 1001)
                    let stream = await bob.announced[1]
                    for _ in 0..<20 { await bob.sendRTCP(pictureLossIndication(of: stream)) }
                    #expect(await alice.wait { $0.pictureLossIndications(of: 1001) > before })
                    #expect(await alice.pictureLossIndications(of: 1001) <= before + 2)
                }
            }
        }
    }

    @Test("answers a NACK from its history with the same packet, and not with one it never sent")
    func retransmits() async throws {
        try await CallUnderTest.runConnected { test, alice, bob in
            for index in 0..<10 {
                await alice.send(
                    1, sequence: UInt16(index), timestamp: 3000, payload: Self.vp8(keyFrame: false) + [UInt8(index)])
            }
            #expect(await bob.wait { $0.received.count == 10 })
            let wanted = await bob.received[4]
            await bob.sendRTCP(genericNACK(of: wanted.header.ssrc, lost: wanted.header.sequenceNumber &+ 1000))
            await bob.sendRTCP(genericNACK(of: wanted.header.ssrc, lost: wanted.header.sequenceNumber))
            // Bob has had that packet: the second copy shows as a replay, which authenticates as the same index and nothing else.
            #expect(await bob.wait { $0.refused == 1 })
            #expect(await test.relay.metrics().packetsRetransmitted == 1)
            #expect(await bob.received.count == 10)
        }
    }

    @Test("asks the sender for what it never had itself, in the sender's own numbers")
    func asksTheSender() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            for sequence in [700, 701, 703, 704] as [UInt16] {
                await alice.send(1, sequence: sequence, timestamp: 3000, payload: Self.vp8(keyFrame: false))
            }
            #expect(await bob.wait { $0.received.count == 4 })
            let before = await bob.received[1].header
            await bob.sendRTCP(genericNACK(of: before.ssrc, lost: before.sequenceNumber &+ 1))
            #expect(await alice.wait { $0.wasAskedFor(702, of: 1001) })
            await alice.send(1, sequence: 702, timestamp: 3000, payload: Self.vp8(keyFrame: false))
            #expect(await bob.wait { $0.received.count == 5 })
            #expect(await bob.received[4].header.sequenceNumber == before.sequenceNumber &+ 1)
        }
    }

    @Test("keeps padding that only probes to itself, and leaves no gap for it")
    func closesUpPadding() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            await alice.send(0, sequence: 10, timestamp: 0, payload: Self.audio)
            // RFC 3550 §5.1: the P bit, no payload, four bytes of padding.
            await alice.sendRTP([0xa0, 111, 0, 11, 0, 0, 0, 0, 0, 0, 0x03, 0xe8, 0, 0, 0, 4])
            await alice.send(0, sequence: 12, timestamp: 960, payload: Self.audio)
            #expect(await bob.wait { $0.received.count == 2 })
            let packets = await bob.received
            #expect(packets[1].header.sequenceNumber == packets[0].header.sequenceNumber &+ 1)
        }
    }

    @Test("reports on its own behalf on each leg")
    func reports() async throws {
        try await CallUnderTest.runConnected { _, alice, _ in
            for index in 0..<5 {
                await alice.send(0, sequence: UInt16(index), timestamp: UInt32(index) * 960, payload: Self.audio)
            }
            #expect(await alice.wait { $0.hasReport(on: 1000) })
        }
    }

    @Test("refuses a third participant")
    func refusesThird() async throws {
        try await CallUnderTest.runConnected { test, _, _ in
            try await withPeer("carol", firstSource: 3000) { carol in
                do {
                    try await carol.join(test.call)
                    Issue.record("a third participant was seated")
                } catch let error as RelayError {
                    #expect(error.code == .full)
                }
            }
        }
    }

    @Test("goes on for one side when the other leaves, and takes them back")
    func leaving() async throws {
        try await CallUnderTest.runConnected { test, alice, bob in
            await test.call.leave(bob.user)
            for index in 0..<3 { await alice.send(0, sequence: UInt16(index), timestamp: 0, payload: Self.audio) }
            #expect(await alice.isConnected)
            try await bob.join(test.call)
            #expect(await bob.wait { $0.isConnected })
            for index in 3..<6 { await alice.send(0, sequence: UInt16(index), timestamp: 0, payload: Self.audio) }
            #expect(await bob.wait { $0.received.count == 3 })
        }
    }

    @Test("survives random RTP and RTCP on an established path and carries on")
    func survivesGarbage() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            var random = SeededGenerator(seed: 20261122)
            for round in 0..<20_000 {
                var packet = (0..<Int.random(in: 12...120, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                }
                packet[0] = 0x80 | (packet[0] & 0x3f)
                if round % 2 == 0 {
                    packet[1] = UInt8.random(in: 200...207, using: &random)
                    if round % 4 == 0 { packet.replaceSubrange(4..<12, with: [0, 0, 0x03, 0xe9, 0, 0, 0x03, 0xe9]) }
                    await alice.sendRTCP(packet)
                } else {
                    // A stream that is known, or one of five hundred strangers: a sender has no counters for more.
                    packet.replaceSubrange(8..<10, with: [0, 0])
                    packet[10] &= 1
                    if round % 3 == 0 { packet.replaceSubrange(10..<12, with: [0x03, 0xe9]) }
                    await alice.sendRTP(packet)
                }
            }
            // The flood may have filled a socket's buffer, so one packet may be lost; a hundred are not.
            let before = await bob.received.count
            var arrived = false
            for sequence in 0..<100 where !arrived {
                await alice.send(0, sequence: UInt16(sequence), timestamp: UInt32(sequence) * 960, payload: Self.audio)
                arrived = await bob.wait(within: .milliseconds(200)) { $0.received.count > before }
            }
            #expect(arrived)
        }
    }
}
