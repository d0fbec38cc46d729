internal import FoundationEssentials
internal import Identifiers
internal import Logging
internal import RTP
internal import Relay

/// Rooms of booked sessions: what the marketplace is told of them, and what is remembered over the process's end.
extension Hub {
    /// How long a session's room matters after the last word about it, in seconds: as long as its tokens live.
    private static let memory = 7200.0

    // MARK: Reports

    func report(_ happening: SessionHappening, in room: RoomID) {
        guard marketplace != nil, let session = rooms[room]?.session else { return }
        if case .record(let record) = happening, rooms[room]?.ended == nil, !reports.takesRecord(of: session) {
            rooms[room]?.trail?.records.takeBack(record)
            return
        }
        tell(happening, of: session, in: room)
        runReports(.now())
    }

    /// Queues what is to be told, and writes a record and the last word down together with the room, so that a crash leaves both
    /// or neither.
    private func tell(_ happening: SessionHappening, of session: SessionID, in room: RoomID?) {
        var happening = happening
        if case .record(var record) = happening {
            record.endedAt = Date().text
            happening = .record(record)
        }
        let (number, dropped) = reports.append(happening, of: session)
        if let dropped { journal?.told(dropped) }
        guard let entry = SessionJournal.Entry(number, session, happening) else { return }
        var line: SessionJournal.Room?
        switch happening {
        case .record(let record):
            line = room.flatMap { self.entry(of: $0, isTold: false) }
            // Others may be on their way behind it.
            line?.records = record.number
            line?.recordedSeconds = record.startSecond + record.mediaSeconds
        case .ended: line = room.flatMap { self.entry(of: $0, isTold: true) }
        case .joined, .left, .progress, .quality: break
        }
        journal?.note(entry, of: line)
        if let line { journaled[line.room] = line }
    }

    /// Starts what may be told now.
    func runReports(_ now: MonotonicInstant) {
        guard let marketplace else { return }
        while let (session, report) = reports.next(at: now) {
            workers += 1
            Task { await self.tell(report, of: session, to: marketplace) }
        }
    }

    /// Awaits the marketplace, which meanwhile leaves this thread to others.
    private func tell(
        _ report: ReportQueue.Report, of session: SessionID, to marketplace: any Marketplace
    ) async {
        do {
            try await marketplace.report(report.happening, of: session)
            reports.told(session)
            journal?.told(report.number)
        } catch {
            counters.marketplaceFailures += 1
            logger.warning("a session's room cannot be told of", metadata: ["error": "\(error)"])
            reports.notTold(session, now: .now())
        }
        workers -= 1
        runReports(.now())
        finishDraining(.now())
    }

    // MARK: The journal

    /// Opens the journal and takes up what an earlier life has left. Without one the server still serves.
    func openJournal() {
        guard marketplace != nil, let path = configuration.journal else { return }
        do throws(SignalingError) {
            journal = try SessionJournal(path: path, now: Date(), logger: logger)
        } catch {
            logger.error("there is no journal of sessions", metadata: ["error": "\(error)"])
            return
        }
        for entry in journal?.remainingReports ?? [] {
            guard let happening = entry.happening else { continue }
            reports.restore(.init(number: entry.number, happening: happening), of: entry.session)
        }
        for room in journal?.remainingRooms ?? [] {
            if let reason = room.ended, room.isTold == false {
                // It died between the end of the room and that of the call.
                var trail = SessionTrail(now: .now(), mediaSeconds: room.mediaSeconds, records: room.chain)
                let end = EndReason(rawValue: reason) ?? .ended
                for happening in trail.ended(end, mediaSeconds: room.mediaSeconds) {
                    tell(happening, of: room.session, in: nil)
                }
                var told = room
                told.isTold = true
                journal?.note(told)
            } else if room.ended == nil, room.mediaSeconds > 0 {
                tell(.progress(mediaSeconds: room.mediaSeconds, running: false), of: room.session, in: nil)
            }
        }
        runReports(.now())
    }

