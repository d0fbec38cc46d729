import RTP
import Relay
import Testing

@Suite("Lost packets in the relay", .timeLimit(.minutes(5))) struct RecoveryTests {
    private static let camera = ForwardingTests.vp8(keyFrame: false)

    @Test("are asked for without anybody's complaint, and forwarded late with the number they should have had")
    func asks() async throws {
        try await CallUnderTest.runConnected { test, alice, bob in
            for sequence in [65534, 65535, 1, 2] as [UInt16] {
                await alice.send(1, sequence: sequence, timestamp: 3000, payload: Self.camera)
            }
            #expect(await bob.wait { $0.received.count == 4 })
            #expect(await alice.wait { $0.wasAskedFor(0, of: 1001) })
            await alice.send(1, sequence: 0, timestamp: 3000, payload: [0x10, 1, 77])
            #expect(await bob.wait { $0.received.count == 5 })
            let packets = await bob.received
            #expect(packets[4].payload == [0x10, 1, 77])
            #expect(packets[4].header.sequenceNumber == packets[1].header.sequenceNumber &+ 1)
            #expect(packets[2].header.sequenceNumber == packets[4].header.sequenceNumber &+ 1)
            // The counters are gathered with the reports, once a second.
            #expect(await alice.wait { $0.hasReport(on: 1001) })
        }
    }

    @Test("are not asked for where the sender did not agree to be asked")
    func doesNotAsk() async throws {
        try await CallUnderTest.runConnected { _, alice, bob in
            for sequence in [1, 2, 4] as [UInt16] {
                await alice.send(0, sequence: sequence, timestamp: 0, payload: ForwardingTests.audio)
                await alice.send(1, sequence: sequence, timestamp: 0, payload: Self.camera)
            }
            #expect(await alice.wait { $0.wasAskedFor(3, of: 1001) })
            #expect(await !alice.wasAskedFor(3, of: 1000))
            #expect(await bob.received.count == 6)
        }
    }

    @Test("are taken from a stream of retransmissions, once, and padding on it is not forwarded")
    func takesRetransmissions() async throws {
        try await CallUnderTest.runConnected(alice: .browser(firstSource: 1000)) { _, alice, bob in
            for sequence in [10, 11, 13] as [UInt16] {
                await alice.send(1, sequence: sequence, timestamp: 3000, payload: Self.camera)
            }
            #expect(await alice.wait { $0.wasAskedFor(12, of: 1001) })
            for sequence in [500, 501] as [UInt16] {
                await alice.sendRTP(rtp(SyntheticPeer.Media.rtx, sequence, 3000, 1101, [0, 12, 0x10, 1, 99]))
            }
            await alice.sendRTP([0xa0] + rtp(SyntheticPeer.Media.rtx, 502, 3000, 1101, [0, 0, 0, 4]).dropFirst())
            await alice.send(1, sequence: 14, timestamp: 3000, payload: Self.camera)
            #expect(await bob.wait { $0.received.count == 5 })
            let packets = await bob.received
            #expect(packets.map { $0.header.sequenceNumber &- packets[0].header.sequenceNumber } == [0, 1, 3, 2, 4])
            #expect(packets[3].payload == [0x10, 1, 99])
            #expect(packets.allSatisfy { $0.header.payloadType == SyntheticPeer.vp8 })
        }
    }

    @Test("are sent again on a stream of their own to a receiver that takes it")
    func sendsRetransmissions() async throws {
        try await CallUnderTest.runConnected(bob: .browser) { test, alice, bob in
            for index in 0..<5 {
                await alice.send(1, sequence: UInt16(index), timestamp: 3000, payload: Self.camera + [UInt8(index)])
            }
            #expect(await bob.wait { $0.received.count == 5 })
            let lost = await bob.received[2]
            for _ in 0..<2 {
                await bob.sendRTCP(genericNACK(of: lost.header.ssrc, lost: lost.header.sequenceNumber))
            }
            #expect(await bob.wait { $0.received.count >= 6 })
            let again = await bob.received[5]
            #expect(again.header.ssrc == (await bob.announcedRepairs[1]))
            #expect(again.header.payloadType == SyntheticPeer.Media.rtx)
            #expect(again.header.timestamp == lost.header.timestamp)
            let number = lost.header.sequenceNumber
            #expect(again.payload == [UInt8(number >> 8), UInt8(number & 0xff)] + lost.payload)
            // It is a packet of its own on the path, with a number of its own.
            #expect(again.number == lost.number.map { $0 &+ 3 })
        }
    }

    @Test("do no harm to SRTP where the sequence numbers wrap around: late ones and repeated ones are all understood")
    func wrapsAround() async throws {
        try await CallUnderTest.runConnected(alice: .browser(firstSource: 1000), bob: .browser) { _, alice, bob in
            var expected = 0
            var sequence: UInt16 = 60_000
            for round in 0..<60 {
                // 2500 are lost at once, again and again: twice around the circle.
                sequence &+= 2500
                await alice.send(1, sequence: sequence, timestamp: UInt32(round) * 3000, payload: Self.camera)
                await alice.send(1, sequence: sequence &- 1, timestamp: UInt32(round) * 3000, payload: Self.camera)
                await alice.sendRTP(
                    rtp(
                        SyntheticPeer.Media.rtx, UInt16(round), UInt32(round) * 3000, 1101,
                        [UInt8((sequence &- 40) >> 8), UInt8((sequence &- 40) & 0xff)] + Self.camera))
                expected += 3
                let wanted = expected
                try #require(await bob.wait { $0.received.count >= wanted })
                // The packet of a round before, from our own history, on the other side of the wrap once.
                let last = await bob.received[expected - 3].header
                await bob.sendRTCP(genericNACK(of: last.ssrc, lost: last.sequenceNumber))
                expected += 1
                let repeated = expected
                try #require(await bob.wait { $0.received.count >= repeated })
            }
            #expect(await bob.refused == 0)
            let stream = await bob.announced[1]
            let numbers = await bob.received.filter { $0.header.ssrc == stream }.map(\.header.sequenceNumber)
            #expect(zip(numbers, numbers.dropFirst()).contains { $0 > 0xF000 && $1 < 0x1000 })
        }
    }

    @Test("of redundant audio stay in it for a receiver that takes it, and the newest frame goes to one that does not")
    func redundantAudio() async throws {
        // An old frame of two bytes, 960 before, and the newest one (RFC 2198 §3).
        let payload: [UInt8] = [0x80 | 111, 0x0F, 0x00, 0x02, 111, 1, 2, 7, 8, 9]
        var renumbered = SyntheticPeer.Media.browser
        renumbered.formats[0] = "109 64"
        renumbered.lines[0] = ["a=rtpmap:109 opus/48000/2", "a=rtpmap:64 red/48000/2", "a=fmtp:64 109/109"]
        try await CallUnderTest.runConnected(alice: .browser, bob: renumbered) { _, alice, bob in
            await alice.sendRTP(rtp(SyntheticPeer.Media.red, 1, 960, 1000, payload))
            #expect(await bob.wait { $0.received.count == 1 })
            #expect(await bob.received[0].header.payloadType == 64)
            #expect(await bob.received[0].payload == [0x80 | 109, 0x0F, 0x00, 0x02, 109, 1, 2, 7, 8, 9])
        }
        try await CallUnderTest.runConnected(alice: .browser) { _, alice, bob in
            await alice.sendRTP(rtp(SyntheticPeer.Media.red, 1, 960, 1000, payload))
            #expect(await bob.wait { $0.received.count == 1 })
            #expect(await bob.received[0].header.payloadType == SyntheticPeer.opus)
            #expect(await bob.received[0].payload == [7, 8, 9])
        }
    }
}
