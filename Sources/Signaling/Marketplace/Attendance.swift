internal import Identifiers
internal import RTP

/// Which accounts are connected, and which are expected back. Pure: events in, who is overdue out.
///
/// ```
///             connected                 last connection lost        patience over
///   (unknown) ─────────► here ◄──────────────────────────► gone ─────────────────► being told ──► (unknown)
///                                  connected                ▲                          │ failed
///                                                           └──────────────────────────┘ a pause that grows
/// ```
///
/// Whoever connects is here, whatever was being told about them. There is an entry for each connected account, and for
/// each consultant's who was until a minute ago or whom the marketplace has yet to hear of.
struct Attendance: Sendable {
    private struct Absence {
        var tellAt: MonotonicInstant
        var failures = 0
        var isBeingTold = false
    }

    private let patience: NanosecondCount
    private let longestPause: NanosecondCount
    private var connections: [UserID: Int] = [:]
    private var absences: [UserID: Absence] = [:]

    /// - Parameters:
    ///   - patience: how long after the last connection somebody is still expected back.
    ///   - longestPause: between two attempts to tell.
    init(patience: NanosecondCount, longestPause: NanosecondCount = .seconds(30)) {
        self.patience = patience
        self.longestPause = longestPause
    }

    mutating func connected(_ user: UserID) {
        connections[user, default: 0] += 1
        absences[user] = nil
    }

    /// One of a user's connections is gone.
    ///
    /// - Parameter isExpected: whether anybody is to be told when it was the last one and none follows.
    mutating func disconnected(_ user: UserID, isExpected: Bool, now: MonotonicInstant) {
        guard let count = connections[user] else { return }
        connections[user] = count > 1 ? count - 1 : nil
        guard count == 1, isExpected else { return }
        absences[user] = Absence(tellAt: now.advanced(by: patience))
    }

    /// Whether somebody has a connection.
    func isConnected(_ user: UserID) -> Bool { connections[user] != nil }

    /// Those of whom it is to be told now that they are gone; each is then being told until it is said how that went.
    mutating func overdue(at now: MonotonicInstant) -> [UserID] {
        let users = absences.compactMap { !$0.value.isBeingTold && now >= $0.value.tellAt ? $0.key : nil }
        for user in users { absences[user]?.isBeingTold = true }
        return users
    }

    /// Whether what is being told is still so.
    func isGone(_ user: UserID) -> Bool { absences[user]?.isBeingTold == true }

    mutating func told(_ user: UserID) {
        if isGone(user) { absences[user] = nil }
    }

    mutating func notTold(_ user: UserID, now: MonotonicInstant) {
        guard var absence = absences[user], absence.isBeingTold else { return }
        absence.isBeingTold = false
        absence.failures += 1
        let pause = min(longestPause, .milliseconds(500 << Int64(min(absence.failures - 1, 10))))
        absence.tellAt = now.advanced(by: pause)
        absences[user] = absence
    }

    /// Who is connected, or was until so recently that they are expected back.
    var users: Set<UserID> {
        let expected = absences.filter { $0.value.failures == 0 && !$0.value.isBeingTold }
        return Set(connections.keys).union(expected.keys)
    }
}