    /// Writes down where the clocks of sessions' rooms stand, where that has changed.
    func keepJournal() {
        guard journal != nil else { return }
        for (id, room) in rooms where room.session != nil && room.ended == nil {
            if let last = journaled[id], last.mediaSeconds == room.clock.mediaSeconds,
                last.horizonSeconds == room.clock.horizonSeconds, last.money == room.money
            {
                continue
            }
            note(id)
        }
        journaled = journaled.filter { rooms[$0.key] != nil }
    }

    /// Writes down that a room has ended, before its call is closed and the last word of it said.
    func noteEnd(of id: RoomID) {
        guard marketplace != nil, let ended = rooms[id]?.ended, ended != .shutdown, journaled[id]?.ended == nil else {
            return
        }
        note(id)
    }

    private func note(_ id: RoomID) {
        guard let entry = entry(of: id, isTold: false) else { return }
        journal?.note(entry)
        journaled[id] = entry
    }

    /// A room as it is, for the journal.
    ///
    /// - Parameter isTold: whether the last word of it is said.
    private func entry(of id: RoomID, isTold: Bool) -> SessionJournal.Room? {
        guard let room = rooms[id], let session = room.session else { return nil }
        // A server that stops is back soon: the room goes on.
        let ended = room.ended == .shutdown ? nil : room.ended
        return SessionJournal.Room(
            room: id, session: session, mediaSeconds: room.clock.mediaSeconds,
            horizonSeconds: room.clock.horizonSeconds, money: room.money, ended: ended?.rawValue,
            until: Date().timeIntervalSince1970 + Self.memory, records: room.trail?.records.count,
            recordedSeconds: room.trail?.records.seconds, isTold: ended == nil ? nil : isTold)
    }

    // MARK: Money

    /// A room nobody has entered yet is written down with its horizon, and opened from there.
    func bill(_ money: RoomMoney, _ id: RoomID, of session: SessionID) async {
        guard let room = rooms[id] else { return await billUnentered(money, id, of: session) }
        guard room.ended == nil else { return }
        run(rooms[id]?.billed(money) ?? [], in: id)
        _ = await extendHorizon(of: id, to: money.horizonSeconds)
    }

    private func billUnentered(_ money: RoomMoney, _ id: RoomID, of session: SessionID) async {
        var known =
            journal?.room(id) ?? unenteredMoney[id]
            ?? SessionJournal.Room(
                room: id, session: session, mediaSeconds: 0, until: Date().timeIntervalSince1970 + Self.memory)
        guard known.ended == nil else { return }
        known.horizonSeconds = max(known.horizonSeconds ?? 0, money.horizonSeconds)
        known.money = money
        if journal == nil { unenteredMoney[id] = known } else { journal?.note(known) }
    }

    /// What is known of a room that nobody has entered since the start.
    func known(_ id: RoomID) -> SessionJournal.Room? { journal?.room(id) ?? unenteredMoney.removeValue(forKey: id) }

    // MARK: The end

    /// Ends a session's room, and lets nobody in any more, also where nobody is in it.
    func endRoom(_ id: RoomID, of session: SessionID) {
        let now = MonotonicInstant.now()
        var room = rooms[id] ?? unentered(id, of: session, now: now)
        room.rememberedUntil = max(room.rememberedUntil, now.advanced(by: .seconds(Int64(Self.memory))))
        let actions = room.end(.ended, now: now)
        rooms[id] = room
        run(actions, in: id)
    }

    /// A room that nobody has entered since the start, with its clock where an earlier life has left it.
    private func unentered(_ id: RoomID, of session: SessionID, now: MonotonicInstant) -> Room {
        var room = Room(
            id: id, mode: .relay, policy: configuration.billing, session: session, openedAt: Date(),
            resumeWindow: limits.resumeWindow, now: now)
        guard let known = known(id) else { return room }
        room.restore(
            mediaSeconds: known.mediaSeconds, horizonSeconds: known.horizonSeconds, records: known.chain, now: now)
        room.money = known.money
        room.ended = known.ended.map { EndReason(rawValue: $0) ?? .ended }
        return room
    }
}
