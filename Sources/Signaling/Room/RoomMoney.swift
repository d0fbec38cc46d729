/// What the marketplace says of a session's money: how far its call may go, and what it has cost so far.
public struct RoomMoney: Sendable, Equatable, Codable {
    /// The media second up to which the call is free or paid for.
    public var horizonSeconds: Int
    /// Charged so far, in minor units.
    public var charged: Int64
    /// ISO 4217, in lowercase.
    public var currency: String

    /// What is known of a session's money.
    public init(horizonSeconds: Int, charged: Int64, currency: String) {
        self.horizonSeconds = horizonSeconds
        self.charged = charged
        self.currency = currency
    }

    /// `{"amount": 1250, "currency": "usd"}`
    var json: JSONValue { ["amount": .integer(charged), "currency": .string(currency)] }
}
