internal import Billing
internal import Database
internal import Identifiers
internal import Money

/// A session's money under its row's lock: the machine, and whom it is about.
struct ChargedSession: Sendable {
    let id: UniqueID
    let customer: UniqueID
    let consultant: UniqueID
    let room: String
    let mediaSeconds: Int
    var machine: ChargeMachine

    var currency: Currency { machine.terms.prices.currency }

    /// Locks it.
    ///
    /// - Returns: nil where nothing is charged for the session.
    static func lock(_ id: UniqueID, in transaction: Transaction) async throws -> ChargedSession? {
        let rows = try await transaction.query(
            """
            SELECT charges.machine, sessions.customer_id, sessions.consultant_id, sessions.room, sessions.media_seconds
            FROM charges JOIN sessions ON sessions.id = charges.session_id
            WHERE charges.session_id = \(id) FOR UPDATE OF charges
            """)
        guard let row = rows.first else { return nil }
        return ChargedSession(
            id: id, customer: try row.get("customer_id", as: UniqueID.self),
            consultant: try row.get("consultant_id", as: UniqueID.self), room: try row.get("room", as: String.self),
            mediaSeconds: try row.get("media_seconds", as: Int.self),
            machine: try row.get("machine", as: JSONText.self).decode(as: ChargeMachine.self))
    }
}
