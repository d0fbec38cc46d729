public import Database
internal import Events
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/sessions`: the calls of customers and consultants.
public struct SessionHandlers: Sendable {
    /// A server that helps browsers to reach each other, as `RTCIceServer` has it.
    public struct ICEServer: Sendable, Encodable {
        /// Its addresses.
        public var urls: [String]
        /// The name to give.
        public var username: String?
        /// The password to give.
        public var credential: String?

        /// A server.
        public init(urls: [String], username: String? = nil, credential: String? = nil) {
            self.urls = urls
            self.username = username
            self.credential = credential
        }
    }

    /// What only the assembly knows about rooms.
    public struct Door: Sendable {
        /// A room token for one of a session's two people, with this name.
        public var token: @Sendable (Session, UniqueID, SessionSide, _ name: String) async throws -> String
        /// The servers for a person's browser.
        public var iceServers: @Sendable (UniqueID) -> [ICEServer]

        /// A door.
        public init(
            token: @escaping @Sendable (Session, UniqueID, SessionSide, _ name: String) async throws -> String,
            iceServers: @escaping @Sendable (UniqueID) -> [ICEServer]
        ) {
            self.token = token
            self.iceServers = iceServers
        }
    }

    let pool: DatabasePool
    let store: SessionStore
    let door: Door
    let billings: SessionBillings

    /// Handlers on a database.
    ///
    /// - Parameter billings: what sessions cost; without it nothing is charged.
    public init(
        pool: DatabasePool, store: SessionStore, door: Door, billings: @escaping SessionBillings = { _ in [:] }
    ) {
        self.pool = pool
        self.store = store
        self.door = door
        self.billings = billings
    }

    /// `GET /sessions?state=&limit=&cursor=`: 200 with a page of one's own, the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let page = try call.page(after: UniqueID.self)
        var condition: SQL = "(sessions.customer_id = \(user) OR sessions.consultant_id = \(user))"
        if let text = call.query["state"] {
            var fields = Fields()
            let states = SessionState.allCases.map(\.rawValue).joined(separator: ", ")
            let state = fields.check("state", text, states) { SessionState(rawValue: $0) }
            try fields.finish()
            if let state { condition = "\(condition) AND sessions.state = \(state.rawValue)" }
        }
        if let after = page.after { condition = "\(condition) AND sessions.id < \(after)" }
        let rows = try await pool.query(
            "SELECT \(ListedSession.columns) WHERE \(condition) ORDER BY sessions.id DESC LIMIT \(page.fetched)")
        let found = try rows.map { row throws(DatabaseError) in try ListedSession(row) }
        let billings = try await billings(found.map(\.session.id))
        return .json(
            page.listing(of: found, key: \.session.id) { SessionView($0, for: user, billing: billings[$0.session.id]) })
    }

    /// `GET /sessions/{id}`: 200 with one's own session; an admin sees everybody's.
    public func show(_ call: Call) async throws -> Reply {
        .json(try await view(try await own(call, adminsToo: true), for: try call.signedIn().user))
    }

    private struct Invitation: Encodable {
        let token: String
        let url: String
        let iceServers: [ICEServer]
        let room: String
    }

    /// `POST /sessions/{id}/join`: 200 with a token for the room, for one of its two people alone, and where to go with it.
    /// 409 `session_over` where there is nothing to join any more.
    public func join(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let listed = try await own(call)
        guard let side = listed.session.side(of: user) else { throw Problem.notFound("session") }
        guard !listed.session.isOver else {
            throw Problem(.conflict, code: "session_over", "This session has ended.")
        }
        guard let url = call.webSocketURL else {
            throw Problem(.badRequest, code: "invalid_host", "The Host is missing, or is none.")
        }
        let name = side == .customer ? listed.customerName : listed.consultantName
        return .json(
            Invitation(
                token: try await door.token(listed.session, user, side, name), url: url,
                iceServers: door.iceServers(user), room: listed.session.room))
    }

    /// `POST /sessions/{id}/end`: 200 with the session, which is over. Ending it again changes nothing.
    public func end(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let session = try await own(call).session
        guard let side = session.side(of: user) else { throw Problem.notFound("session") }
        try await pool.withTransaction { transaction in
            try await store.apply(.endRequested(side), to: session.id, at: .now(), in: transaction)
        }
        return .json(try await view(try await own(call), for: user))
    }

    /// `GET /sessions/{id}/quality`: 200 with what was seen of the four directions, so far while the call runs, in figures and
    /// in words; nulls while nothing is known.
    public func quality(_ call: Call) async throws -> Reply {
        let session = try await own(call, adminsToo: true).session
        var quality = session.quality
        if quality == nil {
            quality = SessionQuality(try await CallSamples.all(of: session.id, on: pool).map(\.sample))
        }
        return .json(SessionQualityView(quality, for: session.side(of: try call.signedIn().user)))
    }

    private func view(_ listed: ListedSession, for reader: UniqueID) async throws -> SessionView {
        SessionView(listed, for: reader, billing: try await billings([listed.session.id])[listed.session.id])
    }

    func own(_ call: Call, adminsToo: Bool = false) async throws -> ListedSession {
        let caller = try call.signedIn()
        guard let found = try await ListedSession.find(try call.id(of: "session"), on: pool),
            found.session.side(of: caller.user) != nil || (adminsToo && caller.role == .admin)
        else { throw Problem.notFound("session") }
        return found
    }
}
