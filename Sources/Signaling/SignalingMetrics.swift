public import FoundationEssentials
public import Identifiers
public import Relay

/// What the signaling server has done since its start, and what it is doing.
public struct SignalingMetrics: Sendable, Equatable {
    /// WebSockets open now.
    public var connections = 0
    /// WebSockets opened.
    public var connectionsTotal: UInt64 = 0
    /// WebSockets of accounts open now: those that came with an access token.
    public var accounts = 0
    /// Rooms somebody is in now.
    public var rooms = 0
    /// Participants now, connected or expected back.
    public var participants = 0
    /// Messages received.
    public var messages: UInt64 = 0
    /// Errors answered.
    public var errors: UInt64 = 0
    /// What the marketplace could not be told.
    public var marketplaceFailures: UInt64 = 0
    /// Reports of sessions that the marketplace has not kept yet.
    public var reportsPending = 0
    /// Notifications given to people's connections.
    public var pushes: UInt64 = 0
    /// Notifications for people without a connection.
    public var undelivered: UInt64 = 0
    /// What happened to the rooms' clocks; every kind is there from the start.
    public var billingEvents = Dictionary(uniqueKeysWithValues: BillingEvent.allCases.map { ($0, UInt64(0)) })

    /// All zero.
    public init() {}
}

/// A room somebody is in.
public struct CallSummary: Sendable, Equatable {
    /// Somebody in the room.
    public struct Participant: Sendable, Equatable {
        /// Who.
        public var user: UserID
        /// As what.
        public var role: Role
        /// Whether the WebSocket is open; where not, the participation waits to be resumed.
        public var isConnected: Bool
    }

    /// The room.
    public var room: RoomID
    /// The booked session behind it, where there is one.
    public var session: SessionID?
    /// How its media travels.
    public var mode: RoomMode
    /// When it was first entered.
    public var openedAt: Date
    /// Its clock.
    public var clock: ClockStatus
    /// Who is in it.
    public var participants: [Participant]
}
