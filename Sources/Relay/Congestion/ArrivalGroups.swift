package import RTP

/// How much further apart one group of packets arrived than it was sent.
package struct GroupDelta: Sendable, Equatable, BitwiseCopyable {
    /// Between the sending of two groups, in nanoseconds.
    package var sent: NanosecondCount
    /// Between their arrivals, in nanoseconds.
    package var arrived: NanosecondCount
    /// When the later group arrived, on the receiver's clock.
    package var arrival: NanosecondCount
}

/// Packets that were sent within 5 ms belong together: a frame's packets leave in one burst, and the path spreads that
/// burst by its rate, which says nothing of a queue. Only whole groups are compared (draft-ietf-rmcat-gcc-02 §5.2).
package struct ArrivalGroups: Sendable, BitwiseCopyable {
    private static let span = NanosecondCount.milliseconds(5)
    private static let longestBurst = NanosecondCount.milliseconds(100)

    private struct Group: BitwiseCopyable {
        var firstSent: NanosecondCount
        var lastSent: NanosecondCount
        var firstArrival: NanosecondCount
        var lastArrival: NanosecondCount
    }

    private var current: Group?
    private var previous: Group?

    /// No packet seen.
    package init() {}

    /// Takes a packet.
    ///
    /// - Parameters:
    ///   - sent: when it was sent, in nanoseconds of the sender's clock.
    ///   - arrived: when it arrived, in nanoseconds of the receiver's clock.
    /// - Returns: how the last two whole groups compare, where this packet begins another one. A packet that was sent
    ///   before its group says nothing.
    package mutating func add(sent: NanosecondCount, arrived: NanosecondCount) -> GroupDelta? {
        guard var group = current else {
            current = Group(firstSent: sent, lastSent: sent, firstArrival: arrived, lastArrival: arrived)
            return nil
        }
        guard sent >= group.firstSent else { return nil }
        if sent &- group.firstSent <= Self.span || isBurst(group, sent, arrived) {
            group.lastSent = max(group.lastSent, sent)
            group.lastArrival = max(group.lastArrival, arrived)
            current = group
            return nil
        }
        let delta = previous.map {
            GroupDelta(
                sent: group.lastSent &- $0.lastSent, arrived: group.lastArrival &- $0.lastArrival,
                arrival: group.lastArrival)
        }
        previous = group
        current = Group(firstSent: sent, lastSent: sent, firstArrival: arrived, lastArrival: arrived)
        return delta
    }

    /// Packets that something on the way held back and let go at once (a radio link, a scheduler) arrive together
    /// although they were sent apart; the hold says nothing of a queue either.
    private func isBurst(_ group: Group, _ sent: NanosecondCount, _ arrived: NanosecondCount) -> Bool {
        let arrivalStep = arrived &- group.lastArrival
        return arrivalStep &- (sent &- group.lastSent) < 0 && arrivalStep <= Self.span
            && arrived &- group.firstArrival < Self.longestBurst
    }
}
