import SDP

/// What became of packets that should have come from senders.
public struct PacketFates: Sendable, Equatable {
    /// Came by themselves, in order or late.
    public var arrived: UInt64 = 0
    /// Came again after the relay had asked for them.
    public var recovered: UInt64 = 0
    /// Were given up: what is lost after recovery.
    public var unrecovered: UInt64 = 0

    /// None.
    public init() {}

    /// Adds what was counted elsewhere.
    public mutating func add(_ other: PacketFates) { add(other, since: PacketFates()) }

    /// Adds what a count has risen by since an earlier reading of it.
    package mutating func add(_ new: PacketFates, since old: PacketFates) {
        arrived &+= new.arrived &- min(old.arrived, new.arrived)
        recovered &+= new.recovered &- min(old.recovered, new.recovered)
        unrecovered &+= new.unrecovered &- min(old.unrecovered, new.unrecovered)
    }
}

extension PacketFates {
    /// As a stream's recovery counts them.
    init(_ recovery: LossRecovery) {
        arrived = UInt64(max(recovery.arrived, 0))
        recovered = UInt64(max(recovery.recovered, 0))
        unrecovered = UInt64(max(recovery.abandoned, 0))
    }
}

extension RelayMetrics {
    /// The fates of packets of a slot's kind.
    subscript(slot: MediaSlot) -> PacketFates {
        get {
            switch slot {
            case .mic: audio
            case .camera, .screen: video
            }
        }
        set {
            switch slot {
            case .mic: audio = newValue
            case .camera, .screen: video = newValue
            }
        }
    }
}
