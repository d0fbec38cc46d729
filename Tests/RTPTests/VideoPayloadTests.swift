import RTP
import TestSupport
import Testing

@Suite struct VideoPayloadTests {
    private func starts(_ codec: VideoCodecKind, _ payload: [UInt8]) -> Bool {
        VideoPayload.startsKeyFrame(codec: codec, payload: payload.span.bytes)
    }

    @Test(
        arguments: [
            ([0x10, 0x50, 0x01, 0x00, 0x9D, 0x01, 0x2A], true),  // S, PID 0; P = 0
            ([0x10, 0x51], false),  // P = 1: an inter frame
            ([0x00, 0x50], false),  // not the start of a partition
            ([0x11, 0x50], false),  // of partition 1
            ([0x90, 0x80, 0x11, 0x50], true),  // 7-bit picture id
            ([0x90, 0x80, 0x81, 0x11, 0x50], true),  // 15-bit picture id
            ([0x90, 0xE0, 0x81, 0x11, 0x01, 0x20, 0x50], true),  // picture id, TL0PICIDX, TID
            ([0x90, 0xF0, 0x81, 0x11, 0x01, 0x20, 0x51], false),
            ([0x90, 0x10, 0x20, 0x50], true),  // KEYIDX alone
            ([0x90, 0x00, 0x50], true),  // extended without fields
            ([0x90], false), ([0x90, 0x80], false), ([0x90, 0x80, 0x81], false), ([0x90, 0x80, 0x81, 0x11], false),
            ([0x90, 0xE0, 0x81, 0x11, 0x01, 0x20], false), ([0x10], false), ([], false),
        ] as [([UInt8], Bool)])
    func `VP8 starts a key frame at partition 0 with P clear`(payload: [UInt8], expected: Bool) {
        #expect(starts(.vp8, payload) == expected)
    }

    @Test(
        arguments: [
            ([0x08, 0x82], true),  // B, no P, no layers
            ([0x48, 0x82], false),  // P
            ([0x00, 0x82], false),  // not the beginning
            ([0x88, 0x11, 0x82], true),  // I
            ([0x28, 0x00], true),  // L: TID 0, SID 0
            ([0x28, 0x02], false),  // SID 1
            ([0x28, 0xE1], true),  // TID 7, SID 0, D
            ([0xA8, 0x81, 0x11, 0x00, 0x05], true), ([0xA8, 0x81, 0x11, 0x04, 0x05], false),
            ([0xA8, 0x11, 0x00], true),
            ([0x28], false), ([0xA8, 0x81, 0x11], false), ([0xA8], false), ([], false),
        ] as [([UInt8], Bool)])
    func `VP9 starts a key frame at the beginning of a base layer frame without prediction`(
        payload: [UInt8], expected: Bool
    ) {
        #expect(starts(.vp9, payload) == expected)
    }

    @Test(
        arguments: [
            ([0x65, 0x88], true), ([0x67, 0x42], true), ([0x41, 0x9A], false), ([0x68, 0xCE], false),
            ([0x78, 0, 2, 0x67, 0x42, 0, 1, 0x68], true),  // STAP-A: SPS, PPS
            ([0x78, 0, 1, 0x68, 0, 2, 0x65, 0x88], true),  // PPS, IDR
            ([0x78, 0, 1, 0x68, 0, 2, 0x41, 0x9A], false),  // PPS, slice
            ([0x78, 0, 0, 0, 1, 0x67], false), ([0x78, 0, 9, 0x67], false), ([0x78, 0, 1], false), ([0x78], false),
            ([0x7C, 0x85, 0x88], true), ([0x7C, 0x05, 0x88], false), ([0x7C, 0x45, 0x88], false),
            ([0x7C, 0x87, 0x42], true), ([0x7C, 0x81, 0x9A], false), ([0x7C], false), ([], false),
        ] as [([UInt8], Bool)])
    func `H264 starts a key frame at an IDR slice or a sequence parameter set`(payload: [UInt8], expected: Bool) {
        #expect(starts(.h264, payload) == expected)
    }

    @Test(
        arguments: [
            ([0x08, 0x0A], true), ([0x18, 0x0A], true), ([0x28], true), ([0x10, 0x0A], false), ([0x88, 0x0A], false),
            ([0x80], false), ([], false),
        ] as [([UInt8], Bool)])
    func `AV1 starts a key frame where a coded video sequence starts`(payload: [UInt8], expected: Bool) {
        #expect(starts(.av1, payload) == expected)
    }

    @Test func `no payload of up to 24 random bytes traps`() {
        var generator = SeededGenerator(seed: 3)
        var found = 0
        for _ in 0..<40_000 {
            let payload = (0..<generator.below(25)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            for codec in VideoCodecKind.allCases where starts(codec, payload) { found += 1 }
        }
        #expect(found > 1000)
    }
}
