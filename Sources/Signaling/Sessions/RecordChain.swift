internal import Identifiers
internal import Relay

/// The numbers of a session's records, and how far they reach. Pure; a part of ``SessionTrail``.
///
/// The records of a session cover its media seconds without a gap, over as many calls and lives of the process as it takes.
/// Media seconds that the clock has counted and no call has told a record of (a process died, a queue was full) become a
/// record of their own that proves nothing, so that nobody pays for them.
struct RecordChain: Sendable, Equatable {
    /// How many records there are.
    private(set) var count = 0
    /// The media second up to which they reach.
    private(set) var seconds = 0

    init(count: Int = 0, seconds: Int = 0) {
        self.count = max(0, count)
        self.seconds = max(0, seconds)
    }

    /// A call has told a record.
    ///
    /// - Parameter roles: who sits on which side.
    mutating func append(
        _ record: CallRecord, from source: SessionRecord.Source, roles: [UserID: Role]
    ) -> [SessionRecord] {
        var result = fill(upTo: record.startSecond)
        let end = record.startSecond + record.mediaSeconds
        count += 1
        var told = SessionRecord(
            number: count, source: source, milliseconds: record.milliseconds, startSecond: seconds,
            mediaSeconds: max(0, end - seconds), reconnectingSeconds: record.reconnectingSeconds)
        for direction in record.directions {
            if let role = roles[direction.sender] { told.set(.init(direction), of: role) }
        }
        seconds += told.mediaSeconds
        result.append(told)
        return result
    }

    /// Fills what no record tells of, up to where the clock stands.
    mutating func fill(upTo second: Int) -> [SessionRecord] {
        guard second > seconds else { return [] }
        count += 1
        defer { seconds = second }
        return [
            SessionRecord(
                number: count, source: .lost, milliseconds: (second - seconds) * 1000, startSecond: seconds,
                mediaSeconds: second - seconds)
        ]
    }

    /// A record could not be taken: its number is free again, and its seconds are filled later.
    mutating func takeBack(_ record: SessionRecord) {
        count = min(count, record.number - 1)
        seconds = min(seconds, record.startSecond)
    }
}
