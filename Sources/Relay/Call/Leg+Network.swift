import RTP
import SDP

/// What the network did to the packets of one participant, for whoever judges the quality of a call.
struct NetworkFigures: Equatable {
    /// One stream that the participant sends, since its start.
    struct Uplink: Equatable {
        var slot: MediaSlot
        /// Packets that should have come.
        var expected: Int64
        /// Of those, lost by the network: asked for again, or given up.
        var lost: Int64
        /// Of those, not there in time after all: the loss after recovery.
        var unrecovered: Int64
    }

    var uplinks: [Uplink]
    /// Packets towards the participant that it reported to have come, and to have lost, each for itself; 0 where it does
    /// not report on each packet.
    var downlinkArrived: Int64
    var downlinkLost: Int64
    /// What the path towards the participant carries, in bits per second; nil where nothing is known.
    var downlinkBitrate: Double?
    /// How long packets wait on that path, in nanoseconds; nil where it is not known.
    var downlinkQueue: NanosecondCount?
}

extension Leg {
    /// The figures now.
    var network: NetworkFigures {
        NetworkFigures(
            uplinks: uplinks.map {
                NetworkFigures.Uplink(
                    slot: $0.slot, expected: $0.statistics.expected, lost: $0.recovery.missed,
                    unrecovered: $0.recovery.abandoned)
            },
            downlinkArrived: congestion.down.arrived, downlinkLost: congestion.down.lost,
            downlinkBitrate: congestion.downlink,
            downlinkQueue: congestion.reportsPackets ? congestion.down.estimator.queue : nil)
    }
}
