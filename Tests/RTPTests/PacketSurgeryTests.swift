import RTP
import TestSupport
import Testing

/// What is put into packets and taken out of them in place.
@Suite struct PacketSurgeryTests {
    /// A packet with an extension block of this content, and three bytes of payload.
    private func packet(_ content: [UInt8]?, profile: UInt16 = 0xBEDE) -> [UInt8] {
        let head: [UInt8] = [content == nil ? 0x80 : 0x90, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
        let block = content.map { [UInt8(profile >> 8), UInt8(profile & 0xFF), 0, UInt8($0.count / 4)] + $0 } ?? []
        return head + block + [0x77, 0x78, 0x79]
    }

    /// The packet with an element put in and filled; nil where it was refused.
    private func inserting(_ id: UInt8, _ data: [UInt8], into bytes: [UInt8], room: Int = 16) -> [UInt8]? {
        guard let header = parsedHeader(bytes) else { return nil }
        var buffer = bytes + [UInt8](repeating: 0xEE, count: room)
        var result: (data: Range<Int>, length: Int)?
        buffer.edit { span in
            result = RTPHeader.insertExtension(
                id: id, dataLength: data.count, into: &span, header: header, length: bytes.count)
            if let result {
                for (index, byte) in data.enumerated() { span.set(byte, at: result.data.lowerBound + index) }
            }
        }
        guard let result else {
            #expect(Array(buffer.prefix(bytes.count)) == bytes)
            return nil
        }
        return Array(buffer.prefix(result.length))
    }

    private func elements(_ bytes: [UInt8]) -> [UInt8: [UInt8]] {
        var elements: [UInt8: [UInt8]] = [:]
        parsedHeader(bytes)?.forEachExtension(in: bytes.span.bytes) { elements[$0.id] = [UInt8](bytes[$0.dataRange]) }
        return elements
    }

    @Test(arguments: [2, 3]) func `an element goes into a packet without any, and the payload stays`(count: Int) throws
    {
        let data = [UInt8](repeating: 0xAB, count: count)
        let result = try #require(inserting(5, data, into: packet(nil)))
        #expect(elements(result) == [5: data])
        let header = try #require(parsedHeader(result))
        #expect(Array(result[header.payloadRange]) == [0x77, 0x78, 0x79])
        #expect(header.ssrc == 3 && result.count == packet(nil).count + 8)
    }

    @Test func `an element takes the room of one that was blanked`() throws {
        let full = packet([0x12, 1, 2, 3, 0x21, 9, 9, 0])
        var map = HeaderExtensionMap()
        map[2] = 6
        let header = try #require(parsedHeader(full))
        var bytes = full
        var found: Range<Int>?
        bytes.edit { found = map.apply(to: &$0, header: header, seeking: 6) }
        #expect(found == 21..<23)
        let result = try #require(inserting(3, [7, 8], into: bytes))
        #expect(result.count == full.count)
        #expect(elements(result) == [3: [7, 8], 6: [9, 9]])
    }

    @Test func `a full block grows by a word, in either form`() throws {
        let one = try #require(inserting(3, [7, 8], into: packet([0x12, 1, 2, 3])))
        #expect(elements(one) == [1: [1, 2, 3], 3: [7, 8]] && one.suffix(3) == [0x77, 0x78, 0x79])
        let two = try #require(inserting(200, [7, 8], into: packet([1, 2, 5, 6], profile: 0x1000)))
        #expect(elements(two) == [1: [5, 6], 200: [7, 8]] && two.suffix(3) == [0x77, 0x78, 0x79])
        #expect(one.count == packet([0, 0, 0, 0]).count + 4)
    }

    @Test func `what does not fit is refused, and nothing is changed`() {
        #expect(inserting(15, [1, 2], into: packet(nil)) == nil)
        #expect(inserting(15, [1, 2], into: packet([0x12, 1, 2, 3])) == nil)
        #expect(inserting(3, [1, 2], into: packet(nil), room: 7) == nil)
        #expect(inserting(3, [1, 2], into: packet([1, 2, 3, 4], profile: 0x4242)) == nil)
    }

    @Test func `a retransmission is unwrapped to the packet it was made of`() throws {
        for original in [fullPacket, packet(nil), packet([0x12, 1, 2, 3])] {
            let header = try #require(parsedHeader(original))
            var buffer = original + [0, 0]
            var wrapped: Int?
            buffer.edit {
                wrapped = Retransmission.wrap(
                    &$0, header: header, length: original.count, payloadType: 97, sequenceNumber: 4711, ssrc: 99)
            }
            #expect(wrapped == original.count + 2)
            let again = try #require(parsedHeader(buffer))
            #expect(again.payloadType == 97 && again.sequenceNumber == 4711 && again.ssrc == 99)
            #expect(again.timestamp == header.timestamp && again.payloadLength == header.payloadLength + 2)
            var length: Int?
            buffer.edit {
                length = Retransmission.unwrap(
                    &$0, header: again, length: original.count + 2, payloadType: header.payloadType, ssrc: header.ssrc)
            }
            #expect(length == original.count)
            #expect(Array(buffer.prefix(original.count)) == original)
        }
        var padding: [UInt8] = [0xA0, 97, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 3]
        let header = try #require(parsedHeader(padding))
        var length: Int? = 0
        padding.edit { length = Retransmission.unwrap(&$0, header: header, length: 15, payloadType: 96, ssrc: 1) }
        #expect(length == nil)
    }

    @Test func `redundant audio is renumbered, and reduced to its newest frame`() throws {
        // RFC 2198 §5's layout: two older frames of two and one bytes, then the newest.
        let payload: [UInt8] = [0xEF, 0x0F, 0x00, 0x02, 0xEF, 0x07, 0x80, 0x01, 0x6F, 1, 2, 3, 8, 9]
        var bytes: [UInt8] = [0x80, 63, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3] + payload
        let header = try #require(parsedHeader(bytes))
        #expect(RedundantAudio.newest(of: header.payloadRange, in: bytes.span.bytes)?.range == 24..<26)
        var types = [UInt8](repeating: 0xFF, count: 128)
        types[111] = 109
        var done = false
        bytes.edit { done = RedundantAudio.rewrite(header.payloadRange, in: &$0, types: types) }
        #expect(done && bytes[12] == 0xED && bytes[16] == 0xED && bytes[20] == 0x6D)
        bytes.edit { done = RedundantAudio.rewrite(header.payloadRange, in: &$0, types: types) }
        #expect(!done)
        var stripped: (payloadType: UInt8, length: Int)?
        bytes.edit { stripped = RedundantAudio.strip(&$0, header: header) }
        #expect(stripped?.payloadType == 109 && stripped?.length == 14)
        #expect(Array(bytes[12..<14]) == [8, 9])
    }

    @Test func `100,000 mutated packets are cut and put together without writing outside`() {
        var random = SeededGenerator(seed: 2198)
        let types = (0..<128).map { UInt8($0) }
        var cut = 0
        for round in 0..<100_000 {
            var bytes = round % 2 == 0 ? fullPacket : packet(nil) + [0xEF, 0x0F, 0x00, 0x02, 0x6F, 1, 2, 3]
            bytes.mutate(&random)
            guard let header = parsedHeader(bytes) else { continue }
            let length = bytes.count
            bytes += [UInt8](repeating: 0, count: 16)
            bytes.edit { span in
                _ = RedundantAudio.rewrite(header.payloadRange, in: &span, types: types)
                if RedundantAudio.strip(&span, header: header) != nil { cut += 1 }
                _ = Retransmission.unwrap(&span, header: header, length: length, payloadType: 1, ssrc: 2)
                _ = Retransmission.wrap(
                    &span, header: header, length: length, payloadType: 1, sequenceNumber: 2, ssrc: 3)
                _ = RTPHeader.insertExtension(id: 3, dataLength: 3, into: &span, header: header, length: length)
            }
            #expect(bytes.count == length + 16)
        }
        #expect(cut > 10_000)
    }
}
