/// Who has which connection, who waits: the pool's bookkeeping, without connections, tasks or a clock.
///
///     acquire ─┬─► reuse    an idle connection, the most recently used first
///              ├─► open     a free slot: the caller connects, and says `discard` where that fails
///              ├─► wait     all slots are taken: the caller enqueues
///              └─► full, closed
///     release ──► to the first waiter, or idle
///     discard ──► the slot goes to the first waiter, who connects
struct PoolState<Item: Sendable, Waiter: Sendable> {
    /// What a caller may do.
    enum Answer {
        case reuse(Item)
        case open
        case wait
        case full
        case closed
    }

    typealias Grant = PoolGrant<Item>

    /// A waiter's turn.
    struct Turn {
        let waiter: Waiter
        let grant: Grant
    }

    private struct Idle {
        let item: Item
        let since: ContinuousClock.Instant
    }

    private let slots: Int
    private let queueLimit: Int
    private let idleLimit: Duration
    private var idle: [Idle] = []
    private var waiting: [(id: UInt64, waiter: Waiter)] = []
    private var isClosed = false
    /// Connections that are lent, idle or being opened.
    private(set) var taken = 0

    init(slots: Int, queueLimit: Int, idleLimit: Duration) {
        self.slots = slots
        self.queueLimit = queueLimit
        self.idleLimit = idleLimit
    }

    var idleCount: Int { idle.count }
    var waitingCount: Int { waiting.count }

    mutating func acquire() -> Answer {
        if isClosed { return .closed }
        if let last = idle.popLast() { return .reuse(last.item) }
        if taken < slots {
            taken += 1
            return .open
        }
        return waiting.count < queueLimit ? .wait : .full
    }

    /// Puts a caller that was told to wait into the queue. What was released meanwhile is its at once.
    mutating func enqueue(_ waiter: Waiter, id: UInt64) -> Turn? {
        switch acquire() {
        case .reuse(let item): return Turn(waiter: waiter, grant: .reuse(item))
        case .open: return Turn(waiter: waiter, grant: .open)
        case .closed: return Turn(waiter: waiter, grant: .closed)
        case .wait, .full:
            waiting.append((id, waiter))
            return nil
        }
    }

    /// Takes a connection back.
    ///
    /// - Returns: whose turn it is, and the connections that have been idle for too long and are to be closed.
    mutating func release(_ item: Item, now: ContinuousClock.Instant) -> (turn: Turn?, close: [Item]) {
        if isClosed {
            taken -= 1
            return (nil, [item])
        }
        if !waiting.isEmpty { return (Turn(waiter: waiting.removeFirst().waiter, grant: .reuse(item)), []) }
        idle.append(Idle(item: item, since: now))
        let old = idle.prefix { $0.since.duration(to: now) > idleLimit }.map(\.item)
        idle.removeFirst(old.count)
        taken -= old.count
        return (nil, old)
    }

    /// Frees the slot of a connection that has ended, or was never made.
    mutating func discard() -> Turn? {
        if !waiting.isEmpty, !isClosed { return Turn(waiter: waiting.removeFirst().waiter, grant: .open) }
        taken -= 1
        return nil
    }

    /// Takes a waiter out of the queue; nil where its turn has come already.
    mutating func leave(_ id: UInt64, _ grant: Grant) -> Turn? {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return Turn(waiter: waiting.remove(at: index).waiter, grant: grant)
    }

    mutating func close() -> (turns: [Turn], close: [Item]) {
        isClosed = true
        defer {
            taken -= idle.count
            idle = []
            waiting = []
        }
        return (waiting.map { Turn(waiter: $0.waiter, grant: .closed) }, idle.map(\.item))
    }
}

/// What a waiter is given.
enum PoolGrant<Item: Sendable>: Sendable {
    case reuse(Item)
    case open
    case expired
    case cancelled
    case closed
}
