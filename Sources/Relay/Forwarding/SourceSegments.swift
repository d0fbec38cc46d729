/// How one source's sequence numbers map to the outgoing ones: constant offsets that change where packets were left
/// out on purpose.
///
/// A few changes back are remembered, so that packets that arrive late and retransmissions asked for later still find
/// their place. Numbers are 64-bit and do not wrap around.
struct SourceSegments: Sendable {
    /// The source's numbers from `start` on are sent as themselves plus `offset`; those from `skippedFrom` up to
    /// `start` are not sent at all.
    private struct Segment: BitwiseCopyable {
        var skippedFrom: Int64
        var start: Int64
        var offset: Int64
    }

    /// Changes remembered; a packet from before the oldest is dropped.
    private static var limit: Int { 8 }

    private var newest = 0
    private var count = 0
    private var segments = InlineArray<8, Segment>(repeating: Segment(skippedFrom: .min, start: .max, offset: 0))

    /// Starts over with a source whose first number is `start`; what lies before it is not sent.
    mutating func reset(start: Int64, outgoing: Int64) {
        newest = 0
        count = 1
        segments[0] = Segment(skippedFrom: .min, start: start, offset: outgoing &- start)
    }

    /// Leaves out `number`, which is newer than every number seen.
    mutating func skip(_ number: Int64) {
        guard count > 0 else { return }
        let last = segments[newest]
        let next = Segment(skippedFrom: number, start: number &+ 1, offset: last.offset &- 1)
        if number == last.start {
            // Nothing of the last segment was seen: the two gaps are one.
            segments[newest] = Segment(skippedFrom: last.skippedFrom, start: next.start, offset: next.offset)
            return
        }
        newest = (newest &+ 1) % Self.limit
        segments[newest] = next
        if count < Self.limit {
            count &+= 1
        } else {
            // The oldest one left is now the first that is known: nothing before it can be placed any more.
            segments[(newest &+ 1) % Self.limit].skippedFrom = .min
        }
    }

    /// What the source's `number` is sent as; nil where it was left out, or is from too long ago.
    func outgoing(_ number: Int64) -> Int64? {
        var index = newest
        for _ in 0..<count {
            let segment = segments[index]
            if number >= segment.start { return number &+ segment.offset }
            if number >= segment.skippedFrom { return nil }
            index = (index &+ Self.limit &- 1) % Self.limit
        }
        return nil
    }

    /// The source's number that is sent as `outgoing`; nil where that is another source's, or too long ago.
    func source(_ outgoing: Int64) -> Int64? {
        var index = newest
        for _ in 0..<count {
            let segment = segments[index]
            let number = outgoing &- segment.offset
            if number >= segment.start { return number }
            index = (index &+ Self.limit &- 1) % Self.limit
        }
        return nil
    }
}
