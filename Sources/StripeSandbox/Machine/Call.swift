/// One request on its way through the machine.
struct Call {
    let parameters: Parameters
    /// The ids in the path, from left to right.
    let ids: [String]
    /// The connected account it speaks for; empty: the platform.
    let account: String
    /// Seconds since 1970.
    let now: Int64
    /// What the bank is made to say.
    let verdict: Problem?
    let request: SandboxRequest

    var id: String { ids.first ?? "" }
}

/// A route of the API: what it takes, and what it does.
struct APIRoute: Sendable {
    typealias Handler = @Sendable (inout Sandbox, Call) throws(Failure) -> JSON

    let method: String
    /// Segments; `*` is an id.
    let path: [String]
    let parameters: Set<String>
    /// Whether it may speak for a connected account.
    let isForAccounts: Bool
    let handler: Handler

    init(
        _ method: String, _ path: String, _ parameters: [String] = [], forAccounts: Bool = false,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path.split(separator: "/").map { String($0) }
        self.parameters = Set(parameters + ["expand[]"])
        isForAccounts = forAccounts
        self.handler = handler
    }

    /// The ids in `segments`, where this is their route.
    func ids(in segments: [String], method: String) -> [String]? {
        guard method == self.method, segments.count == path.count else { return nil }
        var ids: [String] = []
        for (mine, theirs) in zip(path, segments) {
            if mine == "*" {
                ids.append(theirs)
            } else if mine != theirs {
                return nil
            }
        }
        return ids
    }

    /// Every route.
    static let all =
        customerRoutes + methodRoutes + setupRoutes + accountRoutes + intentRoutes + chargeRoutes + disputeRoutes
        + payoutRoutes + eventRoutes

    /// What every list takes.
    static let page = [
        "limit", "starting_after", "ending_before", "created", "created[gt]", "created[gte]", "created[lt]",
        "created[lte]",
    ]
}
