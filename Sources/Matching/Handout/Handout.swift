public import Database

/// Who of those that fit is asked, until when, and what follows. Pure: what is known goes in, what is to be done comes out.
///
/// ```
///  request:   pending ──accept──► accepted          (once for a question, whatever races)
///                │
///                ├──decline──────► declined   ┐
///                ├──deadline─────► expired    ├─ each makes room: the next best is asked at once
///                └──withdrawn────► withdrawn  ┘  (no longer available, unreachable, answered by somebody else)
/// ```
///
/// At most `width` consultants are asked at a time. A question without a pending request is in line (`open`) until somebody
/// who fits can be asked, or until its time is over. Nothing here depends on what happened before beside what is in the
/// value, so it may be looked at at any moment and as often as one likes.
public struct Handout: Sendable, Equatable {
    /// A consultant who is asked.
    public struct Request: Sendable, Equatable {
        /// The request.
        public let id: UniqueID
        /// Who is asked.
        public let consultant: UniqueID
        /// Where it stands.
        public var state: RequestState
        /// Until when an answer counts.
        public let expiresAt: Timestamp
        /// Whether the consultant may be asked again: they never got to answer.
        public var mayRepeat = false

        /// A request.
        public init(
            id: UniqueID, consultant: UniqueID, state: RequestState = .pending, expiresAt: Timestamp,
            mayRepeat: Bool = false
        ) {
            self.id = id
            self.consultant = consultant
            self.state = state
            self.expiresAt = expiresAt
            self.mayRepeat = mayRepeat
        }
    }

    /// What is to be done.
    public enum Action: Sendable, Equatable {
        /// A request is over without an answer.
        case expire(UniqueID)
        /// A request is taken back.
        case withdraw(UniqueID, WithdrawalReason)
        /// A consultant is asked.
        case ask(Request)
        /// The question is now in this state.
        case become(QuestionState)
    }

    /// Why a question cannot take an answer.
    public enum Refusal: Error, Sendable, Equatable {
        /// There is no such request of this consultant.
        case notFound
        /// It was answered otherwise, taken back, or its time was over.
        case closed(RequestState)
    }

    /// Where the question stands.
    public private(set) var state: QuestionState
    /// Every request of the question, in the order in which they were made.
    public private(set) var requests: [Request]
    /// Until when somebody is looked for.
    public let expiresAt: Timestamp
    private let terms: HandoutTerms

    /// What is known of a question.
    public init(state: QuestionState, requests: [Request] = [], expiresAt: Timestamp, terms: HandoutTerms) {
        self.state = state
        self.requests = requests
        self.expiresAt = expiresAt
        self.terms = terms
    }

    // MARK: Asking

    /// Those who are being asked.
    public var pending: [Request] { requests.filter { $0.state == .pending } }

    /// How many more may be asked now.
    public var room: Int { state.isLooking ? max(0, terms.width - pending.count) : 0 }

    /// Who is not to be asked: whoever is being asked, and whoever had the chance to answer.
    public var excluded: Set<UniqueID> {
        Set(requests.lazy.filter { $0.state != .withdrawn || !$0.mayRepeat }.map(\.consultant))
    }

    /// When it has to be looked at again without anything else happening; nil: never.
    public func due(after now: Timestamp) -> Timestamp? {
        guard state.isLooking else { return nil }
        let next = pending.map(\.expiresAt).min() ?? now.advanced(by: terms.patience)
        return min(next, expiresAt)
    }

    // MARK: Events

    /// Settles what no longer holds: deadlines that are over, consultants who cannot be asked any more, a question whose
    /// time is over.
    ///
    /// - Parameter available: whether a consultant who is being asked is still available.
    public mutating func settle(at now: Timestamp, available: (UniqueID) -> Bool) -> [Action] {
        var actions: [Action] = []
        guard state.isLooking else { return withdrawAll(because: state == .accepted ? .acceptedElsewhere : .cancelled) }
        for index in requests.indices where requests[index].state == .pending {
            if requests[index].expiresAt <= now {
                requests[index].state = .expired
                actions.append(.expire(requests[index].id))
            } else if !available(requests[index].consultant) {
                actions += withdraw(index, .unavailable)
            }
        }
        if expiresAt <= now {
            actions += withdrawAll(because: .expired)
            actions += become(.expired)
        }
        return actions
    }

