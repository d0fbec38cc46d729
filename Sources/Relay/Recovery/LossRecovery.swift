package import RTP

/// What one incoming stream lacks, and when to ask the sender for it (RFC 4585 §6.2.1).
///
/// A gap is not a loss yet: packets overtake one another. A missing packet is asked for when it is later than the
/// reordering seen so far explains, again each round trip, and given up when it could no longer be of use. So every
/// missing packet ends in one of three ways: it came late by itself, it was recovered, or it was given up.
///
///     gap ──tolerance──► asked ──round trip──► asked … ──age──► given up
///       └─ came: late       └─ came: recovered
///
/// Questions and answers get lost, too, one by one or all of a moment's: the first five questions are a round trip apart, those after
/// them further and further, so that they do not all fall into one burst.
///
/// Fixed memory, at most `limit` packets at a time; a larger gap cannot be mended. No call allocates but `due`, which
/// appends to the list it is given.
package struct LossRecovery: Sendable {
    /// What a packet was.
    package enum Arrival: Sendable, Equatable {
        /// Newer than everything before.
        case new
        /// Older, and not seen before.
        case late
        /// Seen before, or too old to tell.
        case duplicate
    }

    /// How long, how often and whether at all a stream's packets are asked for.
    package struct Policy: Sendable, Equatable {
        /// Whether the sender agreed to be asked (`a=rtcp-fb:… nack`).
        package var asks: Bool
        /// After this long a packet is of no use any more, in nanoseconds.
        package var maximumAge: NanosecondCount

        /// A policy.
        package init(asks: Bool, maximumAge: NanosecondCount) {
            self.asks = asks
            self.maximumAge = maximumAge
        }

        /// Sound is played, or concealed, within a few hundred milliseconds.
        package static func audio(asks: Bool) -> Policy { Policy(asks: asks, maximumAge: .milliseconds(400)) }
        /// A picture waits for its packets; senders remember about a second.
        package static func video(asks: Bool) -> Policy { Policy(asks: asks, maximumAge: .milliseconds(1000)) }
    }

    /// Missing packets remembered at a time.
    package static let limit = 128
    /// How often one packet is asked for at most.
    package static let maximumTries: UInt8 = 10
    /// From this question on, the time until the next one doubles.
    private static let steadyTries: UInt8 = 5
    /// A larger step of the sequence number is a restart (RFC 3550 A.1, `MAX_DROPOUT`).
    private static let largestStep = 3000
    private static let shortestTolerance = NanosecondCount.milliseconds(10)
    private static let longestTolerance = NanosecondCount.milliseconds(60)
    private static let shortestInterval = NanosecondCount.milliseconds(20)
    /// Taken for the round trip before one was measured.
    private static let assumedRoundTrip = NanosecondCount.milliseconds(100)

    private struct Missing: BitwiseCopyable {
        var number: Int64 = 0
        var since = MonotonicInstant(nanoseconds: 0)
        var asked = MonotonicInstant(nanoseconds: 0)
        var tries: UInt8 = 0
    }

    private var highest: Int64?
    private var count = 0
    private var overrun = false
    /// Packets that came by themselves, in order or late.
    package private(set) var arrived: Int64 = 0
    private var window = SequenceWindow()
    /// Packets that the network lost: asked for, or given up.
    package private(set) var missed: Int64 = 0
    /// Packets that came after they had been asked for, or as a repetition before that.
    package private(set) var recovered: Int64 = 0
    /// Packets that were given up.
    package private(set) var abandoned: Int64 = 0
    /// Packets that came twice.
    package private(set) var duplicates: Int64 = 0
    /// How late a packet may be before it is asked for, in nanoseconds: follows the reordering of the path.
    package private(set) var tolerance = LossRecovery.shortestTolerance

    private let policy: Policy
    /// Room for all of ``limit``, from the first loss on: most streams never need it.
    private var list: [Missing] = []
    private var keyFrame: Int64 = .min

    /// A stream nothing has come of.
    package init(policy: Policy) { self.policy = policy }

    /// Whether anything is missing.
    package var hasMissing: Bool { count > 0 || overrun }

    /// Whether a packet is missing now.
    package func isMissing(_ sequence: UInt16) -> Bool {
        guard let highest else { return false }
        let number = highest &+ Int64(SequenceNumber.distance(from: UInt16(truncatingIfNeeded: highest), to: sequence))
        return index(of: number) != nil
    }

    /// Takes note of a packet.
    ///
    /// - Parameters:
    ///   - isRetransmission: it came on a stream of retransmissions (RFC 4588); such a one never restarts the stream.
    ///   - roundTrip: to the sender, in nanoseconds; nil before it was measured.
    package mutating func received(
        _ sequence: UInt16, isRetransmission: Bool = false, roundTrip: NanosecondCount?, at now: MonotonicInstant
    ) -> Arrival {
        guard let highest else {
            guard !isRetransmission else { return .duplicate }
            restart(at: sequence)
            arrived &+= 1
            return .new
        }
        let step = SequenceNumber.distance(from: UInt16(truncatingIfNeeded: highest), to: sequence)
        guard step.magnitude <= Self.largestStep else {
            guard !isRetransmission else { return .duplicate }
            restart(at: sequence)
            arrived &+= 1
            return .new
        }
        let number = highest &+ Int64(step)
        guard window.insert(number) else {
            duplicates &+= 1
            return .duplicate
        }
        if step > 0 {
            if step > 1 { miss(from: highest &+ 1, to: number, at: now) }
            self.highest = number
            arrived &+= 1
            return .new
        }
        if let index = index(of: number) { came(index, isRetransmission, roundTrip, now) }
        return .late
    }

    /// A packet begins a key frame: nothing before it is needed for the picture any more.
    package mutating func keyFrameStarted(_ sequence: UInt16) {
        guard let highest else { return }
        keyFrame = max(
            keyFrame,
            highest &+ Int64(SequenceNumber.distance(from: UInt16(truncatingIfNeeded: highest), to: sequence)))
    }

    /// Appends the packets that are to be asked for now to `lost`, oldest first, and gives up those that are of no use
    /// any more.
    ///
    /// - Returns: whether something was given up that the picture lacks from now on.
    package mutating func due(
        at now: MonotonicInstant, roundTrip: NanosecondCount?, into lost: inout [UInt16]
    ) -> Bool {
        var broken = overrun
        overrun = false
        let interval = max((roundTrip ?? Self.assumedRoundTrip) / 4 &* 5, Self.shortestInterval)
        var kept = 0
        for index in 0..<count {
            var entry = list[index]
            if now.since(entry.since) > policy.maximumAge {
                if entry.tries == 0 { missed &+= 1 }
                abandoned &+= 1
                if policy.asks, entry.number > keyFrame { broken = true }
                continue
            }
            let isLate =
                entry.tries == 0
                ? now.since(entry.since) >= tolerance
                : now.since(entry.asked) >= interval
                    << NanosecondCount(max(entry.tries, Self.steadyTries) &- Self.steadyTries)
            if isLate, policy.asks, entry.tries < Self.maximumTries {
                if entry.tries == 0 { missed &+= 1 }
                entry.tries &+= 1
                entry.asked = now
                lost.append(UInt16(truncatingIfNeeded: entry.number))
            }
            list[kept] = entry
            kept &+= 1
        }
        count = kept
        return broken
    }

    private mutating func restart(at sequence: UInt16) {
        highest = 1 << 32 | Int64(sequence)
        window = SequenceWindow()
        _ = window.insert(1 << 32 | Int64(sequence))
        count = 0
        keyFrame = .min
    }

    private mutating func miss(from first: Int64, to end: Int64, at now: MonotonicInstant) {
        let gap = Int(end &- first)
        guard gap <= Self.limit &- count else {
            // What does not fit can only be replaced by a new picture.
            missed &+= Int64(gap)
            abandoned &+= Int64(gap)
            overrun = policy.asks
            return
        }
        if list.isEmpty { list = Array(repeating: Missing(), count: Self.limit) }
        for number in first..<end {
            list[count] = Missing(number: number, since: now)
            count &+= 1
        }
    }

    private mutating func came(
        _ index: Int, _ isRetransmission: Bool, _ roundTrip: NanosecondCount?, _ now: MonotonicInstant
    ) {
        let entry = list[index]
        // An answer cannot be here before half a round trip has passed: what comes sooner was only late.
        let answerable = (roundTrip ?? Self.assumedRoundTrip) / 2
        if !isRetransmission, entry.tries == 0 || (entry.tries == 1 && now.since(entry.asked) < answerable) {
            let lateness = now.since(entry.since)
            if lateness > tolerance / 5 &* 4 {
                tolerance = min(max(lateness / 4 &* 5, tolerance), Self.longestTolerance)
            }
            if entry.tries > 0 { missed &-= 1 }
            arrived &+= 1
        } else {
            // Senders also probe with repeated packets that nobody has asked for yet.
            if entry.tries == 0 { missed &+= 1 }
            recovered &+= 1
            // Slowly back: a path that reordered once is not slow to be asked forever.
            tolerance = max(tolerance &- tolerance / 64, Self.shortestTolerance)
        }
        count &-= 1
        for place in index..<count { list[place] = list[place &+ 1] }
    }

    private func index(of number: Int64) -> Int? {
        for index in 0..<count where list[index].number == number { return index }
        return nil
    }
}
