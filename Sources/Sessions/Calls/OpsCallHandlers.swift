public import Database
internal import HTTPTypes
internal import Identifiers
public import REST

/// `/ops/calls`: the calls of sessions, those that run and those that are over, with how good each direction was.
///
/// All of it is read from the database, where the signaling core puts it every ten seconds: both may run apart.
public struct OpsCallHandlers: Sendable {
    private let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    private struct ListKey: CursorKey {
        var isOver: Bool
        var id: UniqueID

        init(isOver: Bool, id: UniqueID) {
            self.isOver = isOver
            self.id = id
        }

        init?(cursorParts: [String]) {
            guard cursorParts.count == 2, ["live", "ended"].contains(cursorParts[0]),
                let id = UniqueID(cursorParts[1])
            else { return nil }
            self.init(isOver: cursorParts[0] == "ended", id: id)
        }

        var cursorParts: [String] { [isOver ? "ended" : "live", id.description] }
    }

    /// `GET /ops/calls?state=live|ended&limit=&cursor=`: 200 with a page, running calls first, of each the newest first.
    public func list(_ call: Call) async throws -> Reply {
        let page = try call.page(after: ListKey.self)
        var condition: SQL = "\(OpsCall.isCall)"
        if let text = call.query["state"] {
            var fields = Fields()
            let state = fields.check("state", text, "live or ended") { ["live", "ended"].contains($0) ? $0 : nil }
            try fields.finish()
            condition = "\(condition) AND (sessions.ended_at IS NOT NULL) = \(state == "ended")"
        }
        if let after = page.after {
            condition =
                """
                \(condition) AND ((sessions.ended_at IS NOT NULL) > \(after.isOver)
                    OR (sessions.ended_at IS NOT NULL) = \(after.isOver) AND sessions.id < \(after.id))
                """
        }
        let rows = try await pool.query(
            """
            SELECT \(OpsCall.columns) WHERE \(condition)
            ORDER BY sessions.ended_at IS NOT NULL, sessions.id DESC LIMIT \(page.fetched)
            """)
        let calls = try rows.map { row throws(DatabaseError) in try OpsCall(row) }
        return .json(
            page.listing(of: calls, key: { ListKey(isOver: $0.session.isOver, id: $0.session.id) }) {
                OpsCallView($0)
            })
    }

    /// `GET /ops/calls/{id}`: 200 with a call and its timeline, an entry for ten seconds, the oldest first.
    public func show(_ call: Call) async throws -> Reply {
        let id = try call.id(of: "call")
        let rows = try await pool.query(
            "SELECT \(OpsCall.columns) WHERE sessions.id = \(id) AND \(OpsCall.isCall)")
        guard let row = rows.first else { throw Problem.notFound("call") }
        let samples = try await CallSamples.all(of: id, on: pool)
        return .json(OpsCallView(try OpsCall(row), timeline: samples))
    }
}
