internal import Identifiers
internal import RTP
internal import Relay

/// Where the answer to a request goes, when it can be given.
struct ReplyAddress: Sendable, Equatable {
    var socket: SocketID
    /// Nil for a notification, which is not answered.
    var id: RequestID?
}

/// Something to be done with a room's call in the relay.
enum CallOperation: Sendable {
    case offer(String, UserID, ReplyAddress)
    case candidate(CandidateMessage, UserID, ReplyAddress)
    case leave(UserID)
    case extendHorizon(Int, CheckedContinuation<ClockStatus?, Never>)
    case close
}

/// A room's call, and what is to be done with it: one thing after the other, in the order the messages came.
///
/// Each step awaits the relay's worker, and meanwhile the hub goes on: connections vanish, rooms end. Because one task
/// alone works a lane off, an offer never overtakes the candidate before it, a call is closed before its successor
/// opens, and every step looks at the room again as it is then.
struct CallLane {
    /// Beyond these, clients are told to wait. Leaving and closing always find room.
    static let maximumOperations = 256

    private var operations: [CallOperation] = []
    var isWorking = false
    var call: (any PlaneCall)?
    /// Tells the events of this call from those of an older one.
    var generation: UInt64 = 0

    var isFull: Bool { operations.count >= Self.maximumOperations }
    var isIdle: Bool { operations.isEmpty && call == nil }

    mutating func append(_ operation: CallOperation) { operations.append(operation) }

    mutating func next() -> CallOperation? { operations.isEmpty ? nil : operations.removeFirst() }
}
