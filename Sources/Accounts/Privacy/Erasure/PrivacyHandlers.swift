public import Database
internal import HTTPTypes
public import REST

/// `GET /me/export` and `DELETE /me`: a person's data in their hands, and gone.
public struct PrivacyHandlers: Sendable {
    /// Whether a password is the account's.
    public typealias PasswordCheck = @Sendable (_ user: UniqueID, _ password: String) async throws -> Bool
    /// Ends all sign-ins of an account, for this reason.
    public typealias Revocation = @Sendable (_ user: UniqueID, _ reason: String, Transaction) async throws -> Void

    let pool: DatabasePool
    let verifyPassword: PasswordCheck
    let revokeAll: Revocation

    /// Handlers on a database, with what identity does for them.
    public init(
        pool: DatabasePool, verifyPassword: @escaping PasswordCheck, revokeAll: @escaping Revocation
    ) {
        self.pool = pool
        self.verifyPassword = verifyPassword
        self.revokeAll = revokeAll
    }

    /// `GET /me/export`: 200 with a ZIP archive of one file, `export.json`.
    public func export(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let now = Timestamp.now()
        guard let document = try await PersonalExport.document(of: user, at: now, on: pool) else {
            throw Problem.notFound("account")
        }
        var archive = ZipArchive()
        try archive.add("export.json", document, modified: now)
        let date = now.description.prefix(10)
        return Reply(
            status: .ok,
            headers: [
                .contentType: "application/zip",
                .contentDisposition: "attachment; filename=\"consultant-connect-\(date).zip\"",
                .cacheControl: "no-store",
            ], body: archive.bytes())
    }

    private struct Body: Decodable { var password: String }
    private struct View: Encodable { let kept: [KeptData] }

    /// `DELETE /me {password}`: 200 with what is kept, why, and until when; everything else is gone, and so are all
    /// sign-ins. 403 `wrong_password`; 409 `session_live` during a session.
    public func erase(_ call: Call) async throws -> Reply {
        let user = try call.signedIn().user
        let body = try call.content(Body.self)
        guard try await verifyPassword(user, body.password) else {
            throw Problem(.forbidden, code: "wrong_password", "This is not the account's password.")
        }
        let kept: [KeptData]
        do {
            kept = try await pool.withTransaction { transaction in
                try await Erasure.prepare(user, in: transaction)
                try await revokeAll(user, "account_erased", transaction)
                return try await Erasure.erase(user, in: transaction)
            }
        } catch let obstacle as Erasure.Obstacle {
            switch obstacle {
            case .noAccount: throw Problem.notFound("account")
            case .sessionLive:
                throw Problem(
                    .conflict, code: "session_live", "End your session first; then the account can be deleted.")
            }
        }
        return .json(View(kept: kept))
    }
}
