import Billing
import TestSupport
import Testing

@Suite("Billable time") struct BillableTimeTests {
    private func record(
        _ mediaSeconds: Int = 10, seconds: Int = 10, reconnecting: Int = 0, packets: (Int, Int) = (500, 500),
        scores: (Int?, Int?) = (400, 400)
    ) -> MediaRecord {
        MediaRecord(
            seconds: seconds, mediaSeconds: mediaSeconds, reconnectingSeconds: reconnecting,
            fromCustomer: .init(packets: packets.0, score: scores.0),
            fromConsultant: .init(packets: packets.1, score: scores.1))
    }

    private func unbilled(_ records: [MediaRecord]) -> [Range<Int>] { BillableTime(records: records).unbilled }

    @Test("is all media time of a good call")
    func good() {
        let time = BillableTime(records: [record(), record(), record(7)])
        #expect(time.mediaSeconds == 27 && time.unbilled.isEmpty && time.billable(upTo: 100) == 27)
        #expect(time.billable(upTo: 15) == 15 && time.billable(upTo: -1) == 0)
    }

    @Test("leaves out what went one way, reconnecting, and what did not pass in reality")
    func left() {
        #expect(unbilled([record(), record(2, packets: (500, 0)), record()]) == [10..<12])
        #expect(unbilled([record(), record(2, packets: (0, 500))]) == [10..<12])
        #expect(unbilled([record(10, reconnecting: 4), record()]) == [6..<10])
        #expect(unbilled([record(10, reconnecting: 40), record()]) == [0..<10])
        #expect(unbilled([record(12), record(-3), record(5, seconds: -1)]) == [10..<17])
        #expect(unbilled([record(3, reconnecting: 4)]).isEmpty)
        #expect(unbilled([record(Int.max, seconds: Int.min, reconnecting: Int.max), record(Int.max)]).count == 1)
    }

    @Test("leaves out a stretch of poor quality, and no single bad moment")
    func poor() {
        let bad = record(scores: (199, 400))
        #expect(unbilled([record(), bad, bad, record()]).isEmpty)
        #expect(unbilled([record(), bad, record(scores: (400, 100)), bad, bad, record()]) == [10..<50])
        #expect(unbilled([bad, bad, record(scores: (nil, nil)), bad, bad]).isEmpty)
        #expect(unbilled([bad, bad, record(scores: (200, 200)), bad, bad, bad]) == [30..<60])
    }

    @Test("never grows by what is learnt later, and joins what it knows in any order")
    func merging() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var ranges: [Range<Int>] = []
            for _ in 0..<random.below(8) {
                let start = random.below(100) - 5
                ranges.append(start..<(start + random.below(20)))
            }
            var time = BillableTime(mediaSeconds: 90)
            var before = time.billable(upTo: 90)
            for range in ranges {
                time.merge(BillableTime(mediaSeconds: random.below(90), unbilled: [range]))
                #expect(time.billable(upTo: 90) <= before)
                before = time.billable(upTo: 90)
            }
            #expect(time == BillableTime(mediaSeconds: 90, unbilled: ranges.reversed()))
            let expected = (0..<90).count { second in !ranges.contains { $0.contains(second) } }
            #expect(before == expected)
        }
    }
}
