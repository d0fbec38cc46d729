import RTP
import Relay
import TestSupport
import Testing

@Suite struct StreamRewriterTests {
    /// A rewriter with what most tests do not care about filled in.
    struct Stream {
        var rewriter: StreamRewriter
        var rate: UInt32 = 90_000

        init(first: UInt16 = 1000, timestamp: UInt32 = 5000) {
            rewriter = StreamRewriter(ssrc: 0xFEED, firstSequence: first, firstTimestamp: timestamp)
        }

        mutating func send(_ sequence: UInt16, _ timestamp: UInt32 = 0, of ssrc: UInt32 = 1, at seconds: Double = 0)
            -> UInt16?
        {
            place(sequence, timestamp, of: ssrc, at: seconds)?.sequenceNumber
        }

        mutating func place(_ sequence: UInt16, _ timestamp: UInt32, of ssrc: UInt32 = 1, at seconds: Double)
            -> Rewritten?
        {
            rewriter.rewrite(
                ssrc: ssrc, sequenceNumber: sequence, timestamp: timestamp, clockRate: rate,
                now: MonotonicInstant(nanoseconds: Int64(seconds * 1e9)))
        }
    }

    @Test func `the first packet takes the first number and timestamp`() {
        var stream = Stream()
        let first = stream.place(777, 123_456, at: 3)
        #expect(first == Rewritten(sequenceNumber: 1000, timestamp: 5000, startsSource: true))
        let next = stream.place(778, 126_456, at: 3.03)
        #expect(next == Rewritten(sequenceNumber: 1001, timestamp: 8000, startsSource: false))
        #expect(stream.rewriter.ssrc == 0xFEED)
        #expect(stream.rewriter.currentSource == 1)
    }

    @Test func `the first number's top bit is cleared`() {
        var stream = Stream(first: 0xFFFF)
        let first = stream.send(5)
        #expect(first == 0x7FFF)
    }

    @Test func `gaps and reordering pass unchanged, over the wrap-around`() {
        var stream = Stream(first: 10)
        let sent = [65533, 65535, 65534, 2, 0, 1].map { stream.send($0) }
        #expect(sent == [10, 12, 11, 15, 13, 14])
    }

    @Test func `a packet that comes twice is sent once`() {
        var stream = Stream()
        let sent = [1, 2, 2, 4, 3, 3, 1].map { stream.send($0) }
        #expect(sent == [1000, 1001, nil, 1003, 1002, nil, nil])
    }

    @Test func `what is older than the window is dropped`() {
        var stream = Stream()
        _ = stream.send(100)
        _ = stream.send(102)
        _ = stream.send(102 + 1024)
        let late = [stream.send(101), stream.send(103)]
        #expect(late == [nil, 1003])
    }

    @Test func `the first source may begin reordered`() {
        var stream = Stream(first: 40)
        _ = stream.send(100)
        let before = [99, 60, 59, 36, 20].map { stream.send($0) }
        // 59 would be number −1: below 0 SRTP's rollover counter has no place for it.
        #expect(before == [39, 0, nil, nil, nil])
    }

    @Test func `a new source goes on without a seam`() throws {
        var stream = Stream()
        _ = stream.place(1, 0, at: 0)
        _ = stream.place(2, 3000, at: 1)
        let next = stream.place(40_000, 99, of: 2, at: 1.5)
        // 5000 + 3000, and half a second at 90 kHz.
        #expect(next == Rewritten(sequenceNumber: 1002, timestamp: 53_000, startsSource: true))
        let after = stream.place(40_001, 99 + 3000, of: 2, at: 1.533)
        #expect(after == Rewritten(sequenceNumber: 1003, timestamp: 56_000, startsSource: false))
    }

    @Test func `a new source's timestamp grows by 20 ms at least`() {
        var stream = Stream()
        _ = stream.place(1, 0, at: 5)
        let same = stream.place(1, 77, of: 2, at: 5)
        #expect(same?.timestamp == 6800)
        let backwards = stream.place(1, 99, of: 3, at: 4)
        #expect(backwards?.timestamp == 8600)
    }

    @Test func `a new source's packets of before its first are dropped`() {
        var stream = Stream()
        _ = stream.send(1)
        _ = stream.send(500, of: 2)
        let late = [stream.send(499, of: 2), stream.send(501, of: 2)]
        #expect(late == [nil, 1002])
    }

    @Test func `a sender that restarts with its SSRC is a new source`() {
        var stream = Stream()
        _ = stream.place(10_000, 1_000_000, at: 0)
        let far = stream.place(50, 7, at: 1)
        #expect(far == Rewritten(sequenceNumber: 1001, timestamp: 5000 + 90_000, startsSource: true))
        let wild = stream.place(51, 0x8000_0000, at: 1.03)
        #expect(wild?.sequenceNumber == 1002 && wild?.startsSource == true)
    }

    @Test func `a jump of up to 3000 is a gap, and of more a restart`() {
        var stream = Stream()
        _ = stream.send(0)
        let gap = stream.send(3000)
        #expect(gap == 4000)
        let restart = stream.send(6001)
        #expect(restart == 4001)
    }

