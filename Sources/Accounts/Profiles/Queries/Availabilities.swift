public import Database

/// Who can be asked now, in `consultant_profiles`: ``Availability`` applied to its row.
///
/// What was observed elsewhere comes late: an observation that is older than the consultant's last wish is dropped.
public enum Availabilities {
    /// What an event made of a consultant's availability.
    public struct Change: Sendable, Hashable {
        /// Who.
        public let user: UniqueID
        /// What they were.
        public let before: Availability
        /// What they are.
        public let after: Availability
        /// What their profile lacks, where that is why a wish to be available was not followed.
        public var missing: [String] = []
    }

    /// A consultant's wish.
    ///
    /// - Parameter moment: When they wished; now where it is nil. A wish older than the last one is dropped.
    /// - Returns: nil where they have no profile; a change with what is missing where the profile is not complete.
    public static func wish(
        _ available: Bool, of user: UniqueID, at moment: Timestamp? = nil, in transaction: Transaction
    ) async throws(DatabaseError) -> Change? {
        try await apply(.wished(available: available), to: user, at: moment, in: transaction)
    }

    /// A call of the consultant begins.
    ///
    /// - Returns: nil where they have no profile. Whether they could be asked is in `before`.
    public static func setBusy(_ user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Change? {
        try await apply(.callStarted, to: user, in: transaction)
    }

    /// The call of the consultant has ended: what they wished meanwhile takes effect.
    public static func callEnded(_ user: UniqueID, in transaction: Transaction) async throws(DatabaseError) -> Change? {
        try await apply(.callEnded, to: user, in: transaction)
    }

    /// Nothing reaches the consultant any more.
    ///
    /// - Parameter moment: When that was seen; now where it is nil.
    public static func connectionsGone(
        _ user: UniqueID, at moment: Timestamp? = nil, in transaction: Transaction
    ) async throws(DatabaseError) -> Change? {
        try await apply(.connectionsGone, to: user, at: moment, in: transaction)
    }

    /// Whoever is not connected is no longer available: for the start of a signaling core, which knows everybody who is.
    /// In one statement what `Availability` does on `connectionsGone`.
    ///
    /// - Parameter moment: When the set was taken; now where it is nil.
    /// - Returns: how many that changed.
    @discardableResult
    public static func reconcile(
        online: Set<UniqueID>, at moment: Timestamp? = nil, in transaction: Transaction
    ) async throws(DatabaseError) -> Int {
        try await transaction.query(
            """
            UPDATE consultant_profiles SET available_after_call = false,
                availability = CASE availability WHEN 'available' THEN 'offline' ELSE availability END,
                availability_changed_at =
                    CASE availability WHEN 'available' THEN clock_timestamp() ELSE availability_changed_at END
            WHERE (availability = 'available' OR (availability = 'busy' AND available_after_call))
                AND user_id <> ALL (\(Array(online))::uuid[])
                AND coalesce(wished_at <= coalesce(\(moment)::timestamptz, clock_timestamp()), true)
            """
        ).affected
    }

    // MARK: Connections

    /// Whether a WebSocket of the consultant is open, as it was seen at a moment; what was seen before that is dropped. A
    /// consultant who has yet to write a profile gets an empty one, so that it is known when they have.
    ///
    /// - Returns: false where they are no consultant.
    @discardableResult
    public static func setConnected(
        _ user: UniqueID, _ isConnected: Bool, at moment: Timestamp, in transaction: Transaction
    ) async throws(DatabaseError) -> Bool {
        try await transaction.query(
            """
            INSERT INTO consultant_profiles (user_id) SELECT id FROM users WHERE id = \(user) AND role = 'consultant'
            ON CONFLICT (user_id) DO NOTHING
            """)
        guard try await Profiles.lock(user, in: transaction) != nil else { return false }
        try await transaction.query(
            """
            UPDATE consultant_profiles SET is_connected = \(isConnected), connection_seen_at = \(moment)
            WHERE user_id = \(user) AND coalesce(connection_seen_at <= \(moment)::timestamptz, true)
            """)
        return true
    }

    /// A signaling core has started: whoever was seen connected before that is not.
    ///
    /// - Returns: how many that changed.
    @discardableResult
    public static func disconnectAll(
        before moment: Timestamp, in transaction: Transaction
    ) async throws(DatabaseError) -> Int {
        try await transaction.query(
            """
            UPDATE consultant_profiles SET is_connected = false, connection_seen_at = \(moment)
            WHERE is_connected AND coalesce(connection_seen_at <= \(moment)::timestamptz, true)
            """
        ).affected
    }

    // MARK: One consultant

    private static func apply(
        _ event: Availability.Event, to user: UniqueID, at moment: Timestamp? = nil, in transaction: Transaction
    ) async throws(DatabaseError) -> Change? {
        guard let profile = try await Profiles.lock(user, in: transaction) else { return nil }
        var after = profile.availability
        var taken = event
        // A wish may still be on its way when its consultant is suspended; their profile is held here and there.
        if event == .wished(available: true), try await Suspensions.contains(user, on: transaction) {
            taken = .wished(available: false)
        }
        switch taken {
        case .wished(let available):
            if available, !profile.missing.isEmpty {
                return Change(user: user, before: after, after: after, missing: profile.missing)
            }
            // Noted also where it changes nothing: it is newer than what was observed before.
            let noted = try await transaction.query(
                """
                UPDATE consultant_profiles SET wished_at = coalesce(\(moment)::timestamptz, clock_timestamp())
                WHERE user_id = \(user)
                    AND coalesce(wished_at <= coalesce(\(moment)::timestamptz, clock_timestamp()), true)
                """)
            guard noted.affected == 1 else { return Change(user: user, before: after, after: after) }
        case .connectionsGone:
            let overtaken = try await transaction.query(
                "SELECT FROM consultant_profiles WHERE user_id = \(user) AND wished_at > \(moment)::timestamptz")
            guard overtaken.isEmpty else { return Change(user: user, before: after, after: after) }
        case .callStarted, .callEnded, .profileIncomplete: break
        }
        if after.handle(taken) { try await store(after, of: user, in: transaction) }
        return Change(user: user, before: profile.availability, after: after)
    }

    static func store(
        _ availability: Availability, of user: UniqueID, in transaction: Transaction
    ) async throws(DatabaseError) {
        try await transaction.query(
            """
            UPDATE consultant_profiles SET availability = \(availability.name),
                available_after_call = \(availability == .busy(then: .available)),
                availability_changed_at = CASE availability
                    WHEN \(availability.name) THEN availability_changed_at ELSE clock_timestamp() END
            WHERE user_id = \(user)
            """)
    }
}
