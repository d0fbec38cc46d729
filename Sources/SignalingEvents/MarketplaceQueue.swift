internal import Events

public import Database
public import Identifiers
public import Signaling

/// The marketplace as the signaling core reaches it: through the durable queue to the sidecar.
///
/// Whatever it takes is an event that is committed.
public struct MarketplaceQueue: Marketplace {
    private let pool: DatabasePool
    private let requests: LiveRequests
    private let tokens: RoomTokens

    /// The queue in this database.
    ///
    /// - Parameters:
    ///   - requests: takes the answers to live requests.
    ///   - tokens: mints what opens a session's room.
    public init(_ pool: DatabasePool, requests: LiveRequests, tokens: RoomTokens) {
        self.pool = pool
        self.requests = requests
        self.tokens = tokens
    }

    /// Appends `presence.set`.
    ///
    /// - Throws: `DatabaseError`; ``NotAnAccount`` where the id is none that the database has made.
    public func setAvailable(_ user: UserID, _ available: Bool) async throws {
        guard let id = UniqueID(user.text) else { throw NotAnAccount() }
        try await append(.set(id, available: available))
    }

    /// Appends `presence.offline`. Of somebody who is no account there is nothing to say.
    ///
    /// - Throws: `DatabaseError`
    public func wentOffline(_ user: UserID) async throws {
        guard let id = UniqueID(user.text) else { return }
        try await append(.offline(id))
    }

    /// Appends `presence.connected`.
    ///
    /// - Throws: `DatabaseError`
    public func connected(_ user: UserID) async throws {
        guard let id = UniqueID(user.text) else { return }
        try await append(.connected(id))
    }

    /// Appends `presence.disconnected`.
    ///
    /// - Throws: `DatabaseError`
    public func disconnected(_ user: UserID) async throws {
        guard let id = UniqueID(user.text) else { return }
        try await append(.disconnected(id))
    }

    private func append(_ presence: PresenceEvent) async throws {
        let event = try presence.event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
    }

    // MARK: Live requests

    /// What a consultant is being asked now.
    ///
    /// - Throws: `DatabaseError`
    public func pendingRequests(of user: UserID) async throws -> [String] {
        guard let id = UniqueID(user.text) else { return [] }
        return try await requests.pending(id).map(\.text)
    }

    /// Takes a consultant's yes.
    public func accept(_ request: String, by user: UserID) async throws(MarketplaceRefusal) -> AcceptedRequest {
        guard let id = UniqueID(request), let consultant = UniqueID(user.text) else { throw .notFound }
        do {
            let accepted = try await requests.accept(id, consultant)
            let token = try await tokens.token(
                session: accepted.session.description, room: accepted.room, mode: accepted.mode,
                thresholdSeconds: accepted.thresholdSeconds, user: user.text, name: accepted.consultantName,
                role: Role.consultant.rawValue)
            guard let session = SessionID(accepted.session.description), let room = RoomID(accepted.room) else {
                throw RoomTokens.Malformed()
            }
            return AcceptedRequest(session: session, room: room, token: token)
        } catch {
            throw Self.refusal(error)
        }
    }

    /// Takes a consultant's no.
    public func decline(_ request: String, by user: UserID, reason: String?) async throws(MarketplaceRefusal) {
        guard let id = UniqueID(request), let consultant = UniqueID(user.text) else { throw .notFound }
        do {
            try await requests.decline(id, consultant, reason)
        } catch {
            throw Self.refusal(error)
        }
    }

    private static func refusal(_ error: any Error) -> MarketplaceRefusal {
        switch error as? LiveRequests.Refusal {
        case .notFound?: .notFound
        case .closed?: .closed
        case nil: .unavailable
        }
    }

    // MARK: Sessions

    /// Appends what happened in a session's room. Of a session that is none of the database's there is nothing to say.
    ///
    /// - Throws: `DatabaseError`
    public func report(_ happening: SessionHappening, of session: SessionID) async throws {
        guard let id = UniqueID(session.text), let told = Self.told(happening) else { return }
        let event = try SessionReport(id, told).event()
        try await pool.withTransaction { try await Outbox.append(event, in: $0) }
    }

    private static func told(_ happening: SessionHappening) -> SessionReport.Happening? {
        switch happening {
        case .joined(let user): UniqueID(user.text).map { .joined($0) }
        case .left(let user, let reason): UniqueID(user.text).map { .left($0, reason: reason) }
        case .progress(let seconds, let running): .progress(mediaSeconds: seconds, running: running)
        case .record(let record): .record(SessionFlow(record))
        case .quality(let sample): .quality(CallSample(sample))
        case .ended(let reason, let seconds, let quality):
            .ended(reason: reason, mediaSeconds: seconds, quality: SessionQuality(quality))
        }
    }

    /// A token of ours names somebody who is no account.
    public struct NotAnAccount: Error, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let description = "the user's id is not a UUID"
    }
}

extension SessionFlow {
    init(_ record: SessionRecord) {
        self.init(
            number: record.number, source: record.source.rawValue, endedAt: record.endedAt,
            milliseconds: record.milliseconds, startSecond: record.startSecond, mediaSeconds: record.mediaSeconds,
            reconnectingSeconds: record.reconnectingSeconds, fromCustomer: Direction(record.fromCustomer),
            fromConsultant: Direction(record.fromConsultant))
    }
}

extension SessionFlow.Direction {
    fileprivate init(_ direction: SessionRecord.Direction) {
        self.init(
            packets: direction.packets, bytes: direction.bytes, lost: direction.lost, jitter: direction.jitter,
            roundTrip: direction.roundTrip, score: direction.score)
    }
}

extension SessionQuality {
    /// Nil where nothing was seen.
    init?(_ sides: [SideQuality]) {
        if sides.isEmpty { return nil }
        func directions(_ role: Role) -> Sides? {
            sides.first { $0.role == role }.map { Sides(up: Direction($0.up), down: Direction($0.down)) }
        }
        self.init(customer: directions(.customer), consultant: directions(.consultant))
    }
}

extension SessionQuality.Direction {
    fileprivate init?(_ summary: QualitySummary?) {
        guard let summary else { return nil }
        self.init(
            score: summary.score, worst: summary.worst, bitrate: summary.bitrate, loss: summary.loss,
            jitter: summary.jitter, rtt: summary.rtt)
    }
}
