/// How much media time a call has, and which of its seconds nobody pays for.
///
/// Media time is the relay's: it runs only while media flows both ways. The threshold and the horizon are media seconds. A
/// price is of *billable* seconds: media seconds without those that the records show to be worth nothing. Threshold and
/// horizon therefore never depend on a judgement of quality, and a price may only become lower by it.
public struct BillableTime: Hashable, Sendable, Codable {
    /// Where the media clock stands, in whole seconds, rounded down.
    public private(set) var mediaSeconds: Int
    /// Media seconds that are not billed: in order, apart from each other, none empty.
    public private(set) var unbilled: [Range<Int>]

    /// A time with some of its seconds not billed, in any order.
    public init(mediaSeconds: Int = 0, unbilled: [Range<Int>] = []) {
        self.mediaSeconds = min(max(mediaSeconds, 0), Int(Int32.max))
        self.unbilled = Self.joined(unbilled)
    }

    /// The billable seconds among the first `second` media seconds, as far as the call has come.
    public func billable(upTo second: Int) -> Int {
        let end = min(max(second, 0), mediaSeconds)
        return end - unbilled.reduce(0) { $0 + $1.clamped(to: 0..<end).count }
    }

    /// Takes in what is known elsewhere: the clock never goes back, and what is not billed stays so.
    public mutating func merge(_ other: BillableTime) {
        mediaSeconds = max(mediaSeconds, other.mediaSeconds)
        unbilled = Self.joined(unbilled + other.unbilled)
    }

    private static func joined(_ ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where range.upperBound > 0 && !range.isEmpty {
            let range = max(0, range.lowerBound)..<range.upperBound
            if let last = result.last, last.upperBound >= range.lowerBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}

extension BillableTime {
    /// What the records of a call come to. The rules, each in the customer's favour:
    ///
    /// 1. A record in which one direction carried no packet is not billed: media went one way at most. (The media clock
    ///    itself stops two seconds after a side falls silent; this takes those two seconds back where they fill a record.)
    /// 2. Seconds in which a side was reconnecting are not billed, nor more seconds than passed in reality.
    /// 3. Where a direction was poor in `limit.records` records in a row, all records of that stretch are not billed. A
    ///    record of which no score is known neither continues nor counts as poor. The two directions count together: a
    ///    record is poor when either is.
    ///
    /// Where a record is billed in part, its last media seconds are the ones left out. A record that claims less than
    /// nothing counts as nothing.
    public init(records: [MediaRecord], limit: QualityLimit = QualityLimit()) {
        var unbilled: [Range<Int>] = []
        var second = 0
        var poor = (records: 0, from: 0)
        for record in records {
            let end = second + min(max(record.mediaSeconds, 0), Int(Int32.max) - second)
            defer { second = end }
            let whole = second..<end
            poor = record.isPoor(limit) ? (poor.records + 1, poor.records == 0 ? second : poor.from) : (0, end)
            if poor.records >= limit.records { unbilled.append(poor.from..<end) }
            unbilled.append(second + min(whole.count, record.mostBillable)..<end)
        }
        self.init(mediaSeconds: second, unbilled: unbilled)
    }
}

extension MediaRecord {
    fileprivate func isPoor(_ limit: QualityLimit) -> Bool {
        [fromCustomer, fromConsultant].contains { $0.score.map { $0 < limit.score } ?? false }
    }

    /// Billable seconds by the first two rules, quality apart.
    fileprivate var mostBillable: Int {
        guard fromCustomer.packets > 0, fromConsultant.packets > 0 else { return 0 }
        return max(0, max(0, seconds).subtractingReportingOverflow(max(0, reconnectingSeconds)).partialValue)
    }
}
