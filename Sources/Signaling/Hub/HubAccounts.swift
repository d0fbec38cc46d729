internal import Identifiers
internal import Logging
internal import RTP

/// Connections of accounts: who is available, who has gone, and whose sign-in was ended.
extension Hub {
    // MARK: Availability

    func setPresence(
        _ params: Parameters, user: UserID, account: Account?, at address: ReplyAddress
    ) throws(RPCError) {
        guard marketplace != nil else { throw .marketplaceUnavailable }
        guard let account else { throw .accessTokenNeeded }
        guard account.role == .consultant else { throw .consultantsOnly }
        guard let available = try params.optionalBool("available") else {
            throw .invalidParams("available", "is missing")
        }
        guard !isDraining else { throw .draining }
        guard errands.append(.setAvailable(available, address), of: user) else { throw .marketplaceBusy }
        runErrands()
    }

    /// Starts what may run now.
    func runErrands() {
        guard let marketplace else { return }
        while let (user, errand) = errands.next() {
            workers += 1
            Task { await self.run(errand, of: user, at: marketplace) }
        }
    }

    /// Awaits the marketplace, which meanwhile leaves this thread to others.
    private func run(_ errand: Errands.Errand, of user: UserID, at marketplace: any Marketplace) async {
        switch errand {
        case .setAvailable(let available, let address):
            do {
                try await marketplace.setAvailable(user, available)
                reply(["available": .bool(available)], to: address)
            } catch {
                noteFailure(error)
                reply(.marketplaceFailed, to: address)
            }
        case .wentOffline:
            guard attendance.isGone(user) else { break }
            do {
                try await marketplace.wentOffline(user)
                attendance.told(user)
            } catch {
                noteFailure(error)
                attendance.notTold(user, now: .now())
            }
        case .tellConnection: await tellConnection(of: user, to: marketplace)
        case .pendingRequests(let socket): await sendPendingRequests(of: user, to: socket, marketplace)
        case .accept(let request, let address): await accept(request, by: user, at: address, marketplace)
        case .decline(let request, let reason, let address):
            await decline(request, reason: reason, by: user, at: address, marketplace)
        }
        errands.finished(user)
        workers -= 1
        runErrands()
        finishDraining(.now())
    }

    private func noteFailure(_ error: any Error) {
        counters.marketplaceFailures += 1
        logger.warning("the marketplace cannot be told", metadata: ["error": "\(error)"])
    }

    // MARK: Coming and going

    func accountConnected(_ user: UserID, _ account: Account, on socket: SocketID) {
        attendance.connected(user)
        guard marketplace != nil, account.role == .consultant else { return }
        sightings.note(user, isConnected: true, now: .now())
        tellConnections(.now())
        // Where that cannot be asked now, the client reads the list itself.
        if errands.append(.pendingRequests(socket), of: user) { runErrands() }
    }

    func accountDisconnected(_ user: UserID, _ account: Account, now: MonotonicInstant) {
        attendance.disconnected(user, isExpected: marketplace != nil && account.role == .consultant, now: now)
        guard marketplace != nil, account.role == .consultant, !attendance.isConnected(user) else { return }
        sightings.note(user, isConnected: false, now: now)
        tellConnections(now)
    }

    /// Tells the marketplace of those who have been gone for too long. A server that stops says nothing: its successor
    /// says who is there.
    func tellAbsences(_ now: MonotonicInstant) {
        guard !isDraining else { return }
        for user in attendance.overdue(at: now) where !errands.append(.wentOffline, of: user) {
            attendance.notTold(user, now: now)
        }
        runErrands()
    }

    var connectedUsers: Set<UserID> { attendance.users }

    // MARK: Sign-ins

    /// Ends the connections of these sign-ins, and lets none of their tokens in any more.
    func revoke(_ families: Set<String>, of user: UserID) {
        let now = MonotonicInstant.now()
        let news = families.filter { revocations.insert($0, at: now) }
        guard !news.isEmpty else { return }
        for connection in connections.values where connection.user == user {
            guard let account = connection.account, news.contains(account.family) else { continue }
            // Signed out is not lost: nobody waits for this connection to be resumed.
            if let room = connection.room, rooms[room]?.participant(user)?.socket == connection.socket {
                run(rooms[room]?.leave(user, .left, now: now) ?? [], in: room)
            }
            close(connection.socket, .signedOut)
        }
    }
}
