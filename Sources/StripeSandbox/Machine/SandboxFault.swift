/// Something that goes wrong on purpose, for the requests it matches.
public struct SandboxFault: Sendable, Equatable, Codable {
    /// Which requests.
    public struct Match: Sendable, Equatable, Codable {
        /// The method; nil: any.
        public var method: String?
        /// What the path begins with; nil: any.
        public var pathPrefix: String?
        /// What the path ends with; nil: any.
        public var pathSuffix: String?
        /// A text that the encoded form must have in it; nil: any.
        public var formContains: String?

        /// A match.
        public init(
            method: String? = nil, pathPrefix: String? = nil, pathSuffix: String? = nil, formContains: String? = nil
        ) {
            self.method = method
            self.pathPrefix = pathPrefix
            self.pathSuffix = pathSuffix
            self.formContains = formContains
        }

        func fits(_ request: SandboxRequest) -> Bool {
            method ?? request.method == request.method
                && request.path.hasPrefix(pathPrefix ?? "") && request.path.hasSuffix(pathSuffix ?? "")
                && (formContains.map { request.form.contains($0) } ?? true)
        }
    }

    /// What goes wrong.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// The request is done, and the connection closed without an answer.
        case appliedThenCut = "applied_then_cut"
        /// The connection is closed before anything was done.
        case cut
        /// 500, nothing done; kept under the key, as Stripe keeps it.
        case http500 = "http_500"
        /// The request is done, and answered with 500.
        case applied500 = "applied_500"
        /// 429, nothing done, nothing kept.
        case http429 = "http_429"
        /// Done after `milliseconds`; a second request with the key meanwhile gets 409.
        case slow
        /// The card is declined.
        case declined
        /// The bank wants the card's owner.
        case authenticationRequired = "authentication_required"
        /// The events of the request are not delivered.
        case webhookLost = "webhook_lost"
        /// They are delivered twice.
        case webhookDoubled = "webhook_doubled"
        /// They are delivered in the reverse order, after later ones.
        case webhookReordered = "webhook_reordered"
        /// They are delivered after `milliseconds`.
        case webhookLate = "webhook_late"
    }

    /// Which requests.
    public var match: Match
    /// What goes wrong.
    public var kind: Kind
    /// How often.
    public var times: Int
    /// How long, where it takes time.
    public var milliseconds: Int64

    /// A fault.
    public init(match: Match = Match(), kind: Kind, times: Int = 1, milliseconds: Int64 = 1000) {
        self.match = match
        self.kind = kind
        self.times = times
        self.milliseconds = milliseconds
    }

    private enum CodingKeys: String, CodingKey {
        case match, kind, times
        case milliseconds = "ms"
    }

    /// Reads a fault; `match`, `times` and `ms` may be missing.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        match = try fields.decodeIfPresent(Match.self, forKey: .match) ?? Match()
        kind = try fields.decode(Kind.self, forKey: .kind)
        times = try fields.decodeIfPresent(Int.self, forKey: .times) ?? 1
        milliseconds = min(max(try fields.decodeIfPresent(Int64.self, forKey: .milliseconds) ?? 1000, 0), 600_000)
    }

    /// What it does to the delivery of events.
    var mishap: Mishap? {
        switch kind {
        case .webhookLost: Mishap(kind: .lost, milliseconds: 0)
        case .webhookDoubled: Mishap(kind: .doubled, milliseconds: 0)
        case .webhookReordered: Mishap(kind: .reordered, milliseconds: milliseconds)
        case .webhookLate: Mishap(kind: .late, milliseconds: milliseconds)
        case .appliedThenCut, .cut, .slow, .http500, .applied500, .http429, .declined, .authenticationRequired: nil
        }
    }
}
