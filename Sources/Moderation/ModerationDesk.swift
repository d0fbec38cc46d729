internal import Accounts
public import Database
internal import Mail
public import Matching
internal import REST

/// Decides about reports, and lifts suspensions: the decision, its effects, the mail and the audit log in one transaction, so
/// that a crash leaves all of it or nothing.
///
/// Locks are taken in the order in which everybody takes them: the questions of whom it is about, their account, the report.
public struct ModerationDesk: Sendable {
    let pool: DatabasePool
    private let requests: RequestDesk
    private let mails: ModerationMails

    /// A desk on a database.
    ///
    /// - Parameters:
    ///   - requests: cancels the questions of whoever is suspended.
    ///   - clientURL: where the web client is, for mails.
    public init(pool: DatabasePool, requests: RequestDesk, clientURL: String) {
        self.pool = pool
        self.requests = requests
        mails = ModerationMails(clientURL: clientURL)
    }

    /// A decision and its reasons.
    struct Ruling: Sendable {
        let decision: ModerationCase.Decision
        /// For administrators.
        let note: String?
        /// For whom it is about.
        let message: String?
        let admin: UniqueID
        /// Where the administrator's request came from.
        let address: String
    }

    /// Decides about a report.
    ///
    /// - Returns: false where there is no such report.
    /// - Throws: ``ModerationCase/Refusal``.
    func decide(_ id: UniqueID, _ ruling: Ruling, in transaction: Transaction) async throws -> Bool {
        guard let seen = try await Reports.find(id, on: transaction) else { return false }
        if ruling.decision == .suspend { try await requests.cancelAll(of: seen.subject, in: transaction) }
        let account = try await Suspensions.hold(seen.subject, in: transaction)
        guard let report = try await Reports.lock(id, in: transaction) else { return false }
        var item = report.item
        let effects = try item.decide(ruling.decision)
        let now = Timestamp.now()
        try await transaction.query(
            """
            UPDATE reports SET decision = \(ruling.decision.rawValue), note = \(ruling.note),
                message = \(ruling.message), decided_by = \(ruling.admin), decided_at = \(now)
            WHERE id = \(id)
            """)
        for effect in effects { try await bring(effect, about: report, ruling, account, at: now, in: transaction) }
        try await transaction.query(
            SecurityEvents.record(
                .reportDecided, of: ruling.admin, address: ruling.address,
                detail: JSONText(encoding: Detail(report: id.description, decision: ruling.decision.rawValue))))
        return true
    }

    private func bring(
        _ effect: ModerationCase.Effect, about report: Reports.Open, _ ruling: Ruling,
        _ account: Suspensions.Account?, at now: Timestamp, in transaction: Transaction
    ) async throws {
        // Whoever was erased meanwhile has nothing left to hide, and nowhere to be told.
        guard let account else { return }
        let detail = try JSONText(encoding: SessionDetail(session: report.session.description))
        switch effect {
        case .hideComment:
            try await transaction.query(
                """
                UPDATE ratings SET hidden_at = coalesce(hidden_at, \(now)::timestamptz)
                WHERE session_id = \(report.session)
                """)
            try await transaction.query(
                SecurityEvents.record(.commentHidden, of: report.subject, address: nil, detail: detail))
        case .warn:
            try await transaction.query(
                SecurityEvents.record(.warned, of: report.subject, address: nil, detail: detail))
        case .suspend:
            guard try await !requests.isLooking(for: report.subject, in: transaction) else {
                // One was posted between the two locks.
                throw Problem.unavailable("Something was asked just now. Try again.")
            }
            try await Suspensions.begin(report.subject, at: now, in: transaction)
        case .tell:
            let mail = try mails.decided(
                ruling.decision, to: account.email, because: report.reason ?? .other, message: ruling.message)
            if let mail { try await MailOutbox.append(mail, in: transaction) }
        }
    }

    /// Lifts somebody's suspension.
    ///
    /// - Returns: false where they are not suspended; nil where there is no such account.
    func reinstate(
        _ user: UniqueID, note: String?, by admin: UniqueID, from address: String, in transaction: Transaction
    ) async throws -> Bool? {
        guard let account = try await Suspensions.hold(user, in: transaction) else { return nil }
        guard account.suspendedAt != nil else { return false }
        try await transaction.query(
            """
            UPDATE reports SET lifted_at = \(Timestamp.now()), lifted_by = \(admin), lift_note = \(note)
            WHERE subject_id = \(user) AND decision = 'suspend' AND lifted_at IS NULL
            """)
        try await Suspensions.lift(user, in: transaction)
        try await MailOutbox.append(try mails.reinstated(to: account.email), in: transaction)
        try await transaction.query(
            SecurityEvents.record(
                .userReinstated, of: admin, address: address,
                detail: JSONText(encoding: UserDetail(user: user.description))
            ))
        return true
    }

    private struct Detail: Encodable {
        let report: String
        let decision: String
    }
    private struct SessionDetail: Encodable { let session: String }
    private struct UserDetail: Encodable { let user: String }
}
