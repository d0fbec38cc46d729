internal import Foundation

/// What happened at Stripe, as a webhook or the list of events tells it.
///
/// It may come late, twice or out of order: keep `id` unique, and read the object again before acting on it.
public struct StripeEvent: Decodable, Sendable {
    /// Its id, the same however often it is delivered.
    public let id: StripeID<StripeEvent>
    /// Such as `payment_intent.succeeded`.
    public let type: String
    /// When, in seconds since 1970.
    public let created: Int64
    /// Whether real money is meant.
    public let livemode: Bool
    /// At which connected account; nil: at the platform's.
    public let account: StripeID<Account>?
    /// The object it is about.
    public let subject: Subject

    /// Kind and id of the object; its fields are read anew, not taken from an event that may be old.
    public struct Subject: Sendable, Equatable {
        /// `payment_intent`, `dispute`, …
        public let kind: String
        /// Its id; empty where the kind has none, such as `balance`.
        public let id: String

        /// An object.
        public init(kind: String, id: String) {
            self.kind = kind
            self.id = id
        }
    }

    /// An event that was kept.
    public init(
        id: StripeID<StripeEvent>, type: String, created: Int64, livemode: Bool, account: StripeID<Account>?,
        subject: Subject
    ) {
        self.id = id
        self.type = type
        self.created = created
        self.livemode = livemode
        self.account = account
        self.subject = subject
    }

    private enum CodingKeys: String, CodingKey { case id, type, created, livemode, account, data }
    private enum DataKey: String, CodingKey { case object }
    private enum ObjectKey: String, CodingKey { case object, id }

    /// Reads an event.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        id = try fields.decode(StripeID<StripeEvent>.self, forKey: .id)
        type = try fields.decode(String.self, forKey: .type)
        created = try fields.decode(Int64.self, forKey: .created)
        livemode = try fields.decodeIfPresent(Bool.self, forKey: .livemode) ?? false
        account = try fields.decodeIfPresent(StripeID<Account>.self, forKey: .account)
        let object = try fields.nestedContainer(keyedBy: DataKey.self, forKey: .data)
            .nestedContainer(keyedBy: ObjectKey.self, forKey: .object)
        subject = Subject(
            kind: try object.decodeIfPresent(String.self, forKey: .object) ?? "",
            id: try object.decodeIfPresent(String.self, forKey: .id) ?? "")
    }

    /// Reads an event from the body of a webhook whose signature was checked.
    ///
    /// - Throws: `WebhookError.malformed`.
    public init(json: [UInt8]) throws(WebhookError) {
        do {
            self = try JSONDecoder().decode(StripeEvent.self, from: Data(json))
        } catch {
            throw WebhookError.malformed
        }
    }
}
