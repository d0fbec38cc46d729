internal import Database

/// Failed sign-ins by account and origin, and the origins an account knows.
enum SignInFailures {
    /// Whom and where an attempt concerns, as keyed hashes.
    struct Place: Sendable {
        var account: [UInt8]
        var origin: [UInt8]
        /// Every origin together.
        static let everywhere: [UInt8] = [0]
    }

    struct Standing: Sendable {
        var here: SignInBackoff.Record?
        var elsewhere: SignInBackoff.Record?
    }

    static func standing(_ place: Place, on database: some Queryable) async throws(DatabaseError) -> Standing {
        let rows = try await database.query(
            """
            SELECT origin = \(place.origin) AS here, failures, last_at FROM sign_in_failures
            WHERE account = \(place.account) AND origin = ANY(ARRAY[\(place.origin), \(Place.everywhere)]::bytea[])
            """)
        var standing = Standing()
        for row in rows {
            let record = SignInBackoff.Record(
                failures: try row.get("failures", as: Int.self), lastAt: try row.get("last_at", as: Timestamp.self))
            if try row.get("here", as: Bool.self) { standing.here = record } else { standing.elsewhere = record }
        }
        return standing
    }

    /// Counts a failure, in the same order for everybody.
    static func record(_ place: Place) -> [SQL] {
        [Place.everywhere, place.origin].map { origin in
            """
            INSERT INTO sign_in_failures (account, origin) VALUES (\(place.account), \(origin))
            ON CONFLICT (account, origin) DO UPDATE SET last_at = now(), failures = CASE
                WHEN sign_in_failures.last_at < now() - interval '1 day' THEN 1
                ELSE least(sign_in_failures.failures + 1, 1000000) END
            """
        }
    }

    /// A success: this place starts anew, and the account knows it from now on.
    static func forget(_ place: Place, user: UniqueID) -> [SQL] {
        [
            "DELETE FROM sign_in_failures WHERE account = \(place.account) AND origin = \(place.origin)",
            """
            INSERT INTO known_addresses (user_id, origin) VALUES (\(user), \(place.origin))
            ON CONFLICT (user_id, origin) DO UPDATE SET last_at = now()
            """,
        ]
    }

    /// A new password: all that failed before was against the old one.
    static func forgetAll(account: [UInt8]) -> SQL {
        "DELETE FROM sign_in_failures WHERE account = \(account)"
    }
}
