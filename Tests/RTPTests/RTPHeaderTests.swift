import RTP
import Testing

@Suite struct RTPHeaderTests {
    @Test func `a header with everything in it is read field by field`() throws {
        let header = try #require(parsedHeader(fullPacket))
        #expect(header.marker)
        #expect(header.payloadType == 96)
        #expect(header.sequenceNumber == 0x1234)
        #expect(header.timestamp == 0x0001_0002)
        #expect(header.ssrc == 0xCAFE_BABE)
        #expect(header.extensionProfile == 0xBEDE)
        #expect(header.extensionOffset == 24)
        #expect(header.extensionLength == 12)
        #expect(header.headerLength == 36)
        #expect(header.payloadRange == 36..<41)
        #expect(header.paddingLength == 3)
    }

    @Test func `the smallest packet is a header alone`() throws {
        let bytes: [UInt8] = [0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
        let header = try #require(parsedHeader(bytes))
        #expect(header.headerLength == 12)
        #expect(header.payloadLength == 0)
        #expect(header.paddingLength == 0)
        #expect(header.extensionProfile == 0)
        #expect(header.extensionLength == 0)
        #expect(!header.marker)
    }

    @Test func `a packet that is padding alone has an empty payload`() throws {
        let bytes: [UInt8] = [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]
        let header = try #require(parsedHeader(bytes))
        #expect(header.payloadLength == 0)
        #expect(header.paddingLength == 4)
    }

    @Test(
        arguments: [
            [],
            [0x80, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0],  // one byte short
            [0x40, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],  // version 1
            [0xC0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],  // version 3
            [0x81, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0],  // a CSRC cut short
            [0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0],  // an extension header cut short
            [0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0, 1, 0, 0, 0],  // an extension cut short
            [0x90, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xBE, 0xDE, 0xFF, 0xFF, 0, 0, 0, 0],  // 256 KiB of extension
            [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],  // padding without a byte
            [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0],  // padding of 0
            [0xA0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 9, 3],  // padding longer than what there is
        ] as [[UInt8]])
    func `what contradicts its own lengths is no packet`(bytes: [UInt8]) {
        #expect(parsedHeader(bytes) == nil)
    }

    @Test func `a rewrite changes the five fields and nothing else`() throws {
        for marker in [false, true] {
            var bytes = fullPacket
            bytes[1] = marker ? 0xE0 : 0x60
            let before = try #require(parsedHeader(bytes))
            bytes.edit {
                RTPHeader.rewrite(
                    in: &$0, payloadType: 0xFF, sequenceNumber: 0xFFFE, timestamp: 0xDEAD_BEEF, ssrc: 0x0102_0304)
            }
            var expected = before
            expected.payloadType = 127
            expected.sequenceNumber = 0xFFFE
            expected.timestamp = 0xDEAD_BEEF
            expected.ssrc = 0x0102_0304
            #expect(parsedHeader(bytes) == expected)
            #expect(bytes[12...] == fullPacket[12...])
            #expect(bytes[0] == fullPacket[0])
        }
    }

    @Test func `a rewrite leaves what is shorter than a header alone`() {
        var bytes = [UInt8](fullPacket.prefix(11))
        bytes.edit { RTPHeader.rewrite(in: &$0, payloadType: 1, sequenceNumber: 2, timestamp: 3, ssrc: 4) }
        #expect(bytes == [UInt8](fullPacket.prefix(11)))
    }
}