    /// Asks the best of these, as far as there is room, and says whether the question is in line.
    ///
    /// - Parameter candidates: the best first; none of them ``excluded``.
    public mutating func ask(
        _ candidates: [UniqueID], at now: Timestamp, newID: () -> UniqueID = { UniqueID() }
    ) -> [Action] {
        guard state.isLooking else { return [] }
        var actions: [Action] = []
        let excluded = excluded
        for candidate in candidates where room > 0 && !excluded.contains(candidate) {
            let request = Request(
                id: newID(), consultant: candidate, expiresAt: min(now.advanced(by: terms.answer), expiresAt))
            requests.append(request)
            actions.append(.ask(request))
        }
        return actions + become(pending.isEmpty ? .open : .matching)
    }

    /// A consultant accepts. The first one wins; the others are withdrawn.
    ///
    /// - Returns: what is to be done; nothing where this consultant has accepted before.
    public mutating func accept(
        _ id: UniqueID, by consultant: UniqueID, at now: Timestamp
    ) throws(Refusal) -> [Action] {
        let index = try find(id, of: consultant)
        switch requests[index].state {
        case .accepted: return []
        case .pending: break
        case .declined, .expired, .withdrawn: throw .closed(requests[index].state)
        }
        guard state.isLooking, now < requests[index].expiresAt else { throw .closed(.expired) }
        requests[index].state = .accepted
        return withdrawAll(because: .acceptedElsewhere) + become(.matching) + become(.accepted)
    }

    /// A consultant declines. Declining what is over already changes nothing.
    ///
    /// - Returns: whether that was an answer.
    public mutating func decline(_ id: UniqueID, by consultant: UniqueID) throws(Refusal) -> Bool {
        let index = try find(id, of: consultant)
        switch requests[index].state {
        case .pending:
            requests[index].state = .declined
            return true
        case .accepted: throw .closed(.accepted)
        case .declined, .expired, .withdrawn: return false
        }
    }

    /// A request reached nobody.
    public mutating func undelivered(_ id: UniqueID, to consultant: UniqueID) -> [Action] {
        guard let index = try? find(id, of: consultant), requests[index].state == .pending else { return [] }
        return withdraw(index, .unreachable)
    }

    /// The customer no longer asks.
    ///
    /// - Returns: nil where a consultant has accepted already, or the question is over.
    public mutating func cancel() -> [Action]? {
        guard state.isLooking else { return nil }
        return withdrawAll(because: .cancelled) + become(.cancelled)
    }

    /// The session that came of it never began.
    ///
    /// - Parameters:
    ///   - consultantIsOut: whether the one who had accepted is not to be asked again.
    ///   - isOver: whether nobody else is to be looked for: the customer no longer wishes to.
    public mutating func reopen(consultantIsOut: Bool, isOver: Bool) -> [Action] {
        guard state == .accepted else { return [] }
        var actions: [Action] = []
        for index in requests.indices where requests[index].state == .accepted {
            requests[index].mayRepeat = !consultantIsOut
            requests[index].state = .withdrawn
            actions.append(.withdraw(requests[index].id, .notHeld))
        }
        return actions + become(isOver ? .cancelled : .open)
    }

    // MARK: Steps

    private func find(_ id: UniqueID, of consultant: UniqueID) throws(Refusal) -> Int {
        guard let index = requests.firstIndex(where: { $0.id == id && $0.consultant == consultant }) else {
            throw .notFound
        }
        return index
    }

    private mutating func withdraw(_ index: Int, _ reason: WithdrawalReason) -> [Action] {
        requests[index].state = .withdrawn
        requests[index].mayRepeat = reason.mayRepeat
        return [.withdraw(requests[index].id, reason)]
    }

    private mutating func withdrawAll(because reason: WithdrawalReason) -> [Action] {
        requests.indices.filter { requests[$0].state == .pending }.flatMap { withdraw($0, reason) }
    }

    private mutating func become(_ next: QuestionState) -> [Action] {
        guard next != state, state.mayBecome(next) else { return [] }
        state = next
        return [.become(next)]
    }
}
