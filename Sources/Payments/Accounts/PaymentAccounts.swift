public import Database
public import Logging
internal import Stripe

/// Who pays with what, and who is paid where: cards and payout accounts, at Stripe and in our tables.
///
/// What is at Stripe counts; our rows are what was read of it. Each change asks Stripe first and writes afterwards, in a
/// transaction of its own, and no transaction is open while Stripe is asked. Doing something again after a crash at any line
/// leads to the same: creations have keys, everything else is the same when it is repeated.
public struct PaymentAccounts: Sendable {
    /// Cards that a customer may have at once.
    public static let mostCards = 20

    let pool: DatabasePool
    let processor: PaymentProcessor
    let clientURL: String
    let logger: Logger

    /// Payment accounts in a database.
    ///
    /// - Parameter clientURL: where the web client is, for the way back from Stripe's pages: `https://consult.example.org`.
    public init(pool: DatabasePool, processor: PaymentProcessor, clientURL: String, logger: Logger) {
        self.pool = pool
        self.processor = processor
        self.clientURL = clientURL
        self.logger = logger
    }

    /// What a charge of a customer is made with: Stripe's ids of the customer and of their default card.
    ///
    /// - Returns: nil where they have no card.
    public static func payer(
        of user: UniqueID, on database: some Queryable
    ) async throws(DatabaseError) -> (customer: String, method: String)? {
        let rows = try await database.query(
            """
            SELECT payment_customers.processor_id AS customer, payment_methods.processor_id AS method
            FROM payment_methods JOIN payment_customers USING (user_id)
            WHERE user_id = \(user) AND is_default AND erased_at IS NULL AND payment_customers.processor_id IS NOT NULL
            """)
        guard let row = rows.first else { return nil }
        return (try row.get("customer", as: String.self), try row.get("method", as: String.self))
    }

    /// Where a consultant's share goes: Stripe's id of their account.
    ///
    /// - Returns: nil where there is none, or none that a charge may be made for.
    public static func payee(of user: UniqueID, on database: some Queryable) async throws(DatabaseError) -> String? {
        try await database.query("SELECT processor_id FROM payout_accounts WHERE user_id = \(user) AND is_payable")
            .first
            .map { row throws(DatabaseError) in try row.get(0, as: String.self) }
    }

    /// Asks Stripe, with what every caller has to tell apart told apart.
    ///
    /// - Throws: ``PaymentAccountError``; `StripeError` for what depends on the request.
    func ask<Object>(_ call: StripeCall<Object>) async throws -> Object {
        do throws(StripeError) {
            return try await processor.gateway.perform(call)
        } catch {
            if let known = PaymentAccountError(error) {
                if known == .notAccepted { logger.error("Stripe refuses us", metadata: ["error": "\(error)"]) }
                throw known
            }
            throw error
        }
    }

    /// A key for one attempt of something that does no harm when it is done twice.
    static func onceKey(_ what: String) throws -> IdempotencyKey { try key("\(what)-\(UniqueID())") }

    /// A key that is the same in every process.
    static func key(_ text: String) throws -> IdempotencyKey {
        guard let key = IdempotencyKey(text) else {
            throw StripeError(.invalidRequest, "An idempotency key is malformed.")
        }
        return key
    }

    /// An id that Stripe gave us, from our own row.
    static func known<Object>(_ text: String, _ type: Object.Type = Object.self) throws -> StripeID<Object> {
        guard let id = StripeID<Object>(text) else {
            throw DatabaseError(.decoding, "a stored id is not as Stripe writes them")
        }
        return id
    }
}
