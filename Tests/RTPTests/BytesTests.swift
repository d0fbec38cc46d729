import RTP
import Testing

@Suite struct BytesTests {
    @Test func `numbers are read and written in network byte order at any offset`() {
        var bytes: [UInt8] = Array(repeating: 0, count: 8)
        bytes.edit {
            $0.set(UInt8(0x01), at: 0)
            $0.set(UInt16(0x0203), at: 1)
            $0.set(UInt32(0x0405_0607), at: 3)
        }
        #expect(bytes == [1, 2, 3, 4, 5, 6, 7, 0])
        let span = bytes.span.bytes
        let read = (span.byte(at: 0), span.uint16(at: 1), span.uint24(at: 4), span.uint32(at: 3))
        #expect(read == (1, 0x0203, 0x05_0607, 0x0405_0607))
    }

    @Test func `a copy that does not fit writes nothing`() {
        let source: [UInt8] = [1, 2, 3]
        for (offset, fits) in [(0, true), (1, true), (2, false), (5, false), (-1, false), (Int.max, false)] {
            var bytes: [UInt8] = [0, 0, 0, 0]
            var copied = false
            bytes.edit { copied = $0.copy(source.span.bytes, to: offset) }
            #expect(copied == fits)
            #expect(bytes.contains(2) == fits)
        }
    }

    @Test func `instants saturate at the ends of the clock`() {
        let late = MonotonicInstant(nanoseconds: .max)
        let early = MonotonicInstant(nanoseconds: .min)
        #expect(late.advanced(by: 1) == late)
        #expect(early.advanced(by: -1) == early)
        #expect(late.since(early) == .max)
        #expect(early.since(late) == .min)
        #expect(NanosecondCount.milliseconds(20) == 20_000_000)
        #expect(NanosecondCount.seconds(2) == 2_000_000_000)
    }
}
