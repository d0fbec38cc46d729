import RTP
import TestSupport
import Testing

@Suite struct NTPTimeTests {
    @Test func `1970 is 2208988800 seconds after 1900`() {
        #expect(NTPTime(unixNanoseconds: 0).value == UInt64(2_208_988_800) << 32)
    }

    @Test func `RFC 3550's example of the middle 32 bits`() {
        // §6.4.1: ntp_sec = 0xb44db705, ntp_frac = 0x20000000.
        #expect(NTPTime(value: 0xB44D_B705_2000_0000).middle == 0xB705_2000)
    }

    @Test func `half a second is half of the fraction`() {
        #expect(NTPTime(unixNanoseconds: 500_000_000).value & 0xFFFF_FFFF == 0x8000_0000)
        #expect(NTPTime(unixNanoseconds: -500_000_000).value == UInt64(2_208_988_799) << 32 | 0x8000_0000)
    }

    @Test func `there and back loses at most a nanosecond, also past 2036`() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<10_000 {
            // 1970 to 2100.
            let time = Int64(generator.next() % 4_102_444_800_000_000_000)
            let back = NTPTime(unixNanoseconds: time).unixNanoseconds
            #expect((0...1).contains(time - back))
        }
    }

    @Test func `the ends of the range do not trap`() {
        for time in [Int64.min, -1, 0, .max] { _ = NTPTime(unixNanoseconds: time).unixNanoseconds }
        for value in [UInt64.min, 1 << 63, .max] { _ = NTPTime(value: value).unixNanoseconds }
    }
}
