internal import Identifiers
internal import Relay

/// The rooms' calls in the relay.
extension Hub {
    /// Queues what a client asked for, unless too much waits already.
    func enqueueOrRefuse(_ operation: CallOperation, in room: RoomID) throws(RPCError) {
        if lanes[room]?.isFull == true { throw .busy }
        enqueue(operation, in: room)
    }

    func enqueue(_ operation: CallOperation, in room: RoomID) {
        var lane = lanes[room] ?? CallLane()
        lane.append(operation)
        let starts = !lane.isWorking
        lane.isWorking = true
        lanes[room] = lane
        guard starts else { return }
        workers += 1
        Task { await self.work(on: room) }
    }

    /// Works a lane off, one operation after the other.
    private func work(on room: RoomID) async {
        while let operation = lanes[room]?.next() {
            switch operation {
            case .offer(let sdp, let user, let address): await offer(sdp, from: user, in: room, at: address)
            case .candidate(let candidate, let user, let address):
                await add(candidate, from: user, in: room, at: address)
            case .leave(let user): await lanes[room]?.call?.leave(user)
            case .extendHorizon(let seconds, let continuation):
                continuation.resume(returning: await extendHorizon(to: seconds, in: room))
            case .close: await closeCall(in: room)
            }
        }
        lanes[room]?.isWorking = false
        if lanes[room]?.isIdle == true { lanes[room] = nil }
        workers -= 1
        finishDraining(.now())
    }

    /// Whether a participant still speaks through the connection that asked.
    private func isCurrent(_ user: UserID, in room: RoomID, at address: ReplyAddress) -> Bool {
        rooms[room]?.participant(user)?.socket == address.socket
    }

    private func offer(_ sdp: String, from user: UserID, in room: RoomID, at address: ReplyAddress) async {
        guard isCurrent(user, in: room, at: address) else { return }
        rooms[room]?.offerStarted(by: user)
        do {
            let answer = try await call(for: room).offer(sdp, from: user)
            reply(["sdp": .string(answer)], to: address)
        } catch {
            reply(.relay(error), to: address)
        }
    }

    private func add(
        _ candidate: CandidateMessage, from user: UserID, in room: RoomID, at address: ReplyAddress
    ) async {
        guard isCurrent(user, in: room, at: address) else { return }
        do {
            try await call(for: room).addCandidate(candidate, from: user)
            reply([:], to: address)
        } catch {
            reply(.relay(error), to: address)
        }
    }

    /// The room's call, opened where there is none: with the clock where the last one left it.
    private func call(for id: RoomID) async throws(RelayError) -> any PlaneCall {
        if let call = lanes[id]?.call { return call }
        guard let plane, let room = rooms[id], room.ended == nil, room.isOccupied else {
            throw RelayError(.notFound, "the room is empty")
        }
        lanes[id]?.generation += 1
        let generation = lanes[id]?.generation
        let call = try await plane.openCall(
            in: id, policy: room.policy, mediaSeconds: room.clock.mediaSeconds, horizon: room.clock.horizonSeconds
        ) { [thread] event in
            thread.perform { self.assumeIsolated { $0.happened(event, in: id, generation: generation) } }
        }
        // Should the room have ended meanwhile, its closing waits in this lane, right behind.
        lanes[id]?.call = call
        return call
    }

    private func closeCall(in room: RoomID) async {
        guard let call = lanes[room]?.call else { return run(rooms[room]?.callClosed(nil) ?? [], in: room) }
        lanes[room]?.call = nil
        lanes[room]?.generation += 1
        let closed = await call.close()
        run(rooms[room]?.callClosed(closed) ?? [], in: room)
    }

    private func happened(_ event: CallEvent, in room: RoomID, generation: UInt64?) {
        // A record counts also where its call is being closed meanwhile: it was told before the last one.
        if case .record = event {} else if lanes[room]?.generation != generation { return }
        run(rooms[room]?.handle(event, at: .now()) ?? [], in: room)
    }

    /// Moves the horizon where the clock is: in the relay's call, or in the room itself.
    private func extendHorizon(to seconds: Int, in id: RoomID) async -> ClockStatus? {
        if let call = lanes[id]?.call, let status = await call.extendHorizon(to: seconds) {
            run(rooms[id]?.granted(status) ?? [], in: id)
        } else {
            run(rooms[id]?.extendHorizon(to: seconds, at: .now()) ?? [], in: id)
        }
        return rooms[id]?.clock
    }
}
