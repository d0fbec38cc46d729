internal import FoundationEssentials
internal import Identifiers
internal import RTP
internal import Relay

/// What the process asks the hub from outside.
extension Hub {
    func extendHorizon(of id: RoomID, to seconds: Int) async -> ClockStatus? {
        guard let room = rooms[id], room.ended == nil else { return nil }
        guard room.mode == .relay else {
            run(rooms[id]?.extendHorizon(to: seconds, at: .now()) ?? [], in: id)
            return rooms[id]?.clock
        }
        return await withCheckedContinuation { enqueue(.extendHorizon(seconds, $0), in: id) }
    }

    func calls() -> [CallSummary] {
        rooms.values.filter(\.isOccupied).map { room in
            CallSummary(
                room: room.id, session: room.session, mode: room.mode, openedAt: room.openedAt, clock: room.clock,
                participants: room.participants.map {
                    .init(user: $0.user, role: $0.identity.role, isConnected: $0.socket != nil)
                })
        }.sorted { $0.openedAt < $1.openedAt }
    }

    func metrics() -> SignalingMetrics {
        var metrics = counters
        metrics.connections = sockets?.connections ?? 0
        metrics.accounts = connections.values.count { $0.account != nil }
        metrics.reportsPending = reports.count
        metrics.rooms = rooms.values.count(where: \.isOccupied)
        metrics.participants = rooms.values.reduce(0) { $0 + $1.participants.count }
        return metrics
    }

    /// Ends every room, tells everybody, and waits until they have heard it.
    func drain() async {
        guard !isDraining else { return }
        isDraining = true
        sockets?.isDraining = true
        let now = MonotonicInstant.now()
        drainDeadline = now.advanced(by: limits.drainTime)
        let deadline = Date().addingTimeInterval(Double(limits.drainTime) / 1e9).text
        let draining = OutgoingMessage.notification("server.draining", ["deadline": .string(deadline)])
        for connection in connections.values where connection.user != nil {
            sockets?.send(draining, to: connection.socket)
        }
        for id in Array(rooms.keys) { run(rooms[id]?.end(.shutdown, now: now) ?? [], in: id) }
        for socket in Array(connections.keys) { close(socket, .goingAway) }
        await withCheckedContinuation { continuation in
            drained = continuation
            finishDraining(now)
        }
    }

    /// Ends the loop after ``drain()``.
    func finish() { isFinished = true }

    /// Looks whether the drain is complete, or has taken long enough.
    func finishDraining(_ now: MonotonicInstant) {
        guard let deadline = drainDeadline, let continuation = drained else { return }
        guard now >= deadline || (workers == 0 && reports.count == 0 && sockets?.connections ?? 0 == 0) else { return }
        drained = nil
        continuation.resume()
    }
}
