public import Database
internal import HTTPTypes
internal import Identifiers
public import REST
internal import Sessions

/// `/sessions/{id}/receipt`: what demonstrably flowed in a session.
public struct ReceiptHandlers: Sendable {
    private let pool: DatabasePool

    /// Handlers on a database.
    public init(pool: DatabasePool) { self.pool = pool }

    /// `GET /sessions/{id}/receipt`: 200 with the newest receipt, for the session's two people and admins. 404
    /// `receipt_not_found` before one is signed.
    public func show(_ call: Call) async throws -> Reply {
        let caller = try call.signedIn()
        let id = try call.id(of: "session")
        guard let session = try await SessionStore.find(id, on: pool),
            session.side(of: caller.user) != nil || caller.role == .admin
        else { throw Problem.notFound("session") }
        guard let receipt = try await Receipts.document(of: id, on: pool) else {
            throw Problem(.notFound, code: "receipt_not_found", "No receipt of this session is signed yet.")
        }
        return Reply(status: .ok, headers: [.contentType: "application/json"], body: receipt.bytes)
    }
}
