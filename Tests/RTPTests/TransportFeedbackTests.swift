import RTP
import TestSupport
import Testing

@Suite struct TransportFeedbackTests {
    private static let millisecond: Int64 = 1_000_000

    private func read(_ bytes: [UInt8]) -> [TransportFeedbackStatus]? {
        guard var reader = TransportFeedbackReader(0..<bytes.count, in: bytes.span.bytes) else { return nil }
        var statuses: [TransportFeedbackStatus] = []
        while let status = reader.next(in: bytes.span.bytes) { statuses.append(status) }
        return statuses.count == reader.packetCount ? statuses : nil
    }

    /// The draft's example of §3.1.3 and §3.1.4: a run of lost packets, and a vector.
    @Test func `runs and vectors are read by the draft's figures`() throws {
        var bytes: [UInt8] = [0, 100, 0, 15, 0, 0, 2, 7]
        // A run of eight lost packets; a vector of one-bit symbols: lost, two received, lost, received, lost, received.
        bytes += [0x00, 0x08, 0b1001_1010, 0b1000_0000]
        bytes += [4, 8, 12, 16]
        let statuses = try #require(read(bytes))
        #expect(statuses.map(\.sequence) == Array(100..<115))
        let start = 2 * TransportFeedbackReader.referenceUnit
        let arrivals = statuses.map { $0.arrival.map { ($0 - start) / Self.millisecond } }
        #expect(arrivals.prefix(8).allSatisfy { $0 == nil })
        #expect(Array(arrivals[8...]) == [nil, 1, 3, nil, 6, nil, 10])
        #expect(TransportFeedbackReader(0..<bytes.count, in: bytes.span.bytes)?.feedbackCount == 7)
    }

    @Test func `deltas of two bytes go back in time, and the reference time has a sign`() throws {
        let bytes: [UInt8] = [0xFF, 0xFF, 0, 2, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0xFF, 0xFC, 8]
        // Vector of two-bit symbols: 10 (two bytes), 01 (one byte).
        var vector = bytes
        vector[8] = 0b1110_0100
        let statuses = try #require(read(vector))
        #expect(statuses.map(\.sequence) == [65535, 0])
        #expect(statuses.map(\.arrival) == [-65 * Self.millisecond, -63 * Self.millisecond])
    }

    @Test func `lengths that point outside are refused`() {
        #expect(read([0, 1, 0, 1, 0, 0, 0]) == nil)
        #expect(read([0, 1, 0, 1, 0, 0, 0, 0]) == nil)
        #expect(read([0, 1, 0, 1, 0, 0, 0, 0, 0x20, 1]) == nil)
        #expect(read([0, 1, 0, 2, 0, 0, 0, 0, 0x40, 2, 0, 0, 0]) == nil)
        #expect(read([0, 1, 0xFF, 0xFF, 0, 0, 0, 0] + [UInt8](repeating: 0x1F, count: 64)) == nil)
        // Chunks of no packets do not go on forever.
        #expect(read([0, 1, 0, 2, 0, 0, 0, 0] + [UInt8](repeating: 0, count: 64)) == nil)
    }

    @Test func `what is written reads back, to a quarter of a millisecond`() throws {
        var random = SeededGenerator(seed: 15)
        for _ in 0..<2000 {
            var now = Int64(random.below(1_000_000)) * Self.millisecond
            var content = TransportFeedbackContent(
                baseSequence: UInt16(truncatingIfNeeded: random.next()), feedbackCount: 9)
            var arrivals: [Int64?] = []
            let lossy = random.below(100)
            for index in 0...random.below(200) {
                var arrival: Int64?
                if index == 0 || random.below(100) >= lossy {
                    now +=
                        Int64(random.below(20) == 0 ? random.below(4000) - 1000 : random.below(30)) * Self.millisecond
                        / 4
                    now = max(now, 0)
                    arrival = now
                }
                let isAdded = content.add(arrival: arrival)
                #expect(isAdded)
                arrivals.append(arrival)
            }
            let statuses = try #require(read(content.bytes))
            #expect(statuses.count == arrivals.count)
            for (status, arrival) in zip(statuses, arrivals) {
                #expect((status.arrival == nil) == (arrival == nil))
                if let told = status.arrival, let arrival { #expect((0..<250_000).contains(arrival - told)) }
            }
        }
    }

    @Test func `arrivals too far apart need a message of their own`() {
        var content = TransportFeedbackContent(baseSequence: 1, feedbackCount: 0)
        var added = [content.add(arrival: nil)]
        #expect(content.isEmpty)
        added.append(content.add(arrival: 0))
        added.append(content.add(arrival: TransportFeedbackContent.largestDelta + 1_000_000))
        added.append(content.add(arrival: TransportFeedbackContent.largestDelta))
        #expect(added == [true, true, false, true])
        #expect(!content.isEmpty && content.packetCount == 3)
    }

    @Test func `100,000 mutated messages end`() {
        var content = TransportFeedbackContent(baseSequence: 1, feedbackCount: 0)
        for index in 0..<40 { _ = content.add(arrival: index % 3 == 0 ? nil : Int64(index) * 7 * Self.millisecond) }
        let sample = content.bytes
        var random = SeededGenerator(seed: 205)
        var good = 0
        for _ in 0..<100_000 {
            var bytes = sample
            bytes.mutate(&random)
            if let statuses = read(bytes), !statuses.isEmpty { good += 1 }
        }
        #expect(good > 10_000)
    }
}
