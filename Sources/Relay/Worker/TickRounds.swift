import RTP

/// When each call of a worker looks at the time: every ten milliseconds, but not all at once. Packets wait while calls look, so a few
/// of many calls look at a time.
struct TickRounds<Member: TickMember> {
    private var calls: [Member] = []
    private var position = 0
    /// When the next calls are due.
    private(set) var next = MonotonicInstant(nanoseconds: 0)
    /// Whether nobody is in any call, as of the last round.
    private(set) var isIdle = true
    private var sawSomebody = false
    /// How much sooner the next calls may look, where the thread is awake.
    private var ahead: NanosecondCount = 0

    /// From one look of a call to its next.
    private static var round: NanosecondCount { .milliseconds(10) }
    /// The same where nobody is in any call.
    static var idle: NanosecondCount { .milliseconds(500) }
    /// Calls that may look at once, while ten shares are enough.
    private static var share: Int { 4 }
    private static var shares: Int { 10 }

    mutating func add(_ call: Member) {
        calls.append(call)
        wake()
    }

    mutating func remove(_ call: Member) {
        guard let place = calls.firstIndex(where: { $0 === call }) else { return }
        calls.swapAt(place, calls.count - 1)
        calls.removeLast()
    }

    /// Somebody comes: the next round is due.
    mutating func wake() {
        isIdle = false
        sawSomebody = true
        next = MonotonicInstant(nanoseconds: 0)
    }

    /// The calls that are to look now.
    ///
    /// - Parameter isAwake: a packet has woken the thread. What would be due soon is done with it: to wake up for it costs more than to do it.
    mutating func due(at now: MonotonicInstant, isAwake: Bool) -> ArraySlice<Member> {
        guard now >= (isAwake ? next.advanced(by: -ahead) : next) else { return [] }
        if position >= calls.count {
            position = 0
            isIdle = !sawSomebody
            sawSomebody = false
        }
        let shares = min(Self.shares, max(1, calls.count / Self.share))
        let size = (calls.count + shares - 1) / shares
        let part = calls[position..<min(calls.count, position + size)]
        position += size
        if part.contains(where: { !$0.isEmpty }) { sawSomebody = true }
        let step = isIdle ? Self.idle : Self.round / Int64(shares)
        next = now.advanced(by: step)
        ahead = step / 2
        return part
    }
}

/// Who looks at the time in rounds.
protocol TickMember: AnyObject {
    /// Nobody is there who would need it often.
    var isEmpty: Bool { get }
}

extension Call: TickMember {}
