public import Database
internal import Passwords
internal import REST

extension Identity {
    /// The hash of a new password.
    ///
    /// - Throws: ``Problem`` of status 429 where too many passwords wait to be hashed.
    func hash(_ password: String) async throws -> String {
        do {
            return try await hasher.hash(password)
        } catch {
            throw Problem(error)
        }
    }

    /// Whether a password belongs to a hash; without a hash it takes the same time.
    func verify(_ password: String, against hash: String?) async throws -> Bool {
        do {
            return try await hasher.verify(password, against: hash)
        } catch {
            throw Problem(error)
        }
    }

    /// Whether a password is the account's.
    ///
    /// - Throws: ``Problem`` of status 429 where too many passwords wait to be hashed; `DatabaseError`.
    public func verifyPassword(_ user: UniqueID, _ password: String) async throws -> Bool {
        let rows = try await pool.query("SELECT password_hash FROM credentials WHERE user_id = \(user)")
        return try await verify(password, against: try rows.first?.get("password_hash", as: String.self))
    }

    /// Ends all sign-ins of an account, and tells the signaling core.
    public func endSignIns(of user: UniqueID, reason: String, in transaction: Transaction) async throws {
        try await SignIns.revokeAll(of: user, reason: reason, in: transaction)
    }
}

extension Problem {
    init(_ error: PasswordError) {
        switch error.code {
        case .busy: self = .tooMany("Too many sign-ins at the same time.", retryAfter: 1)
        default: self = .unavailable()
        }
    }
}
