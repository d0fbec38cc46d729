import RTP
import TestSupport
import Testing

/// Seeded mutations: whatever comes from the network, nothing traps and nothing is written outside the header.
@Suite struct MutationTests {
    @Test func `200,000 mutated RTP packets keep their lengths and their payloads`() {
        var generator = SeededGenerator(seed: 0xC0FFEE)
        var map = HeaderExtensionMap()
        for id in UInt8.min...UInt8.max where id % 3 != 0 { map[id] = id &* 7 }
        var twoByte = fullPacket
        twoByte.replaceSubrange(20..<36, with: [0x10, 0, 0, 3, 1, 0, 2, 1, 9, 0, 200, 4, 1, 2, 3, 4])
        var parsed = 0
        var wrong = 0
        for round in 0..<200_000 {
            var bytes = round & 1 == 0 ? fullPacket : twoByte
            bytes.mutate(&generator)
            guard let header = parsedHeader(bytes) else { continue }
            parsed += 1
            let before = bytes
            bytes.edit { span in
                RTPHeader.rewrite(in: &span, payloadType: 100, sequenceNumber: 7, timestamp: 8, ssrc: 9)
                map.apply(to: &span, header: header)
            }
            let rest = header.headerLength &+ header.payloadLength &+ header.paddingLength
            if bytes.count != before.count || rest != bytes.count { wrong += 1 }
            if bytes[header.headerLength...] != before[header.headerLength...] { wrong += 1 }
            if bytes[0] != before[0] || bytes[1] & 0x80 != before[1] & 0x80 { wrong += 1 }
            guard let again = RTPHeader(parsing: bytes.span.bytes), again.payloadRange == header.payloadRange else {
                wrong += 1
                continue
            }
            again.forEachExtension(in: bytes.span.bytes) { element in
                if element.dataRange.upperBound > header.headerLength || element.id == 0 { wrong += 1 }
            }
        }
        #expect(parsed > 50_000)
        #expect(wrong == 0)
    }

    @Test func `200,000 mutated RTCP compounds end, with packets inside the datagram`() {
        let block = ReportBlock(
            ssrc: 1, fractionLost: 2, cumulativeLost: 3, extendedHighestSequence: 4, jitter: 5, lastSenderReport: 6,
            delaySinceLastSenderReport: 7)
        var samples: [[UInt8]] = []
        var writer = RTCPWriter()
        writer.senderReport(
            ssrc: 1,
            SenderInfo(ntp: NTPTime(value: 1 << 40), rtpTimestamp: 2, packetCount: 3, octetCount: 4), [block])
        writer.sourceDescription(ssrc: 1, canonicalName: "name")
        samples.append(writer.bytes)
        writer.removeAll()
        writer.receiverReport(ssrc: 1, [block])
        writer.genericNACK(sender: 1, media: 2, LostPackets.pack([1, 5, 80]))
        writer.fullIntraRequest(sender: 1, [FullIntraRequestEntry(ssrc: 2, sequenceNumber: 3)])
        samples.append(writer.bytes)
        writer.removeAll()
        writer.receiverEstimatedMaximumBitrate(sender: 1, bitrate: 500_000, ssrcs: [2, 3])
        writer.goodbye([4, 5])
        writer.transportFeedback(sender: 1, media: 2, content: [1, 2, 3, 4, 5, 6, 7, 8])
        samples.append(writer.bytes)

        var generator = SeededGenerator(seed: 0xBEEF)
        var good = 0
        var bad = 0
        var outside = 0
        for round in 0..<200_000 {
            var bytes = samples[round % samples.count]
            bytes.mutate(&generator)
            let (packets, error) = read(bytes)
            if error == nil { good += 1 } else { bad += 1 }
            for case .transportFeedback(_, _, let content) in packets where content.upperBound > bytes.count {
                outside += 1
            }
        }
        #expect(good > 20_000 && bad > 20_000)
        #expect(outside == 0)
    }

    @Test func `random bytes never trap the parsers`() {
        var generator = SeededGenerator(seed: 99)
        var parsed = 0
        for _ in 0..<50_000 {
            var bytes = (0..<generator.below(80)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            if !bytes.isEmpty { bytes[0] = bytes[0] & 0x3F | 0x80 }
            _ = PacketKind(classifying: bytes.span.bytes)
            _ = read(bytes)
            if parsedHeader(bytes) != nil { parsed += 1 }
        }
        #expect(parsed > 1000)
    }
}
