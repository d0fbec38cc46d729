internal import Database

/// Who can be asked at this moment: available, connected, and not asked by too many already.
enum Askable {
    /// Consultants whose rows are held until the end of the transaction.
    struct Held {
        /// They can be asked, and stay so.
        var askable: Set<UniqueID> = []
        /// Somebody else holds them just now.
        var skipped: Set<UniqueID> = []
    }

    /// Those of these who are available, whether or not they are connected.
    static func available(
        _ consultants: [UniqueID], in transaction: Transaction
    ) async throws(DatabaseError) -> Set<UniqueID> {
        guard !consultants.isEmpty else { return [] }
        let rows = try await transaction.query(
            """
            SELECT user_id FROM consultant_profiles
            WHERE user_id = ANY(\(consultants)::uuid[]) AND availability = 'available'
            """)
        return Set(try rows.map { row throws(DatabaseError) in try row.get(0, as: UniqueID.self) })
    }

    /// Holds these consultants and tells who of them can be asked. It never waits: a consultant in others' hands is passed
    /// over, so that holding several cannot end in a deadlock.
    static func hold(
        _ consultants: [UniqueID], atMost limit: Int, in transaction: Transaction
    ) async throws(DatabaseError) -> Held {
        guard !consultants.isEmpty else { return Held() }
        let answers = try await transaction.pipeline([
            """
            SELECT user_id, availability = 'available' AND is_connected AS is_askable FROM consultant_profiles
            WHERE user_id = ANY(\(consultants)::uuid[]) FOR NO KEY UPDATE SKIP LOCKED
            """,
            // A statement of its own: it sees what others had committed before the rows were held.
            """
            SELECT consultant_id FROM requests
            WHERE consultant_id = ANY(\(consultants)::uuid[]) AND state = 'pending'
            GROUP BY consultant_id HAVING count(*) >= \(limit)
            """,
        ])
        var held = Held(skipped: Set(consultants))
        for row in answers[0] {
            let user = try row.get("user_id", as: UniqueID.self)
            held.skipped.remove(user)
            if try row.get("is_askable", as: Bool.self) { held.askable.insert(user) }
        }
        for row in answers[1] { held.askable.remove(try row.get(0, as: UniqueID.self)) }
        return held
    }
}
