internal import Identifiers
internal import RTP

/// Whether consultants are connected, as the marketplace was told and is to be told. Pure.
///
/// Only the newest state of somebody matters: who comes and goes ten times while the marketplace cannot be told is told of
/// once. What an attempt that failed has left behind is not known, so after it the newest state is told whatever it is.
struct Sightings: Sendable {
    private struct Sighting {
        var isConnected: Bool
        /// What the marketplace holds; nil: not known.
        var told: Bool?
        var isBeingTold = false
        var failures = 0
        var dueAt: MonotonicInstant
    }

    private let maximum: Int
    private var sightings: [UserID: Sighting] = [:]
    /// Those of whom something is to be told, or is being told.
    private var unsettled: Set<UserID> = []

    /// - Parameter maximum: of how many something may wait to be told before those who have gone are let go untold. The
    ///   marketplace hears of them a minute later, or when it asks them in vain.
    init(maximum: Int = 65536) { self.maximum = maximum }

    /// Notes that somebody is connected, or no longer is.
    mutating func note(_ user: UserID, isConnected: Bool, now: MonotonicInstant) {
        var sighting = sightings[user] ?? Sighting(isConnected: isConnected, dueAt: now)
        if !isConnected, !sighting.isBeingTold, !unsettled.contains(user), unsettled.count >= maximum {
            sightings[user] = nil
            return
        }
        sighting.isConnected = isConnected
        sightings[user] = sighting
        if sighting.isBeingTold || sighting.told != isConnected {
            unsettled.insert(user)
        } else {
            unsettled.remove(user)
        }
    }

    /// Those of whom it is to be told now; each is then being told until it is said how that went.
    mutating func overdue(at now: MonotonicInstant) -> [UserID] {
        let users = unsettled.filter { user in
            guard let sighting = sightings[user] else { return false }
            return !sighting.isBeingTold && now >= sighting.dueAt
        }
        for user in users { sightings[user]?.isBeingTold = true }
        return Array(users)
    }

    /// What is to be said of somebody who is being told of; nil where there is nothing to say.
    func word(on user: UserID) -> Bool? { sightings[user].flatMap { $0.isBeingTold ? $0.isConnected : nil } }

    mutating func told(_ user: UserID, isConnected: Bool) {
        guard var sighting = sightings[user], sighting.isBeingTold else { return }
        sighting.isBeingTold = false
        sighting.failures = 0
        sighting.told = isConnected
        if sighting.isConnected == isConnected { unsettled.remove(user) }
        // Of somebody who is gone, and known to be, there is nothing to remember.
        sightings[user] = !isConnected && !sighting.isConnected ? nil : sighting
    }

    mutating func notTold(_ user: UserID, now: MonotonicInstant) {
        guard var sighting = sightings[user], sighting.isBeingTold else { return }
        sighting.isBeingTold = false
        sighting.failures += 1
        sighting.told = nil
        sighting.dueAt = now.advanced(by: min(.seconds(10), .milliseconds(250 << Int64(min(sighting.failures - 1, 6)))))
        sightings[user] = sighting
    }
}
