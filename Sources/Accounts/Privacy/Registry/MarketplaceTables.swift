internal import Database

// What people do with each other. It is the other side's history too, and the law's: it stays without identity.

extension PersonalData {
    static let marketplaceTables: [PersonalTable] = [
        reports,
        PersonalTable(
            "ratings", holds: "stars and comments, by you and about you", purpose: "to choose consultants",
            readers: "everybody, without who gave them",
            export: .sections([
                .init("ratingsGiven") { user in
                    jsonList(
                        """
                        SELECT session_id AS "sessionId", stars, comment, hidden_at AS "hiddenAt",
                            created_at AS "createdAt" FROM ratings
                        WHERE customer_id = \(user) ORDER BY created_at
                        """)
                },
                .init("ratingsReceived") { user in
                    jsonList(
                        """
                        SELECT session_id AS "sessionId", stars, comment, hidden_at AS "hiddenAt",
                            created_at AS "createdAt" FROM ratings
                        WHERE consultant_id = \(user) ORDER BY created_at
                        """)
                },
            ]), fate: .pseudonymised,
            erasure: [
                { user in "UPDATE ratings SET comment = NULL WHERE customer_id = \(user) AND comment IS NOT NULL" },
                { user in "UPDATE ratings SET comment = NULL WHERE consultant_id = \(user) AND comment IS NOT NULL" },
            ]),
        PersonalTable(
            "payments", holds: "what was held, charged, refunded, and when", purpose: "to be paid; tax law",
            readers: "both sides of the session, operators",
            export: .sections([.init("payments") { user in jsonList(payments(of: user)) }]),
            // Amounts under a session: nothing in the row says who.
            fate: .pseudonymised),
        PersonalTable(
            "questions", holds: "what you asked", purpose: "to find a consultant",
            readers: "you, the consultants it is matched with",
            export: .sections([
                .init("questions") { user in
                    jsonList(
                        """
                        SELECT id, title, body, tags, keywords, budget_amount AS "budgetAmount",
                            budget_currency AS "budgetCurrency", state, created_at AS "createdAt",
                            expires_at AS "expiresAt", closed_at AS "closedAt"
                        FROM questions WHERE customer_id = \(user) ORDER BY id
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    DELETE FROM questions WHERE customer_id = \(user)
                        AND NOT EXISTS (SELECT FROM sessions WHERE question_id = questions.id)
                    """
                },
                { user in
                    """
                    UPDATE questions SET title = 'Deleted', body = 'Deleted', tags = '[]', keywords = '[]',
                        budget_amount = NULL, budget_currency = NULL, closed_at = coalesce(closed_at, now()),
                        due_at = NULL, embedding = NULL, embedding_model = NULL, told = '{}',
                        state = CASE WHEN state IN ('open', 'matching') THEN 'cancelled' ELSE state END
                    WHERE customer_id = \(user)
                    """
                },
            ]),
        PersonalTable(
            "sessions", holds: "with whom you talked, when, how long, how well the line was, at which rate",
            purpose: "to bill; your history; tax law", readers: "both sides, operators",
            export: .sections([.init("sessions") { user in jsonList(sessions(of: user)) }]), fate: .pseudonymised),
        PersonalTable(
            "consultant_profiles", holds: "what a consultant says about themselves, whether they can be asked",
            purpose: "to be found and asked", readers: "everybody",
            export: .sections([
                .init("profile") { user in
                    jsonObject(
                        """
                        SELECT headline, bio, tags, hourly_rate_amount AS "hourlyRateAmount",
                            hourly_rate_currency AS "hourlyRateCurrency", availability,
                            availability_changed_at AS "availabilityChangedAt",
                            available_after_call AS "availableAfterCall", wished_at AS "wishedAt",
                            is_connected AS "isConnected", connection_seen_at AS "connectionSeenAt",
                            rating_sum AS "ratingSum", rating_count AS "ratingCount",
                            session_count AS "sessionCount", created_at AS "createdAt", updated_at AS "updatedAt"
                        FROM consultant_profiles WHERE user_id = \(user)
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    DELETE FROM consultant_profiles WHERE user_id = \(user)
                        AND NOT EXISTS (SELECT FROM sessions WHERE consultant_id = user_id)
                    """
                },
                { user in
                    """
                    UPDATE consultant_profiles SET headline = '', bio = '', tags = '[]', hourly_rate_amount = NULL,
                        hourly_rate_currency = NULL, availability = 'offline', available_after_call = false,
                        wished_at = NULL, is_connected = false, connection_seen_at = NULL
                    WHERE user_id = \(user)
                    """
                },
            ]),
        PersonalTable(
            "users", holds: "e-mail address, name, role", purpose: "to have an account",
            readers: "you, operators; your name also who talks with you, a consultant's everybody",
            export: .sections([
                .init("account") { user in
                    jsonObject(
                        """
                        SELECT id, email, name, role, email_verified_at AS "emailVerifiedAt",
                            created_at AS "createdAt", updated_at AS "updatedAt", suspended_at AS "suspendedAt",
                            erased_at AS "erasedAt"
                        FROM users WHERE id = \(user)
                        """)
                }
            ]), fate: .pseudonymised,
            erasure: [
                { user in
                    """
                    UPDATE users SET email = \("erased-\(user)@invalid"), name = 'Deleted user',
                        email_verified_at = NULL, erased_at = now()
                    WHERE id = \(user)
                    """
                }
            ]),
    ]

    /// With the other side's name, and nothing else of them.
    private static func sessions(of user: UniqueID) -> SQL {
        """
        SELECT sessions.id, CASE customer_id WHEN \(user) THEN 'customer' ELSE 'consultant' END AS role,
            other.name AS "otherSide", question_id AS "questionId", mode, state, rate_amount AS "rateAmount",
            rate_currency AS "rateCurrency", threshold_seconds AS "thresholdSeconds",
            media_seconds AS "mediaSeconds", sessions.created_at AS "createdAt",
            CASE customer_id WHEN \(user) THEN customer_joined_at ELSE consultant_joined_at END AS "joinedAt",
            started_at AS "startedAt", ended_at AS "endedAt", end_reason AS "endReason",
            quality -> CASE customer_id WHEN \(user) THEN 'customer' ELSE 'consultant' END AS quality
        FROM sessions
        JOIN users AS other ON other.id = CASE customer_id WHEN \(user) THEN consultant_id ELSE customer_id END
        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY sessions.id
        """
    }

    private static func payments(of user: UniqueID) -> SQL {
        """
        SELECT payments.id, session_id AS "sessionId",
            CASE customer_id WHEN \(user) THEN 'customer' ELSE 'consultant' END AS role,
            window_number AS "window", payments.state, currency, amount, captured_amount AS "capturedAmount",
            fee_amount AS "feeAmount", refunded_amount AS "refundedAmount", payments.created_at AS "createdAt",
            authorized_at AS "authorizedAt", captured_at AS "capturedAt"
        FROM payments JOIN sessions ON sessions.id = session_id
        WHERE customer_id = \(user) OR consultant_id = \(user) ORDER BY payments.id
        """
    }
}
