internal import Identifiers

/// What waits to be told to the marketplace: for each user in order and one at a time, for all together a few at a time.
struct Errands: Sendable {
    enum Errand: Sendable, Equatable {
        case setAvailable(Bool, ReplyAddress)
        case wentOffline
        /// The newest word on whether somebody is connected.
        case tellConnection
        case pendingRequests(SocketID)
        case accept(String, ReplyAddress)
        case decline(String, reason: String?, ReplyAddress)
    }

    private let width: Int
    private let maximum: Int
    private let maximumPerUser: Int
    private var lanes: [UserID: [Errand]] = [:]
    /// Whose turn it is; nobody twice.
    private var turns: [UserID] = []
    private var working: Set<UserID> = []
    private var count = 0

    /// - Parameters:
    ///   - width: errands run at the same time.
    ///   - maximum: errands that wait, altogether.
    ///   - maximumPerUser: errands of one user that wait.
    init(width: Int = 8, maximum: Int = 4096, maximumPerUser: Int = 8) {
        self.width = width
        self.maximum = maximum
        self.maximumPerUser = maximumPerUser
    }

    /// - Returns: false where too many wait already; then it is not appended.
    mutating func append(_ errand: Errand, of user: UserID) -> Bool {
        guard count < maximum, lanes[user, default: []].count < maximumPerUser else { return false }
        if lanes[user] == nil, !working.contains(user) { turns.append(user) }
        lanes[user, default: []].append(errand)
        count += 1
        return true
    }

    /// The next errand to run, until ``finished(_:)`` says that it is done; nil where none may run now.
    mutating func next() -> (user: UserID, errand: Errand)? {
        guard working.count < width, let user = turns.first, let errand = lanes[user]?.first else { return nil }
        turns.removeFirst()
        lanes[user]?.removeFirst()
        if lanes[user]?.isEmpty == true { lanes[user] = nil }
        working.insert(user)
        count -= 1
        return (user, errand)
    }

    mutating func finished(_ user: UserID) {
        working.remove(user)
        if lanes[user] != nil { turns.append(user) }
    }
}
