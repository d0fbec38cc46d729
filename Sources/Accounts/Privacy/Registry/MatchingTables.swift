internal import Database

// How a question finds its consultant: who was asked, and what is reckoned about consultants. That somebody was asked stays
// with the question; a consultant's figures go with them.

extension PersonalData {
    static let requestTables: [PersonalTable] = [
        PersonalTable(
            "match_models", holds: "how live requests to a consultant went, against what was expected",
            purpose: "to choose whom to ask", readers: "operators",
            export: .none("reckoned from the requests, which are there"), fate: .pseudonymised,
            erasure: [
                // Whoever learns has read the newest row and is about to write another.
                { _ in "SELECT pg_advisory_xact_lock(hashtext('match learner'))" },
                { user in
                    """
                    UPDATE match_models SET model = model #- ARRAY['model', 'consultants', \(user)::text]
                    WHERE model #> '{model,consultants}' ? \(user)::text
                    """
                },
                // And what was not learnt yet never is.
                { user in "UPDATE requests SET is_learnt = true WHERE consultant_id = \(user) AND NOT is_learnt" },
            ]),
        PersonalTable(
            "requests", holds: "which consultant was asked about which question, why, and what they answered",
            purpose: "to find a consultant; to learn who fits", readers: "both sides, operators",
            export: .sections([
                .init("requestsMade") { user in
                    jsonList(
                        """
                        SELECT question_id AS "questionId", requests.state, score, reasons, rate_amount AS "rateAmount",
                            rate_currency AS "rateCurrency", requests.created_at AS "createdAt",
                            settled_at AS "settledAt"
                        FROM requests JOIN questions ON questions.id = question_id
                        WHERE customer_id = \(user) ORDER BY requests.id
                        """)
                },
                .init("requestsReceived") { user in
                    jsonList(
                        """
                        SELECT id, question_id AS "questionId", state, score, reasons, features,
                            rate_amount AS "rateAmount", rate_currency AS "rateCurrency", created_at AS "createdAt",
                            expires_at AS "expiresAt", settled_at AS "settledAt", reason, outcome
                        FROM requests WHERE consultant_id = \(user) ORDER BY id
                        """)
                },
            ]), fate: .pseudonymised,
            erasure: [
                // The questions look for somebody else.
                { user in
                    """
                    INSERT INTO question_wakes (question_id)
                    SELECT question_id FROM requests WHERE consultant_id = \(user) AND state = 'pending'
                    """
                },
                { user in
                    """
                    UPDATE requests SET state = 'withdrawn', settled_at = now(), reason = 'unavailable'
                    WHERE consultant_id = \(user) AND state = 'pending'
                    """
                },
                { user in
                    """
                    UPDATE requests SET state = 'withdrawn', settled_at = now(), reason = 'cancelled'
                    WHERE state = 'pending' AND question_id IN (SELECT id FROM questions WHERE customer_id = \(user))
                    """
                },
                { user in
                    """
                    UPDATE requests SET reasons = '[]', features = '{}', reason = NULL WHERE consultant_id = \(user)
                    """
                },
                { _ in "SELECT pg_notify('matching', '')" },
            ]),
        PersonalTable(
            "question_wakes", holds: "ids of questions that somebody has to look at again",
            purpose: "to ask the next consultant", readers: "nobody", export: .none("only ids, gone within a day"),
            fate: .expires),
    ]

    /// After the profile: that its owner is no longer available is counted, too.
    static let reckonedTables: [PersonalTable] = [
        PersonalTable(
            "consultant_stats", holds: "how often a consultant was asked, accepted, and how fast they answer",
            purpose: "to choose whom to ask", readers: "you, operators",
            export: .sections([
                .init("statistics") { user in
                    jsonObject(
                        """
                        SELECT asked, accepted, declined, expired, response_seconds AS "responseSeconds",
                            responded_at AS "respondedAt", completed, failed, last_session_at AS "lastSessionAt"
                        FROM consultant_stats WHERE user_id = \(user)
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM consultant_stats WHERE user_id = \(user)" }]),
        PersonalTable(
            "consultant_tags", holds: "sessions and stars of a consultant, by the tags of the questions",
            purpose: "to choose whom to ask", readers: "operators",
            export: .sections([
                .init("expertise") { user in
                    jsonList(
                        """
                        SELECT tag, completed, rating_sum AS "ratingSum", rating_count AS "ratingCount"
                        FROM consultant_tags WHERE user_id = \(user) ORDER BY tag
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM consultant_tags WHERE user_id = \(user)" }]),
        PersonalTable(
            "consultant_days", holds: "how long a consultant was to be asked, and in calls, by day",
            purpose: "to tell how much of their time is used", readers: "you, operators",
            export: .sections([
                .init("days") { user in
                    jsonList(
                        """
                        SELECT day, available_seconds AS "availableSeconds", busy_seconds AS "busySeconds"
                        FROM consultant_days WHERE user_id = \(user) ORDER BY day
                        """)
                }
            ]), fate: .deleted, erasure: [{ user in "DELETE FROM consultant_days WHERE user_id = \(user)" }]),
        PersonalTable(
            "profile_vectors", holds: "numbers reckoned from a consultant's profile", purpose: "to choose whom to ask",
            readers: "nobody", export: .none("reckoned from the profile, which is there"), fate: .deleted,
            erasure: [{ user in "DELETE FROM profile_vectors WHERE user_id = \(user)" }]),
    ]
}
