import RTP
import TestSupport
import Testing

@Suite struct SequenceNumberTests {
    @Test func `newer means less than half the circle ahead`() {
        #expect(SequenceNumber.isNewer(1, than: 0))
        #expect(SequenceNumber.isNewer(0, than: 65535))
        #expect(SequenceNumber.isNewer(32767, than: 0))
        #expect(!SequenceNumber.isNewer(32768, than: 0))
        #expect(!SequenceNumber.isNewer(0, than: 32768))
        #expect(!SequenceNumber.isNewer(7, than: 7))
        #expect(!SequenceNumber.isNewer(65535, than: 0))
    }

    @Test func `of two different numbers that are not opposite exactly one is newer`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let a = UInt16(truncatingIfNeeded: generator.next())
            let b = UInt16(truncatingIfNeeded: generator.next())
            guard a != b, a &- b != 0x8000 else { continue }
            #expect(SequenceNumber.isNewer(a, than: b) != SequenceNumber.isNewer(b, than: a))
            #expect(SequenceNumber.isNewer(a, than: b) == (SequenceNumber.distance(from: b, to: a) > 0))
        }
    }

    @Test func `unwrapping follows a stream over many wrap-arounds, with gaps and reordering`() {
        var generator = SeededGenerator(seed: 2)
        var unwrapper = SequenceUnwrapper()
        var highest: Int64 = 65000
        #expect(unwrapper.unwrap(UInt16(highest)) == highest)
        for _ in 0..<20_000 {
            let next = highest + Int64(generator.below(60)) - 20
            #expect(unwrapper.peek(UInt16(truncatingIfNeeded: next)) == next)
            #expect(unwrapper.unwrap(UInt16(truncatingIfNeeded: next)) == next)
            highest = max(highest, next)
            #expect(unwrapper.highest == highest)
        }
        #expect(highest > 3 << 16)
    }

    @Test func `a number before the first comes out negative`() {
        var unwrapper = SequenceUnwrapper()
        #expect(unwrapper.unwrap(1) == 1)
        #expect(unwrapper.unwrap(65535) == -1)
        #expect(unwrapper.unwrap(2) == 2)
    }
}
