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
            "outbox_events", holds: "ids in messages between our parts", purpose: "to tell each part what happened",
            readers: "operators", export: .none("only ids, gone within days"), fate: .expires),
    ]
}
