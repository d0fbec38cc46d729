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

    /// How good the connections of the participants were at each look.
    public var quality = QualityMetrics()

    /// All zero.
    public init() {}
}

/// The quality of the participants' connections, counted at each look: about every two seconds for each of them.
public struct QualityMetrics: Sendable, Equatable {
    /// A direction between a participant and the relay, or the other peer.
    public enum Direction: String, Sendable, CaseIterable {
        /// From the participant.
        case up
        /// To the participant.
        case down
    }

    /// The figures of one direction.
    public struct Figures: Sendable, Equatable {
        /// The sound's scores, 1 to 5.
        public private(set) var audio = Histogram(bounds: QualityMetrics.scoreBounds)
        /// The picture's scores, 1 to 5.
        public private(set) var video = Histogram(bounds: QualityMetrics.scoreBounds)
        /// Shares of packets lost on the way.
        public private(set) var loss = Histogram(bounds: QualityMetrics.lossBounds)
        /// Shares of packets missing after retransmission.
        public private(set) var remainingLoss = Histogram(bounds: QualityMetrics.lossBounds)
        /// Freezes of the picture.
        public private(set) var freezes: UInt64 = 0

        fileprivate mutating func observe(_ quality: DirectionQuality) {
            if let score = quality.audioScore { audio.observe(score) }
            if let score = quality.videoScore { video.observe(score) }
            loss.observe(quality.loss)
            if let left = quality.lossAfterRecovery { remainingLoss.observe(left) }
            freezes &+= UInt64(clamping: quality.freezes ?? 0)
        }
    }

    static let scoreBounds = [1.5, 2, 2.5, 3, 3.5, 4, 4.5]
    static let lossBounds = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2]

    /// From participants.
    public private(set) var up = Figures()
    /// To participants.
    public private(set) var down = Figures()
    /// Round trips in seconds.
    public private(set) var roundTrip = Histogram(bounds: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1])

    /// A direction's figures.
    public subscript(direction: Direction) -> Figures {
        switch direction {
        case .up: up
        case .down: down
        }
    }

    mutating func observe(_ report: QualityReport) {
        if let quality = report.up { up.observe(quality) }
        if let quality = report.down { down.observe(quality) }
        if let trip = report.down?.rtt ?? report.up?.rtt { roundTrip.observe(trip) }
    }
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
