import Glibc

/// Where packets look in a transport.
extension PeerTransport {
    /// Notes anew where packets of this peer look: in this transport, and where else their owner says.
    public func notePlaces(_ others: (inout PacketMemory) -> Void) {
        guard let place, let direct else { return }
        memory.removeAll()
        memory.add(self, through: &lastArrival)
        memory.add(direct, bytes: DirectPath.hotBytes)
        cipher?.addPlaces(of: .opening, to: &memory)
        others(&memory)
        context.note(memory.places, at: place)
    }

    /// Adds where packets to this peer look.
    public func addSendingPlaces(to memory: inout PacketMemory) {
        memory.add(self, through: &lastArrival)
        direct?.addSendingPlaces(to: &memory)
        cipher?.addPlaces(of: .sealing, to: &memory)
    }
}

extension DirectPath {
    /// Up to the socket's descriptor.
    fileprivate static let hotBytes = 48

    /// Adds the path, and where the first datagrams wait for their leaving.
    fileprivate func addSendingPlaces(to memory: inout PacketMemory) {
        memory.add(self, bytes: Self.hotBytes)
        queue.addPlaces(to: &memory)
    }
}

extension SendQueue {
    /// Adds where the first datagrams are kept.
    fileprivate func addPlaces(to memory: inout PacketMemory) {
        memory.add(parts, bytes: 4 * MemoryLayout<iovec>.stride)
    }
}
