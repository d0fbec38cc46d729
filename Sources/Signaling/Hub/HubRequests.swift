internal import Identifiers
internal import Logging
internal import RTP

/// Live requests: what people are told on every connection of their account, and what consultants answer.
extension Hub {
    private static let longestReason = 500

    // MARK: Telling people

    /// Sends a notification to every connection of an account.
    ///
    /// - Returns: how many took it; one that is being closed, or does not read, takes nothing.
    func push(_ method: String, _ params: JSONValue, to user: UserID) -> Int {
        let bytes = OutgoingMessage.notification(method, params)
        var reached = 0
        for connection in connections.values where connection.user == user && connection.account != nil {
            if sockets?.send(bytes, to: connection.socket) == true { reached += 1 }
        }
        if reached > 0 { counters.pushes += 1 } else { counters.undelivered += 1 }
        return reached
    }

    // MARK: Answers

    func acceptRequest(
        _ params: Parameters, user: UserID, account: Account?, at address: ReplyAddress
    ) throws(RPCError) {
        try enqueue(.accept(try request(params, of: account), address), of: user)
    }

    func declineRequest(
        _ params: Parameters, user: UserID, account: Account?, at address: ReplyAddress
    ) throws(RPCError) {
        let request = try request(params, of: account)
        let reason = try params.optionalString("reason", maximumBytes: Self.longestReason * 4)
        if let reason {
            guard reason.unicodeScalars.count <= Self.longestReason,
                reason.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
            else { throw .invalidParams("reason", "must have at most \(Self.longestReason) printable characters") }
        }
        try enqueue(.decline(request, reason: reason?.isEmpty == true ? nil : reason, address), of: user)
    }

    private func request(_ params: Parameters, of account: Account?) throws(RPCError) -> String {
        guard marketplace != nil else { throw .marketplaceUnavailable }
        guard let account else { throw .accessTokenNeeded }
        guard account.role == .consultant else { throw .consultantsOnly }
        return try params.string("requestId", maximumBytes: 64)
    }

    private func enqueue(_ errand: Errands.Errand, of user: UserID) throws(RPCError) {
        guard !isDraining else { throw .draining }
        guard errands.append(errand, of: user) else { throw .marketplaceBusy }
        runErrands()
    }

    // MARK: Carried out

    func accept(
        _ request: String, by user: UserID, at address: ReplyAddress, _ marketplace: any Marketplace
    ) async {
        do {
            let accepted = try await marketplace.accept(request, by: user)
            reply(
                [
                    "sessionId": .string(accepted.session.text), "room": .string(accepted.room.text),
                    "token": .string(accepted.token),
                ], to: address)
        } catch {
            refuse(error, to: address)
        }
    }

    func decline(
        _ request: String, reason: String?, by user: UserID, at address: ReplyAddress, _ marketplace: any Marketplace
    ) async {
        do {
            try await marketplace.decline(request, by: user, reason: reason)
            reply([:], to: address)
        } catch {
            refuse(error, to: address)
        }
    }

    private func refuse(_ refusal: MarketplaceRefusal, to address: ReplyAddress) {
        switch refusal {
        case .notFound, .closed: break
        case .unavailable: counters.marketplaceFailures += 1
        }
        reply(.refusal(refusal), to: address)
    }

    /// Tells a connection that has just said hello what its consultant is being asked.
    func sendPendingRequests(of user: UserID, to socket: SocketID, _ marketplace: any Marketplace) async {
        do {
            for text in try await marketplace.pendingRequests(of: user) {
                guard let params = try? JSONParser.parse(Array(text.utf8)), case .object = params else { continue }
                sockets?.send(OutgoingMessage.notification("request.created", params), to: socket)
            }
        } catch {
            // The client reads the list itself, too.
            counters.marketplaceFailures += 1
            logger.debug("pending requests cannot be told", metadata: ["error": "\(error)"])
        }
    }

    func tellConnection(of user: UserID, to marketplace: any Marketplace) async {
        guard let isConnected = sightings.word(on: user) else { return }
        do {
            if isConnected {
                try await marketplace.connected(user)
            } else {
                try await marketplace.disconnected(user)
            }
            sightings.told(user, isConnected: isConnected)
        } catch {
            counters.marketplaceFailures += 1
            logger.warning("the marketplace cannot be told", metadata: ["error": "\(error)"])
            sightings.notTold(user, now: .now())
        }
    }

    /// Tells who has come and who has gone, of those of whom that is not known yet.
    func tellConnections(_ now: MonotonicInstant) {
        guard !isDraining, marketplace != nil else { return }
        for user in sightings.overdue(at: now) where !errands.append(.tellConnection, of: user) {
            sightings.notTold(user, now: now)
        }
        runErrands()
    }
}
