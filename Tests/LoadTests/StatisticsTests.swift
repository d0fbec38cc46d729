import RTP
import Testing

@testable import Load

@Suite struct LatencyHistogramTests {
    @Test func `percentiles are right to a microsecond or to three percent`() throws {
        var histogram = LatencyHistogram()
        let delays = (1...10_000).map { Int64($0) * Int64($0) * 3 }
        for delay in delays { histogram.observe(delay) }
        for share in [0.01, 0.5, 0.95, 0.99, 0.999, 1] {
            let exact = delays[Int((Double(delays.count) * share).rounded(.up)) - 1]
            let found = try #require(histogram.quantile(share))
            #expect(found >= exact - 1)
            #expect(Double(found) <= max(Double(exact) + 1000, Double(exact) * 1.032))
        }
        #expect(histogram.longest == delays.last)
    }

    @Test func `sums and differences are those of the single delays`() {
        var (one, other, both) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
        for delay in stride(from: Int64(0), to: 50_000_000, by: 77_777) {
            one.observe(delay)
            both.observe(delay)
        }
        for delay in stride(from: Int64(500), to: 5_000_000, by: 33_333) {
            other.observe(delay)
            both.observe(delay)
        }
        var sum = one
        sum.add(other)
        #expect(sum == both)
        #expect(sum.since(one).quantile(0.5) == other.quantile(0.5))
        #expect(sum.since(one).count == other.count)
    }

    @Test func `nothing seen has no percentile, and what is out of range counts at the ends`() {
        var histogram = LatencyHistogram()
        #expect(histogram.quantile(0.5) == nil)
        histogram.observe(-5)
        #expect(histogram.quantile(1) == 0)
        histogram.observe(.max)
        #expect(histogram.count == 2)
        #expect(histogram.longest == .max)
    }
}

@Suite struct ArrivalWindowTests {
    @Test func `new, late and repeated counters are told apart`() {
        var window = ArrivalWindow()
        #expect(
            [10, 11, 13, 12, 12, 11, 14].map { window.note($0) }
                == [.inOrder, .inOrder, .inOrder, .late, .duplicate, .duplicate, .inOrder])
    }

    @Test func `counters may wrap around and jump`() {
        var window = ArrivalWindow()
        #expect(window.note(.max) == .inOrder)
        #expect(window.note(1) == .inOrder)
        #expect(window.note(0) == .late)
        #expect(window.note(.max) == .duplicate)
        #expect(window.note(5000) == .inOrder)
        #expect(window.note(5000 - 1023) == .late)
        #expect(window.note(5000 - 1024) == .tooOld)
        #expect(window.note(4999) == .late)
    }

    @Test func `any order of any counters with repetitions is counted as it is`() {
        var random = SplitMix(state: 42)
        var window = ArrivalWindow()
        var seen: Set<UInt32> = []
        var highest: UInt32 = 0
        for _ in 0..<20_000 {
            let counter = highest &+ 20 &- UInt32.random(in: 0..<60, using: &random)
            let kind = window.note(counter)
            #expect(kind == (seen.contains(counter) ? .duplicate : kind))
            #expect((kind == .duplicate) == seen.contains(counter))
            seen.insert(counter)
            if Int32(bitPattern: counter &- highest) > 0 { highest = counter }
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite struct StreamReceptionTests {
    private let voice = ClipStream(.audio, frames: (0..<10).map { [[UInt8($0), 1, 2, 3]] }, framesPerSecond: 50)

    /// Sends `count` packets 20 ms apart and gives each to `deliver`.
    private func send(_ count: Int, _ deliver: (Int, RTPHeader, RawSpan, MonotonicInstant) -> Void) {
        var random = SplitMix(state: 1)
        var sender = ClipSender(voice, stream: 5, payloadType: 111, using: &random)
        sender.begin(at: MonotonicInstant(nanoseconds: 0))
        var buffer = [UInt8](repeating: 0, count: 1400)
        for number in 0..<count {
            let now = MonotonicInstant(nanoseconds: Int64(number) * 20_000_000)
            guard let frame = sender.next(now) else { continue }
            buffer.withUnsafeMutableBytes { bytes in
                let length = sender.write(frame.packets.lowerBound, of: frame, into: bytes, at: now)
                let packet = UnsafeRawBufferPointer(rebasing: bytes[..<length]).bytes
                if let header = RTPHeader(parsing: packet) { deliver(number, header, packet, now) }
            }
        }
    }

    @Test func `loss, repetitions and delays are counted from where the time begins`() {
        var reception = StreamReception(stream: 5, clockRate: 48_000)
        let start = MonotonicInstant(nanoseconds: 10 * 20_000_000)
        send(110) { number, header, packet, now in
            if number % 10 == 3 { return }
            let arrival = now.advanced(by: .milliseconds(4))
            reception.received(header, packet, at: arrival, countingFrom: start)
            if number % 20 == 5 { reception.received(header, packet, at: arrival, countingFrom: start) }
        }
        #expect(reception.figures.received == 90)
        #expect(reception.figures.duplicates == 5)
        #expect(reception.figures.reordered == 0)
        #expect(reception.figures.octets == 90 * 4)
        #expect(reception.figures.latency.longest == .milliseconds(4))
        #expect(reception.firstArrival == MonotonicInstant(nanoseconds: .milliseconds(4)))
        #expect(reception.jitter < 0.001)
        #expect(reception.foreign == 0)
    }

    @Test func `packets of another stream, or of nobody we know, are foreign`() {
        var reception = StreamReception(stream: 6, clockRate: 48_000)
        send(3) { _, header, packet, now in reception.received(header, packet, at: now, countingFrom: now) }
        let plain: [UInt8] = [0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3]
        plain.withUnsafeBytes { bytes in
            if let header = RTPHeader(parsing: bytes.bytes) {
                reception.received(
                    header, bytes.bytes, at: MonotonicInstant(nanoseconds: 0),
                    countingFrom: MonotonicInstant(nanoseconds: 0))
            }
        }
        #expect(reception.foreign == 4)
        #expect(reception.figures == StreamReception.Figures())
        #expect(reception.firstArrival == nil)
    }
}
