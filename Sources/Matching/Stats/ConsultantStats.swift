internal import Database

/// What consultants' answers came to, in `consultant_stats`: each counted in the transaction that settles it, by whoever
/// holds the question's lock.
enum ConsultantStats {
    /// How a request ended that was put to somebody.
    enum Answer {
        /// They accepted, after so many seconds.
        case accepted(after: Double)
        /// They declined, after so many seconds.
        case declined(after: Double)
        /// They said nothing in time.
        case expired
    }

    /// Seconds after which an answer weighs half as much in the mean of the response times.
    static let halfLife = 14.0 * 86400

    /// In the order of `consultants`.
    static func asked(_ consultants: [UniqueID]) -> SQL {
        """
        INSERT INTO consultant_stats AS stats (user_id, asked) SELECT id, 1 FROM unnest(\(consultants)::uuid[]) AS id
        ON CONFLICT (user_id) DO UPDATE SET asked = stats.asked + 1
        """
    }

    static func answered(_ consultant: UniqueID, _ answer: Answer) -> SQL {
        switch answer {
        case .expired: "UPDATE consultant_stats SET expired = expired + 1 WHERE user_id = \(consultant)"
        case .accepted(let seconds):
            "UPDATE consultant_stats SET accepted = accepted + 1, \(responded(seconds)) WHERE user_id = \(consultant)"
        case .declined(let seconds):
            "UPDATE consultant_stats SET declined = declined + 1, \(responded(seconds)) WHERE user_id = \(consultant)"
        }
    }

    /// A fifth of the new one, more where the old ones were long ago.
    private static func responded(_ seconds: Double) -> SQL {
        """
        responded_at = clock_timestamp(),
        response_seconds = CASE WHEN response_seconds IS NULL THEN \(seconds)::float8 ELSE
            response_seconds + (\(seconds)::float8 - response_seconds) * (1 - 0.8 * power(0.5::float8,
                extract(epoch FROM clock_timestamp() - responded_at)::float8 / \(halfLife)::float8)) END
        """
    }
}
