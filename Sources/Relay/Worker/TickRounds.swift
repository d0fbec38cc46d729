import RTP

/// When each call of a worker looks at the time: every ten milliseconds, or twenty where nothing waits, but not all at once. Packets wait
/// while calls look, so a few of many calls look at a time.
struct TickRounds<Member: TickMember> {
    private struct Seat {
        let call: Member
        /// Leaves out every second round: a call at rest is not even looked at, its memory is far away.
        var rests: Bool
    }

    private var seats: [Seat] = []
    private var position = 0
    private var isSecondRound = false
    /// When the next calls are due.
    private(set) var next = MonotonicInstant(nanoseconds: 0)
    /// Whether nobody is in any call, as of the last round.
    private(set) var isIdle = true
    private var sawSomebody = false
    /// When the next calls may look where the thread is awake anyway, and when they have to where one of them does not rest.
    private var early = MonotonicInstant(nanoseconds: 0)
    private var due = MonotonicInstant(nanoseconds: 0)

    /// From one look of a call to its next.
    private static var round: NanosecondCount { .milliseconds(10) }
    /// The same where nobody is in any call.
    static var idle: NanosecondCount { .milliseconds(500) }
    /// Calls that may look at once, while ten shares are enough.
    private static var share: Int { 20 }
    private static var shares: Int { 10 }

    mutating func add(_ call: Member) {
        call.place = seats.count
        seats.append(Seat(call: call, rests: false))
        wake()
    }

    mutating func remove(_ call: Member) {
        let place = call.place
        guard place < seats.count, seats[place].call === call else { return }
        seats.swapAt(place, seats.count - 1)
        seats[place].call.place = place
        seats.removeLast()
    }

    /// Somebody comes: the next round is due.
    mutating func wake() {
        isIdle = false
        sawSomebody = true
        early = MonotonicInstant(nanoseconds: 0)
        next = MonotonicInstant(nanoseconds: 0)
    }

    /// Something waits in the call at this place: it leaves out no round until it has looked.
    mutating func rouse(_ place: Int) {
        guard place < seats.count else { return }
        seats[place].rests = false
        next = min(next, due)
    }

    /// Has those calls look that are to look now.
    ///
    /// - Parameter isAwake: a packet has woken the thread. What would be due soon is done with it: to wake up for it costs more than to do it.
    mutating func look(at now: MonotonicInstant, isAwake: Bool) {
        guard now >= (isAwake ? early : next) else { return }
        if position >= seats.count {
            position = 0
            isSecondRound.toggle()
            isIdle = !sawSomebody
            sawSomebody = false
        }
        let shares = min(Self.shares, max(1, (seats.count + Self.share - 1) / Self.share))
        let size = (seats.count + shares - 1) / shares
        let part = position..<min(seats.count, position + size)
        position += size
        for place in part {
            if seats[place].rests, isSecondRound {
                sawSomebody = true
                continue
            }
            let call = seats[place].call
            call.tick(now)
            if !call.isEmpty { sawSomebody = true }
            seats[place].rests = call.isQuiet
        }
        let step = isIdle ? Self.idle : Self.round / Int64(shares)
        due = now.advanced(by: step)
        let following = position < seats.count ? position..<min(seats.count, position + size) : 0..<size
        // For calls at rest alone nobody wakes up: packets do so, a little later.
        let isCalm = seats[following].allSatisfy(\.rests)
        early = isCalm ? due : now.advanced(by: step / 2)
        next = isCalm ? due.advanced(by: step) : due
    }
}

/// Who looks at the time in rounds.
protocol TickMember: AnyObject {
    /// Where it is among those who do.
    var place: Int { get set }
    /// Nobody is there who would need it often.
    var isEmpty: Bool { get }
    /// Somebody is there, and nothing waits to be done within ten milliseconds.
    var isQuiet: Bool { get }
    /// Looks at the time.
    func tick(_ now: MonotonicInstant)
}

extension Call: TickMember {}
