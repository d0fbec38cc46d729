internal import Identifiers
internal import RTP
internal import Relay

/// What flowed between peers, as both sides' reports prove it: records as those of the relay, from claims.
///
/// What a side says to have received counts only up to what the other says to have sent, over the call as a whole, so that
/// reports that come in turns take nothing away. A side that does not say what it sent is taken at the other's word.
struct PeerRecorder: Sendable {
    /// What one side sent, as both tell it.
    private struct Direction: Sendable {
        var sender: UserID?
        /// Payload that the other side has received, and that this one has sent; nil where it does not say.
        var received = 0
        var sent: Int?
        /// Of the smaller of the two, what records have told already.
        var recorded = 0
        var packets = 0
        var lost = 0
        var jitter = 0
        var roundTrip: Int?
        var scores = (sum: 0, count: 0)

        /// The smaller claim, without what was recorded before.
        var bytes: Int { max(0, min(received, sent ?? received) - recorded) }

        var told: CallRecord.Direction? {
            sender.map {
                CallRecord.Direction(
                    sender: $0, packets: sent == 0 ? 0 : packets, bytes: bytes, lost: lost,
                    jitterMicroseconds: jitter, roundTripMicroseconds: roundTrip,
                    score: scores.count > 0 ? scores.sum / scores.count : nil)
            }
        }

        mutating func startAnew() {
            recorded += bytes
            (packets, lost, jitter, roundTrip, scores) = (0, 0, 0, nil, (0, 0))
        }
    }

    private var first = Direction()
    private var second = Direction()
    private var last: [Seat: (report: MediaReport, at: MonotonicInstant)] = [:]
    private var startedAt: MonotonicInstant
    private var recordedSeconds: Int

    init(mediaSeconds: Int, now: MonotonicInstant) {
        recordedSeconds = mediaSeconds
        startedAt = now
    }

    private mutating func note(_ seat: Seat, _ body: (inout Direction) -> Void) {
        switch seat {
        case .first: body(&first)
        case .second: body(&second)
        }
    }

    /// Takes what a side reports.
    ///
    /// - Parameter counts: whether what it says to have received is believed at all.
    mutating func take(
        _ report: MediaReport, from seat: Seat, of user: UserID, counts: Bool, at now: MonotonicInstant
    ) {
        defer { last[seat] = (report, now) }
        note(seat) {
            $0.sender = user
            if let trip = report.roundTripTime { $0.roundTrip = whole(trip * 1e6) }
        }
        guard let last = last[seat] else { return }
        if let sent = report.bytesSent {
            note(seat) { $0.sent = ($0.sent ?? 0) + growth(sent, last.report.bytesSent) }
        }
        guard counts else { return }
        let elapsed = Double(max(1, now.since(last.at))) / 1e9
        var packets = 0
        var bytes = 0
        var lost = 0
        var worst: Double?
        var jitter = 0
        for (index, slot) in report.received.enumerated() {
            guard let slot else { continue }
            let before = last.report.received[index]
            let came = growth(slot.packetsReceived, before?.packetsReceived)
            let size = growth(slot.bytesReceived, before?.bytesReceived)
            let missing = growth(slot.packetsLost, before?.packetsLost)
            packets += came
            bytes += size
            lost += missing
            guard came > 0 else { continue }
            jitter = max(jitter, whole((slot.jitter ?? 0) * 1e6))
            let loss = Double(missing) / Double(missing + came)
            let score =
                switch MediaReport.slots[index] {
                case "mic": QualityScore.audio(loss: loss, jitter: slot.jitter ?? 0, rtt: report.roundTripTime)
                case "camera":
                    QualityScore.video(
                        loss: loss, jitter: slot.jitter ?? 0, rtt: report.roundTripTime,
                        bitrate: Double(size) * 8 / elapsed)
                default:
                    QualityScore.video(
                        loss: loss, jitter: slot.jitter ?? 0, rtt: report.roundTripTime, bitrate: 0, target: 0)
                }
            worst = min(worst ?? score, score)
        }
        note(seat.other) { direction in
            direction.packets += packets
            direction.received += bytes
            direction.lost += lost
            direction.jitter = max(direction.jitter, jitter)
            if let worst {
                direction.scores.sum += Int(worst * 100)
                direction.scores.count += 1
            }
        }
    }

    /// Cuts a record at the moment that the clock has reached: where ten seconds have passed and the clock has moved, or in any
    /// case where something flowed and it is the last one.
    mutating func cut(at position: MonotonicInstant, hasRun: Bool, mediaSeconds: Int, final: Bool) -> CallRecord? {
        guard hasRun else {
            startedAt = position
            return nil
        }
        let moved = max(0, mediaSeconds - recordedSeconds)
        let real = max(0, position.since(startedAt))
        let isDue = real >= CallRecorder.length && moved > 0
        guard isDue || (final && (moved > 0 || first.packets > 0 || second.packets > 0)) else { return nil }
        let record = CallRecord(
            milliseconds: Int((real + .milliseconds(1) - 1) / .milliseconds(1)), startSecond: recordedSeconds,
            mediaSeconds: moved, directions: [first, second].compactMap(\.told))
        recordedSeconds += moved
        startedAt = position
        first.startAnew()
        second.startAnew()
        return record
    }
}

/// By how much a counter grew. One that fell belongs to a new connection and tells nothing yet.
private func growth(_ now: Double?, _ before: Double?) -> Int {
    guard let now, now > before ?? 0 else { return 0 }
    return whole(now - (before ?? 0))
}

/// A number from the wire as a whole one: what is negative or absurd counts as nothing.
private func whole(_ value: Double) -> Int { value > 0 && value < 1e15 ? Int(value) : 0 }
