internal import Database

extension PersonalData {
    /// What people report of each other. Whom a report is about reads what was decided, and not who said what: that would
    /// be the other's to tell.
    static let reports = PersonalTable(
        "reports", holds: "what you reported of others, what was reported of you, and what was decided about it",
        purpose: "to keep people from harm", readers: "operators; of your own, you",
        export: .sections([
            .init("reportsMade") { user in
                jsonList(
                    """
                    SELECT session_id AS "sessionId", kind, reason, text, created_at AS "createdAt",
                        CASE WHEN decision IS NULL THEN 'open' ELSE 'decided' END AS state
                    FROM reports WHERE reporter_id = \(user) ORDER BY id
                    """)
            },
            .init("decisionsAboutYou") { user in
                jsonList(
                    """
                    SELECT session_id AS "sessionId", kind, reason, decision, message, decided_at AS "decidedAt",
                        lifted_at AS "liftedAt"
                    FROM reports WHERE subject_id = \(user) AND decision <> 'dismiss' ORDER BY id
                    """)
            },
        ]), fate: .pseudonymised,
        erasure: [
            // Of somebody who is gone, and of a comment that is gone with them, nothing is left to decide.
            { user in
                """
                DELETE FROM reports WHERE decision IS NULL
                    AND (subject_id = \(user) OR (reporter_id = \(user) AND kind = 'comment'))
                """
            },
            { user in "UPDATE reports SET text = NULL WHERE reporter_id = \(user) AND text IS NOT NULL" },
            { user in
                """
                UPDATE reports SET text = NULL, note = NULL, message = NULL, lift_note = NULL
                WHERE subject_id = \(user)
                """
            },
        ])
}
