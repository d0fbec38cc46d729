internal import Identifiers
internal import RTP

/// What waits to be told to the marketplace about sessions: for each in order and one at a time, until it is kept. Pure.
struct ReportQueue: Sendable {
    /// A report with its number in the journal.
    struct Report: Sendable, Equatable {
        let number: UInt64
        let happening: SessionHappening

        var isRecord: Bool { if case .record = happening { true } else { false } }

        /// Whether it may be lost: a later one says more.
        var isReading: Bool {
            switch happening {
            case .progress, .quality: true
            case .joined, .left, .record, .ended: false
            }
        }

        /// Whether this one says all that an earlier one did.
        func replaces(_ earlier: Report) -> Bool {
            switch (happening, earlier.happening) {
            case (.quality(let new), .quality(let old)): new.startedAt == old.startedAt
            default: false
            }
        }
    }

    private struct Lane: Sendable {
        var waiting: [Report] = []
        /// How many of them are records.
        var records = 0
        var isWorking = false
        var failures = 0
        var dueAt = MonotonicInstant(nanoseconds: 0)
    }

    /// Reports of one session that wait, records apart; beyond it the oldest readings of clock and quality, then the oldest of these
    /// reports, are dropped.
    static let maximumPerSession = 64
    /// Records of one session that wait: what a call tells in four hours of a database that is away. Beyond it none is taken
    /// any more (``takesRecord(of:)``), and none is ever dropped.
    static let maximumRecords = 1440
    private let width: Int
    private var lanes: [SessionID: Lane] = [:]
    private var working = 0
    private(set) var nextNumber: UInt64 = 1

    init(width: Int = 4) { self.width = width }

    /// How many wait, or are being told.
    var count: Int { lanes.values.reduce(0) { $0 + $1.waiting.count } }

    /// Whether another record of a session is taken.
    func takesRecord(of session: SessionID) -> Bool { (lanes[session]?.records ?? 0) < Self.maximumRecords }

    /// Appends a report.
    ///
    /// - Returns: its number, and that of a report which was dropped for it.
    @discardableResult
    mutating func append(_ happening: SessionHappening, of session: SessionID) -> (number: UInt64, dropped: UInt64?) {
        let number = nextNumber
        nextNumber += 1
        return (number, insert(Report(number: number, happening: happening), of: session))
    }

    /// A report of an earlier life.
    mutating func restore(_ report: Report, of session: SessionID) {
        nextNumber = max(nextNumber, report.number + 1)
        _ = insert(report, of: session)
    }

    private mutating func insert(_ report: Report, of session: SessionID) -> UInt64? {
        var lane = lanes[session] ?? Lane()
        var dropped: UInt64?
        // The newest reading of the clock says it all; the one being told is left alone.
        let first = lane.isWorking ? 1 : 0
        if case .progress = report.happening, lane.waiting.count > first,
            case .progress(_, let wasRunning)? = lane.waiting.last?.happening
        {
            lane.waiting.removeLast()
            if case .progress(let seconds, let running) = report.happening {
                lane.waiting.append(
                    Report(
                        number: report.number,
                        happening: .progress(mediaSeconds: seconds, running: running || wasRunning)))
            }
        } else if let last = lane.waiting.last, lane.waiting.count > first, report.replaces(last) {
            lane.waiting[lane.waiting.count - 1] = report
        } else {
            lane.waiting.append(report)
            if report.isRecord { lane.records += 1 }
        }
        if lane.waiting.count - lane.records > Self.maximumPerSession {
            let others = lane.waiting.indices.dropFirst(first)
            let reading = others.first { lane.waiting[$0].isReading }
            if let victim = reading ?? others.first(where: { !lane.waiting[$0].isRecord }) {
                dropped = lane.waiting.remove(at: victim).number
            }
        }
        lanes[session] = lane
        return dropped
    }

    /// The next report to tell, until it is said how that went; nil where none may be told now.
    mutating func next(at now: MonotonicInstant) -> (session: SessionID, report: Report)? {
        guard working < width else { return nil }
        let due = lanes.filter { !$0.value.isWorking && !$0.value.waiting.isEmpty && now >= $0.value.dueAt }
        let oldest = due.min { ($0.value.waiting.first?.number ?? 0) < ($1.value.waiting.first?.number ?? 0) }
        guard let (session, lane) = oldest, let report = lane.waiting.first else { return nil }
        lanes[session]?.isWorking = true
        working += 1
        return (session, report)
    }

    /// The report that was being told is kept.
    mutating func told(_ session: SessionID) {
        guard var lane = lanes[session], lane.isWorking else { return }
        working -= 1
        lane.isWorking = false
        lane.failures = 0
        if lane.waiting.removeFirst().isRecord { lane.records -= 1 }
        lanes[session] = lane.waiting.isEmpty ? nil : lane
    }

    /// It could not be kept: it is told again, after a pause that grows.
    mutating func notTold(_ session: SessionID, now: MonotonicInstant) {
        guard var lane = lanes[session], lane.isWorking else { return }
        working -= 1
        lane.isWorking = false
        lane.failures += 1
        lane.dueAt = now.advanced(by: min(.seconds(10), .milliseconds(250 << Int64(min(lane.failures - 1, 6)))))
        lanes[session] = lane
    }
}
