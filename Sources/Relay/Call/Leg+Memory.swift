import Transport

/// Where the packets of a leg look on their way (``PacketMemory``). What they meet stands first in its objects; the numbers of bytes
/// here are those of that part.
extension Leg {
    /// Up to the beginning of what is known of the path's congestion.
    private static let packetBytes = 128

    /// Notes it anew: streams come and go, and lists move as they grow.
    func notePlaces() {
        guard let transport, transport.isConnected else { return }
        transport.notePlaces { memory in
            memory.add(self, bytes: Self.packetBytes)
            memory.add(field: &reporting.recentRoundTrips)
            memory.add(call, bytes: Call.packetBytes)
            memory.add(field: &call.recorder.first.packets, limit: 16)
            memory.add(field: &call.recorder.second.packets, limit: 16)
            memory.add(elementsOf: uplinks)
            for uplink in uplinks where !uplink.isRetired { memory.add(uplink, through: &uplink.quality.watch) }
            for index in ways.indices {
                guard let way = ways[index] else { continue }
                memory.add(way, bytes: 56)
                memory.add(way.route, bytes: 40)
                memory.add(way.downlink, through: &way.downlink.rewriter)
                memory.add(field: &way.downlink.statistics, limit: 40)
            }
            guard let other = call.other(than: seat) else { return }
            memory.add(other, bytes: Self.packetBytes)
            other.transport?.addSendingPlaces(to: &memory)
        }
    }
}

extension Call {
    /// Up to the meter.
    fileprivate static let packetBytes = 96
}
