import RTP
import Testing

@Suite struct PacketKindTests {
    @Test(arguments: [
        ([0x00, 0x01], PacketKind.stun), ([0x03, 0xFF], .stun), ([0x04, 0], .unknown), ([0x10, 0], .unknown),
        ([0x13, 0], .unknown), ([0x14, 0], .dtls), ([0x16, 0xFE], .dtls), ([0x3F, 0], .dtls),
        ([0x40, 0], .turnChannel), ([0x4F, 0], .turnChannel), ([0x50, 0], .unknown), ([0x7F, 0], .unknown),
        ([0x80, 0], .rtp), ([0x80, 0x60], .rtp), ([0x80, 0xBF], .rtp), ([0x80, 0xC0], .rtcp), ([0x81, 0xC8], .rtcp),
        ([0xBF, 0xDF], .rtcp), ([0xBF, 0xE0], .rtp), ([0xC0, 0xC8], .unknown), ([0x80], .unknown), ([], .unknown),
    ])
    func `the first byte tells the protocol and the second RTP from RTCP`(bytes: [UInt8], kind: PacketKind) {
        #expect(PacketKind(classifying: bytes.span.bytes) == kind)
    }

    @Test func `every pair of first bytes has a kind, and DTLS and STUN need no second`() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let kind = PacketKind(classifying: [first, second].span.bytes)
                let isMedia = kind == .rtp || kind == .rtcp
                #expect(isMedia == (128...191).contains(first))
                #expect((kind == .rtcp) == (isMedia && (192...223).contains(second)))
            }
        }
    }
}
