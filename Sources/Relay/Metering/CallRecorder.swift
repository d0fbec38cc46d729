package import Identifiers
package import RTP

/// Counts what flows in a call, and cuts it into records of ten seconds.
///
/// The first record begins with the call's first media packet and is not cut before media has flowed both ways. A record
/// is cut when ten seconds of real time have passed *and* the media clock has moved by a whole second since the last cut:
/// while the clock stands still a record goes on, so there are never more records than media seconds.
///
/// Pure: whoever owns it says what time it is, and where the clock stands.
package struct CallRecorder: Sendable {
    /// Real time after which a record is cut.
    package static let length: NanosecondCount = .seconds(10)

    /// What came from one side since the last cut.
    package struct Tally: Sendable {
        /// Who sits there; nil where nobody ever has.
        package var user: UserID?
        /// Media packets.
        package var packets = 0
        /// Their payload.
        package var bytes = 0
        /// Packets lost, below 0 where duplicates prevail.
        package var lost = 0
        /// The worst jitter at the last look, in microseconds.
        package var jitter = 0
        /// The last round trip, in microseconds.
        package var roundTrip: Int?
        private var scores = (sum: 0, count: 0)

        /// Takes in a reading of the quality.
        ///
        /// - Parameter score: from 1 to 5.
        package mutating func add(score: Double) {
            scores.sum += Int(min(max(score, 1), 5) * 100)
            scores.count += 1
        }

        fileprivate var direction: CallRecord.Direction? {
            user.map {
                CallRecord.Direction(
                    sender: $0, packets: packets, bytes: bytes, lost: max(0, lost), jitterMicroseconds: jitter,
                    roundTripMicroseconds: roundTrip, score: scores.count > 0 ? scores.sum / scores.count : nil)
            }
        }

        fileprivate var next: Tally {
            var next = Tally()
            next.user = user
            return next
        }
    }

    /// From the first side.
    package var first = Tally()
    /// From the second side.
    package var second = Tally()

    private var startedAt: MonotonicInstant?
    private var dueAt: MonotonicInstant?
    private var lookedAt: MonotonicInstant?
    private var reconnecting: NanosecondCount = 0
    /// The media second up to which records have been cut.
    private var recorded: Int

    /// A recorder of a call whose clock starts at this media second.
    package init(mediaSeconds: Int = 0) { recorded = max(0, mediaSeconds) }

    /// Counts a media packet.
    @inline(__always)
    package mutating func count(_ payloadBytes: Int, from seat: Seat) {
        switch seat {
        case .first:
            first.packets &+= 1
            first.bytes &+= payloadBytes
        case .second:
            second.packets &+= 1
            second.bytes &+= payloadBytes
        }
    }

    /// Lets something be noted of one side.
    package mutating func note(_ seat: Seat, _ body: (inout Tally) -> Void) {
        switch seat {
        case .first: body(&first)
        case .second: body(&second)
        }
    }

    private var hasPackets: Bool { first.packets > 0 || second.packets > 0 }

    /// Time has passed.
    ///
    /// - Parameters:
    ///   - isReconnecting: whether a side that had a path has none since the last look.
    ///   - hasRun: whether media has flowed both ways in this call.
    ///   - mediaSeconds: where the clock stands.
    /// - Returns: whether a record is to be cut.
    package mutating func look(
        at now: MonotonicInstant, isReconnecting: Bool, hasRun: Bool, mediaSeconds: Int
    ) -> Bool {
        if startedAt == nil, hasPackets { startedAt = now }
        if let lookedAt, isReconnecting, startedAt != nil { reconnecting &+= max(0, now.since(lookedAt)) }
        lookedAt = now
        guard hasRun, startedAt != nil else { return false }
        guard let dueAt else {
            dueAt = now.advanced(by: Self.length)
            return false
        }
        return now >= dueAt && mediaSeconds > recorded
    }

    /// Cuts the record that runs.
    ///
    /// - Returns: nil where nothing has flowed since the last cut, or never both ways.
    package mutating func cut(at now: MonotonicInstant, hasRun: Bool, mediaSeconds: Int) -> CallRecord? {
        guard hasRun, let start = startedAt ?? (hasPackets ? now : nil), hasPackets || mediaSeconds > recorded else {
            return nil
        }
        let moved = max(0, mediaSeconds - recorded)
        let millisecond: NanosecondCount = .milliseconds(1)
        let real = max(0, now.since(start))
        let record = CallRecord(
            milliseconds: Int((real &+ millisecond &- 1) / millisecond), startSecond: recorded, mediaSeconds: moved,
            reconnectingSeconds: Int(min(reconnecting, real) / .seconds(1)),
            directions: [first, second].compactMap(\.direction))
        recorded += moved
        first = first.next
        second = second.next
        reconnecting = 0
        startedAt = now
        // The next one keeps the rhythm, unless this one was late by more than one.
        dueAt = dueAt.map { now.since($0) < Self.length ? $0.advanced(by: Self.length) : now.advanced(by: Self.length) }
        return record
    }
}
