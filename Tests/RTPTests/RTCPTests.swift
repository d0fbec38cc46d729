import RTP
import Testing

@Suite struct RTCPTests {
    private let block = ReportBlock(
        ssrc: 0x1111_1111, fractionLost: 64, cumulativeLost: -3, extendedHighestSequence: 0x0002_FFFF, jitter: 77,
        lastSenderReport: 0xB705_2000, delaySinceLastSenderReport: 0x0005_4000)
    private let info = SenderInfo(
        ntp: NTPTime(value: 0xB44D_B705_2000_0000), rtpTimestamp: 0x1234_5678, packetCount: 9, octetCount: 999)

    private func written(_ body: (inout RTCPWriter) -> Void) -> [UInt8] {
        var writer = RTCPWriter()
        body(&writer)
        return writer.bytes
    }

    @Test func `a compound of everything comes back as it was written`() {
        let bytes = written {
            $0.senderReport(ssrc: 1, info, [block, block])
            $0.receiverReport(ssrc: 2, [block])
            $0.sourceDescription(ssrc: 3, canonicalName: "käse@example")
            $0.genericNACK(sender: 4, media: 5, [LostPackets(first: 65530, following: 0x8001)])
            $0.pictureLossIndication(sender: 6, media: 7)
            $0.fullIntraRequest(sender: 8, [FullIntraRequestEntry(ssrc: 9, sequenceNumber: 200)])
            $0.receiverEstimatedMaximumBitrate(sender: 10, bitrate: 1_250_000, ssrcs: [11, 12])
            $0.goodbye([13, 14])
            $0.transportFeedback(sender: 15, media: 16, content: [1, 2, 3, 4, 5, 6, 7, 8, 9])
        }
        #expect(bytes.count % 4 == 0)
        let (packets, error) = read(bytes)
        #expect(error == nil)
        #expect(
            packets.dropLast() == [
                .senderReport(ssrc: 1, info, [block, block]),
                .receiverReport(ssrc: 2, [block]),
                .sourceDescription([SourceDescription(ssrc: 3, canonicalName: "käse@example")]),
                .genericNACK(sender: 4, media: 5, [LostPackets(first: 65530, following: 0x8001)]),
                .pictureLossIndication(sender: 6, media: 7),
                .fullIntraRequest(sender: 8, [FullIntraRequestEntry(ssrc: 9, sequenceNumber: 200)]),
                .receiverEstimatedMaximumBitrate(sender: 10, bitrate: 1_250_000, ssrcs: [11, 12]),
                .goodbye([13, 14]),
            ])
        guard case .transportFeedback(15, 16, let content) = packets.last else {
            Issue.record("no transport feedback")
            return
        }
        #expect(bytes[content].elementsEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]))
    }

    @Test func `a sender report lies byte for byte as RFC 3550 §6.4.1 draws it`() {
        let bytes = written { $0.senderReport(ssrc: 0xAABB_CCDD, info, [block]) }
        #expect(
            bytes == [
                0x81, 200, 0, 12, 0xAA, 0xBB, 0xCC, 0xDD,
                0xB4, 0x4D, 0xB7, 0x05, 0x20, 0, 0, 0, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 9, 0, 0, 0x03, 0xE7,
                0x11, 0x11, 0x11, 0x11, 64, 0xFF, 0xFF, 0xFD, 0, 2, 0xFF, 0xFF, 0, 0, 0, 77,
                0xB7, 0x05, 0x20, 0, 0, 5, 0x40, 0,
            ])
    }

    @Test func `feedback lies byte for byte as RFC 4585 and RFC 5104 draw it`() {
        #expect(
            written { $0.genericNACK(sender: 1, media: 2, [LostPackets(first: 0x1234, following: 0x0005)]) }
                == [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0x12, 0x34, 0, 5])
        #expect(
            written { $0.pictureLossIndication(sender: 1, media: 2) } == [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2])
        #expect(
            written { $0.fullIntraRequest(sender: 1, [FullIntraRequestEntry(ssrc: 2, sequenceNumber: 7)]) }
                == [0x84, 206, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 7, 0, 0, 0])
        #expect(
            written { $0.receiverEstimatedMaximumBitrate(sender: 1, bitrate: 0x3FFFF << 3, ssrcs: [2]) }
                == [
                    0x8F, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0x52, 0x45, 0x4D, 0x42, 1, 0x0F, 0xFF, 0xFF, 0, 0, 0, 2,
                ])
    }

    @Test func `a name of any length ends with a null byte on a word boundary`() {
        for length in 0...300 {
            let name = String(repeating: "n", count: length)
            let bytes = written { $0.sourceDescription(ssrc: 1, canonicalName: name) }
            #expect(bytes.count % 4 == 0 && bytes.last == 0)
            let expected = SourceDescription(ssrc: 1, canonicalName: String(name.prefix(255)))
            #expect(read(bytes).packets == [.sourceDescription([expected])])
        }
    }

    @Test func `a report holds 31 blocks at most`() {
        let blocks = Array(repeating: block, count: 40)
        #expect(
            read(written { $0.receiverReport(ssrc: 1, blocks) }).packets
                == [.receiverReport(ssrc: 1, Array(blocks.prefix(31)))])
        #expect(
            read(written { $0.goodbye((0..<40).map { UInt32($0) }) }).packets == [.goodbye((0..<31).map { UInt32($0) })]
        )
    }

    @Test func `cumulative loss stops at the ends of 24 bits`() {
        for (lost, expected) in [(Int32.max, Int32(0x7F_FFFF)), (.min, -0x80_0000), (-1, -1), (5, 5)] {
            var extreme = block
            extreme.cumulativeLost = lost
            let bytes = written { $0.receiverReport(ssrc: 1, [extreme]) }
            extreme.cumulativeLost = expected
            #expect(read(bytes).packets == [.receiverReport(ssrc: 1, [extreme])])
        }
    }

    @Test func `a bit rate keeps 18 significant bits and never grows`() {
        for bitrate: UInt64 in [0, 1, 30_000, 0x3FFFF, 0x40000, 2_500_001, 123_456_789_012, .max] {
            let bytes = written { $0.receiverEstimatedMaximumBitrate(sender: 1, bitrate: bitrate, ssrcs: []) }
            guard case .receiverEstimatedMaximumBitrate(_, let value, _) = read(bytes).packets.first else {
                Issue.record("no estimate of \(bitrate)")
                continue
            }
            #expect(value <= bitrate && Double(value) >= Double(bitrate) * (1 - 1.0 / 131_072))
        }
    }

    @Test func `an exponent beyond 64 bits saturates`() {
        var bytes = written { $0.receiverEstimatedMaximumBitrate(sender: 1, bitrate: 1, ssrcs: []) }
        bytes[17] |= 0xFC
        #expect(read(bytes).packets == [.receiverEstimatedMaximumBitrate(sender: 1, bitrate: .max, ssrcs: [])])
    }

    @Test func `other types and formats are passed over`() {
        let bytes: [UInt8] =
            [0x80, 204, 0, 2, 0, 0, 0, 1, 0x41, 0x42, 0x43, 0x44]  // APP
            + [0x83, 205, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]  // TMMBR
            + [0x8F, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 1, 2, 3, 4]  // another application's feedback
            + [0x80, 207, 0, 0]  // XR
        #expect(
            read(bytes).packets == [
                .unknown(type: 204, format: 0), .unknown(type: 205, format: 3), .unknown(type: 206, format: 15),
                .unknown(type: 207, format: 0),
            ])
        #expect(read(bytes).error == nil)
    }

    @Test(
        arguments: [
            ([0x80, 200, 0], RTCPError.truncated),
            ([0x40, 200, 0, 0], .version),
            ([0x80, 200, 0, 6], .truncated),  // longer than the datagram
            ([0x80, 200, 0, 1, 0, 0, 0, 1], .truncated),  // no sender info
            ([0x81, 201, 0, 1, 0, 0, 0, 1], .truncated),  // a block announced and missing
            ([0x82, 203, 0, 1, 0, 0, 0, 1], .truncated),
            ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 9, 0x41, 0], .truncated),  // an item longer than the packet
            ([0x81, 202, 0, 2, 0, 0, 0, 1, 1, 2, 0x41, 0x42], .truncated),  // no end of items
            ([0x81, 205, 0, 1, 0, 0, 0, 1], .truncated),
            ([0xA0, 201, 0, 1, 0, 0, 0, 0], .padding),  // padding of 0
            ([0xA0, 201, 0, 1, 0, 0, 0, 8], .padding),  // padding over the header
            ([0xA0, 207, 0, 1, 0, 0, 0, 4, 0x80, 207, 0, 0], .padding),  // padding before the last packet
        ] as [([UInt8], RTCPError)])
    func `a malformed packet stops the reader with a reason`(bytes: [UInt8], error: RTCPError) {
        #expect(read(bytes).error == error)
        let good = written { $0.pictureLossIndication(sender: 1, media: 2) }
        let (packets, second) = read(good + bytes)
        #expect(packets == [.pictureLossIndication(sender: 1, media: 2)] && second == error)
    }

    @Test func `after an error the reader is at the end`() {
        let bytes: [UInt8] = [0x40, 200, 0, 0, 0x80, 207, 0, 0]
        var reader = RTCPReader()
        #expect(throws: RTCPError.version) { _ = try reader.next(in: bytes.span.bytes) }
        let next = try? reader.next(in: bytes.span.bytes)
        #expect(next == .some(nil))
    }

    @Test func `lists are cut off at the limit`() {
        var bytes: [UInt8] = [0x81, 205, 2, 2, 0, 0, 0, 1, 0, 0, 0, 2]
        bytes += Array(repeating: 1, count: 4 * 512)
        guard case .genericNACK(_, _, let lost) = read(bytes).packets.first else {
            Issue.record("no NACK")
            return
        }
        #expect(lost.count == RTCPPacket.entryLimit)
    }

    @Test func `lost packets are packed and unpacked over a wrap-around`() {
        let lost: [UInt16] = [65530, 65535, 0, 10, 11, 30]
        let entries = LostPackets.pack(lost)
        #expect(
            entries == [
                LostPackets(first: 65530, following: 1 << 4 | 1 << 5 | 1 << 15), LostPackets(first: 11, following: 0),
                LostPackets(first: 30, following: 0),
            ])
        var unpacked: [UInt16] = []
        for entry in entries { entry.forEach { unpacked.append($0) } }
        #expect(unpacked == lost)
        #expect(LostPackets.pack([]).isEmpty)
        #expect(LostPackets.pack([5, 5]) == [LostPackets(first: 5, following: 0)])
        #expect(written { $0.genericNACK(sender: 1, media: 2, []) }.isEmpty)
    }

    @Test func `an emptied writer starts over`() {
        var writer = RTCPWriter()
        writer.pictureLossIndication(sender: 1, media: 2)
        let first = writer.bytes
        writer.removeAll()
        writer.pictureLossIndication(sender: 1, media: 2)
        #expect(writer.bytes == first)
    }
}
