public import Database
public import Money

/// What a session has cost so far, as its people read it.
public struct SessionBilling: Sendable, Encodable {
    /// One attempt to hold the money of a window.
    public struct Hold: Sendable, Encodable {
        /// Which window, from 1.
        public var window: Int
        /// Which attempt at it, from 1.
        public var attempt: Int
        /// What is held.
        public var amount: Money
        /// What was taken of it.
        public var captured: Money
        /// How far it is.
        public var state: String

        /// A hold.
        public init(window: Int, attempt: Int, amount: Money, captured: Money, state: String) {
            self.window = window
            self.attempt = attempt
            self.amount = amount
            self.captured = captured
            self.state = state
        }
    }

    /// What stands in the way of the next window's money.
    public struct Problem: Sendable, Encodable {
        /// Names it for programs.
        public var code: String
        /// Names it for people.
        public var text: String

        /// A problem.
        public init(code: String, text: String) {
            self.code = code
            self.text = text
        }
    }

    /// `none`, `holding`, `held`, `charged`, `failed` or `settled`.
    public var state: String
    /// What the customer pays.
    public var charged: Money
    /// The platform's part of it.
    public var fee: Money
    /// What was given back.
    public var refunded: Money
    /// Used and not asked for, being below the smallest charge.
    public var waived: Money
    /// Used and not paid, because no money was held.
    public var forgone: Money
    /// Media seconds that are billed.
    public var billableSeconds: Int
    /// The media second up to which the call is free or paid for; nil where nothing is charged.
    public var horizonSeconds: Int?
    /// All holds, the oldest first.
    public var holds: [Hold]
    /// What stands in the way; nil: nothing.
    public var problem: Problem?
    /// Whether the money is play money.
    public var simulated: Bool

    /// What a session costs of which nothing is charged.
    public init(nothingIn currency: Currency, simulated: Bool = false) {
        let nothing = Money(amount: 0, currency: currency)
        state = "none"
        charged = nothing
        fee = nothing
        refunded = nothing
        waived = nothing
        forgone = nothing
        billableSeconds = 0
        holds = []
        self.simulated = simulated
    }

    private enum Key: String, CodingKey {
        case state, charged, fee, refunded, waived, forgone, billableSeconds, horizonSeconds, holds, problem, simulated
    }

    /// With every field, an absent one as null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(state, forKey: .state)
        try container.encode(charged, forKey: .charged)
        try container.encode(fee, forKey: .fee)
        try container.encode(refunded, forKey: .refunded)
        try container.encode(waived, forKey: .waived)
        try container.encode(forgone, forKey: .forgone)
        try container.encode(billableSeconds, forKey: .billableSeconds)
        try container.encode(horizonSeconds, forKey: .horizonSeconds)
        try container.encode(holds, forKey: .holds)
        try container.encode(problem, forKey: .problem)
        try container.encode(simulated, forKey: .simulated)
    }
}

/// Finds out what sessions cost; those of which nothing is charged are left out.
public typealias SessionBillings = @Sendable ([UniqueID]) async throws -> [UniqueID: SessionBilling]
