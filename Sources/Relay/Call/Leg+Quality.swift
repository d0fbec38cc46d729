import RTP
import SDP

/// How good both directions of a leg are, from the relay's own reception and the peer's reports.
extension Leg {
    /// Reads what came from the peer since the last time. Of both legs this comes before ``readDownlinks(_:arrived:)``.
    func readUplinks(_ now: MonotonicInstant) {
        var readings: [StreamFigures] = []
        var arrived = LegQuality.nothing
        for uplink in uplinks {
            let bitrate = uplink.meter.read(at: now)
            // Of several streams in a slot one is shown: the layers of a picture, or an encoder that started anew.
            let counts = UplinkCounts(
                expected: uplink.statistics.expected, lost: uplink.recovery.missed,
                unrecovered: uplink.recovery.abandoned)
            let reading = uplink.quality.read(
                counts, of: uplink.slot, jitter: uplink.statistics.jitter, bitrate: bitrate, rtt: roundTripSeconds,
                limit: call.other(than: seat)?.congestion.downlink, at: now)
            if let reading { readings.append(reading) }
            guard let bitrate, bitrate > arrived[uplink.slot.index].bitrate else { continue }
            arrived[uplink.slot.index] = SlotArrival(
                bitrate: bitrate, missing: reading.map { $0.remaining ?? $0.loss } ?? 0)
        }
        var figures = DirectionFigures()
        for var reading in readings {
            if reading.bitrate < arrived[reading.slot.index].bitrate {
                reading.share = 1
                reading.framesPerSecond = nil
            }
            figures.add(reading)
        }
        reporting.quality.arrived = arrived
        reporting.quality.takeUp(figures, rtt: roundTripSeconds)
    }

    /// Reads what the peer reports of what it was sent.
    ///
    /// - Parameter arrived: what came of each slot from the other side.
    func readDownlinks(_ now: MonotonicInstant, arrived: [SlotArrival]) {
        var figures = DirectionFigures()
        for case let downlink? in downlinks {
            let reading = downlink.quality.read(
                downlink.statistics, of: downlink.slot, bitrate: downlink.meter.read(at: now), rtt: roundTripSeconds,
                arrived: arrived[downlink.slot.index], carried: congestion.downlink)
            if let reading { figures.add(reading) }
        }
        reporting.quality.takeDown(figures, rtt: roundTripSeconds)
        if isReconnecting { reporting.quality.pathIsLost() }
    }

    /// Gives the recorder what was lost since the last time, and how the line is now.
    func recordLosses() {
        call.recorder.note(seat) { tally in
            for uplink in uplinks {
                tally.lost &+= Int(uplink.statistics.lost &- uplink.lossRecorded)
                uplink.lossRecorded = uplink.statistics.lost
                tally.jitter = max(tally.jitter, Int(min(uplink.statistics.jitter, 3600) * 1e6))
            }
            if let trip = reporting.roundTrip { tally.roundTrip = Int(trip / 1000) }
        }
    }

    private var roundTripSeconds: Double? { reporting.roundTrip.map { Double($0) / 1e9 } }
}