    @Test func `a sender that was silent may go on where it stopped, or where real time is`() {
        var stream = Stream()
        _ = stream.place(1, 0, at: 0)
        let stopped = stream.place(2, 960, at: 60)
        #expect(stopped?.startsSource == false && stopped?.timestamp == 5960)
        let caughtUp = stream.place(3, 960 + 90_000 * 60, at: 120)
        #expect(caughtUp?.startsSource == false)
    }

    @Test func `packets left out on purpose leave no gap`() {
        var stream = Stream()
        var sent: [UInt16?] = [stream.send(10), stream.send(11)]
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 12)
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 13)
        sent += [stream.send(14), stream.send(15)]
        #expect(sent == [1000, 1001, 1002, 1003])
        let again = [stream.send(12), stream.send(13)]
        #expect(again == [nil, nil])
    }

    @Test func `what is reordered around a packet left out finds its place`() {
        var stream = Stream()
        _ = stream.send(10)
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 13)
        let sent = [15, 11, 14, 12].map { stream.send($0) }
        #expect(sent == [1004, 1001, 1003, 1002])
    }

    @Test func `leaving out is for the present source's new packets alone`() {
        var stream = Stream()
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 5)
        _ = stream.send(10)
        _ = stream.send(12)
        stream.rewriter.skip(ssrc: 2, sequenceNumber: 13)
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 11)
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 12)
        let next = stream.send(13)
        #expect(next == 1003)
    }

    @Test func `a number that was sent leads back to its source's`() {
        var stream = Stream()
        #expect(stream.rewriter.sourceSequence(forOut: 1000) == nil)
        _ = stream.send(65534)
        _ = stream.send(65535)
        stream.rewriter.skip(ssrc: 1, sequenceNumber: 0)
        _ = stream.send(3)
        let back = [1000, 1001, 1002, 1003, 1004].map { stream.rewriter.sourceSequence(forOut: $0) }
        #expect(back == [65534, 65535, 1, 2, 3])
        #expect(stream.rewriter.sourceSequence(forOut: 1005) == nil)

        _ = stream.send(9, of: 2)
        let after = [1004, 1005].map { stream.rewriter.sourceSequence(forOut: $0) }
        #expect(after == [nil, 9])
    }

    @Test func `timestamps of the present source can be translated`() {
        var stream = Stream()
        #expect(stream.rewriter.outTimestamp(forSource: 1) == nil)
        _ = stream.place(1, 0xFFFF_FF00, at: 0)
        #expect(stream.rewriter.outTimestamp(forSource: 0x100) == 5512)
    }

    @Test func `many packets left out are remembered eight changes back`() {
        var stream = Stream()
        _ = stream.send(0)
        for sequence in UInt16(1)...40 {
            if sequence % 2 == 0 {
                let sent = stream.send(sequence)
                #expect(sent == 1000 + sequence / 2)
            } else {
                stream.rewriter.skip(ssrc: 1, sequenceNumber: sequence)
            }
        }
        #expect(stream.rewriter.sourceSequence(forOut: 1020) == 40)
        #expect(stream.rewriter.sourceSequence(forOut: 1013) == 26)
        #expect(stream.rewriter.sourceSequence(forOut: 1001) == nil)
    }

    @Test func `in random streams no number is sent twice and every number leads back`() {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<60 {
            var stream = Stream(first: UInt16(truncatingIfNeeded: generator.next()))
            var source: UInt32 = 1
            var sequence = UInt16(truncatingIfNeeded: generator.next())
            var timestamp = UInt32(truncatingIfNeeded: generator.next())
            var seen: Set<UInt16> = []
            var highest: UInt16?
            var now = 0.0
            for _ in 0..<3000 {
                now += 0.02
                timestamp &+= 1800
                var number = sequence
                switch generator.below(200) {
                case 0:
                    source += 1
                    sequence = UInt16(truncatingIfNeeded: generator.next())
                    number = sequence
                case 1: sequence &+= UInt16(generator.below(8000))
                case 2...20: number = sequence &- UInt16(generator.below(200))
                case 21...30: sequence &+= UInt16(generator.below(5))
                case 31...40:
                    stream.rewriter.skip(ssrc: source, sequenceNumber: sequence)
                    sequence &+= 1
                    continue
                default: break
                }
                if number == sequence { sequence &+= 1 }
                guard let placed = stream.place(number, timestamp, of: source, at: now) else { continue }
                let inserted = seen.insert(placed.sequenceNumber).inserted
                #expect(inserted)
                #expect(stream.rewriter.sourceSequence(forOut: placed.sequenceNumber) == number)
                if placed.startsSource, let highest { #expect(placed.sequenceNumber == highest &+ 1) }
                if let last = highest {
                    if SequenceNumber.isNewer(placed.sequenceNumber, than: last) { highest = placed.sequenceNumber }
                } else {
                    highest = placed.sequenceNumber
                }
            }
            #expect(seen.count > 2000)
        }
    }
}
