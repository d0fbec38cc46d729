package import RTP

/// When packets with transport-wide sequence numbers came, and what to tell their sender of it every 50 to 100 ms
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2.4).
///
/// Fixed memory (8 KiB), allocated with the first packet. A packet that is not recorded because the ring has moved on is
/// told as lost, or not at all.
package struct ArrivalRecorder: Sendable {
    private static let size: Int64 = 1024
    /// A packet that came; others are told as lost.
    private static let none = Int64.min
    /// Packets one message speaks of at most, so that it fits an MTU whatever the arrivals are.
    private static let messageLimit = 300
    private static let interval = NanosecondCount.milliseconds(100)
    private static let shortInterval = NanosecondCount.milliseconds(50)
    /// From so many packets on the short interval holds: about 400 packets a second.
    private static let manyPackets = 20

    private var arrivals: [Int64] = []
    private var unwrapper = SequenceUnwrapper()
    private var first: Int64?
    private var pending = 0
    private var lastSent: MonotonicInstant?
    private var count: UInt8 = 0

    /// Nothing came.
    package init() {}

    /// Takes note of a packet.
    package mutating func record(_ sequence: UInt16, at now: MonotonicInstant) {
        if arrivals.isEmpty { arrivals = Array(repeating: Self.none, count: Int(Self.size)) }
        let before = unwrapper.highest
        let number = unwrapper.unwrap(sequence)
        if let before {
            guard number > before &- Self.size else { return }
            if number &- before >= Self.size {
                for index in arrivals.indices { arrivals[index] = Self.none }
                first = number
            } else if number > before &+ 1 {
                for skipped in (before &+ 1)..<number { arrivals[Self.place(skipped)] = Self.none }
            }
        }
        let place = Self.place(number)
        // Seen already: the newest place of the ring was emptied when it was passed.
        if let before, number <= before, arrivals[place] != Self.none { return }
        arrivals[place] = now.nanoseconds
        pending &+= 1
        let oldest = max(unwrapper.highest ?? number, number) &- Self.size &+ 1
        first = max(min(first ?? number, number), oldest)
    }

    /// Whether a message is due.
    package func isDue(at now: MonotonicInstant) -> Bool {
        guard pending > 0 else { return false }
        guard let lastSent else { return true }
        return now.since(lastSent) >= (pending >= Self.manyPackets ? Self.shortInterval : Self.interval)
    }

    /// The next message about what came since the last one; nil where there is nothing to tell. To be called until then.
    package mutating func next(at now: MonotonicInstant) -> [UInt8]? {
        guard pending > 0, let highest = unwrapper.highest, var number = first, number <= highest else {
            pending = 0
            return nil
        }
        // A message begins with a packet that came: its arrival is what the reference time is taken from.
        while number <= highest, arrivals[Self.place(number)] == Self.none { number &+= 1 }
        var content = TransportFeedbackContent(
            baseSequence: UInt16(truncatingIfNeeded: number), feedbackCount: count)
        while number <= highest, content.packetCount < Self.messageLimit {
            let arrival = arrivals[Self.place(number)]
            guard content.add(arrival: arrival == Self.none ? nil : arrival) else { break }
            number &+= 1
        }
        first = number
        if number > highest { pending = 0 }
        guard !content.isEmpty else { return nil }
        count &+= 1
        lastSent = now
        return content.bytes
    }

    private static func place(_ number: Int64) -> Int { Int(truncatingIfNeeded: number & (size &- 1)) }
}
