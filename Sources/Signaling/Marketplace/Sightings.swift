internal import Identifiers
internal import RTP

/// Whether consultants are connected, as the marketplace was told and is to be told. Pure.
///
/// Only the newest state of somebody matters: who comes and goes ten times while the marketplace cannot be told is told of
/// once.
struct Sightings: Sendable {
    private struct Sighting {
        var isConnected: Bool
        /// What was told last; nil: nothing yet.
        var told: Bool?
        var isBeingTold = false
        var failures = 0
        var dueAt: MonotonicInstant
    }

    private var sightings: [UserID: Sighting] = [:]

    /// Notes that somebody is connected, or no longer is.
    mutating func note(_ user: UserID, isConnected: Bool, now: MonotonicInstant) {
        var sighting = sightings[user] ?? Sighting(isConnected: isConnected, dueAt: now)
        sighting.isConnected = isConnected
        sightings[user] = sighting
    }

    /// Those of whom it is to be told now; each is then being told until it is said how that went.
    mutating func overdue(at now: MonotonicInstant) -> [UserID] {
        let users = sightings.compactMap { user, sighting in
            !sighting.isBeingTold && sighting.told != sighting.isConnected && now >= sighting.dueAt ? user : nil
        }
        for user in users { sightings[user]?.isBeingTold = true }
        return users
    }

    /// What is to be said of somebody who is being told of; nil where there is nothing to say.
    func word(on user: UserID) -> Bool? { sightings[user].flatMap { $0.isBeingTold ? $0.isConnected : nil } }

    mutating func told(_ user: UserID, isConnected: Bool) {
        guard var sighting = sightings[user], sighting.isBeingTold else { return }
        sighting.isBeingTold = false
        sighting.failures = 0
        sighting.told = isConnected
        // Of somebody who is gone, and known to be, there is nothing to remember.
        sightings[user] = !isConnected && !sighting.isConnected ? nil : sighting
    }

    mutating func notTold(_ user: UserID, now: MonotonicInstant) {
        guard var sighting = sightings[user], sighting.isBeingTold else { return }
        sighting.isBeingTold = false
        sighting.failures += 1
        sighting.dueAt = now.advanced(by: min(.seconds(10), .milliseconds(250 << Int64(min(sighting.failures - 1, 6)))))
        sightings[user] = sighting
    }
}
