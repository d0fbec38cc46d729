internal import Database

// What passes through, and is gone within days.

extension PersonalData {
    static let passingTables: [PersonalTable] = [
        PersonalTable(
            "idempotency_keys",
            holds: "replies to your last requests; before you sign in with the address they came from",
            purpose: "to answer a repeated request alike",
            readers: "nobody", export: .none("copies of replies, gone within a day"), fate: .deleted,
            erasure: [{ user in "DELETE FROM idempotency_keys WHERE scope = \("user \(user)")" }]),
        PersonalTable(
            "outbox_events",
            holds: "ids in messages between our parts; of what is told to a connected browser also its text",
            purpose: "to tell each part what happened", readers: "operators",
            export: .none("ids and copies; texts are gone an hour after they were told"), fate: .pseudonymised,
            erasure: [
                // A question's text is told to others: nobody's that was told stays.
                { _ in
                    """
                    UPDATE outbox_events SET payload = '{}'
                    WHERE state = 'delivered' AND kind IN ('user.push', 'session.ready') AND payload <> '{}'
                    """
                },
                { _ in
                    "DELETE FROM outbox_events WHERE state = 'parked' AND kind IN ('user.push', 'session.ready')"
                },
            ]),
    ]
}
