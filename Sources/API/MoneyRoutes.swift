internal import HTTPTypes
internal import Identifiers
public import Payments
public import REST
public import Receipts

/// The part of the API's table that is about money: every path under `/api/v1`, who may use it, how often, and who answers.
public struct MoneyRoutes: Sendable {
    /// The parts that answer.
    public struct Handlers: Sendable {
        /// The cards of customers.
        public var methods: PaymentMethodHandlers
        /// How consultants are paid.
        public var payouts: PayoutHandlers
        /// What was held, charged and given back.
        public var payments: PaymentHandlers
        /// What customers object to at their banks.
        public var disputes: DisputeHandlers
        /// What Stripe tells.
        public var webhooks: WebhookHandlers
        /// What Stripe told and nobody could act on.
        public var events: StripeEventHandlers
        /// Whether we and Stripe agree.
        public var reconciliation: ReconciliationHandlers
        /// Receipts.
        public var receipts: ReceiptHandlers
        /// Invoices and statements.
        public var invoices: InvoiceHandlers

        /// The parts that answer.
        public init(
            methods: PaymentMethodHandlers, payouts: PayoutHandlers, payments: PaymentHandlers,
            disputes: DisputeHandlers, webhooks: WebhookHandlers, events: StripeEventHandlers,
            reconciliation: ReconciliationHandlers, receipts: ReceiptHandlers, invoices: InvoiceHandlers
        ) {
            self.methods = methods
            self.payouts = payouts
            self.payments = payments
            self.disputes = disputes
            self.webhooks = webhooks
            self.events = events
            self.reconciliation = reconciliation
            self.receipts = receipts
            self.invoices = invoices
        }
    }

    // Each asks Stripe; cards are not to be tried out here.
    private static let cards = RateLimit("cards", 20, perSeconds: 300, by: .account)
    private static let cardChanges = RateLimit("card-changes", 30, perSeconds: 60, by: .account)
    private static let payoutAccounts = RateLimit("payout-account", 30, perSeconds: 60, by: .account)

    // Stripe's own bursts are far smaller.
    private static let webhooks = RateLimit("webhooks", 6000, perSeconds: 60, by: .address)

    // A PDF costs a second of a processor.
    private static let documents = RateLimit("documents", 60, perSeconds: 60, by: .account)

    private static let peopleAndAdmin = Access.verified([.customer, .consultant, .admin])
    private static let admin = Access.verified([.admin])
    private static let customer = Access.verified([.customer])
    private static let consultant = Access.verified([.consultant])
    private static let customerAndAdmin = Access.verified([.customer, .admin])
    private static let consultantAndAdmin = Access.verified([.consultant, .admin])

    /// Every row.
    public static func table(_ handlers: Handlers) -> [Route] {
        accounts(handlers) + charges(handlers) + receipts(handlers) + invoices(handlers)
    }

    /// What flowed.
    private static func receipts(_ handlers: Handlers) -> [Route] {
        [
            Route(.get, "/sessions/{id}/receipt", peopleAndAdmin) { try await handlers.receipts.show($0) }
        ]
    }

    /// What is charged.
    private static func charges(_ handlers: Handlers) -> [Route] {
        [
            Route(.get, "/payments", peopleAndAdmin) { try await handlers.payments.list($0) },
            Route(.post, "/payments/{id}/refund", admin, isIdempotent: true) {
                try await handlers.payments.refund($0)
            },
            Route(.get, "/ops/reconciliation", admin) { try await handlers.reconciliation.show($0) },
            Route(.get, "/ops/stripe-events", admin) { try await handlers.events.list($0) },
            Route(.post, "/ops/stripe-events/{id}/retry", admin) { try await handlers.events.retry($0) },
            Route(.get, "/disputes", admin) { try await handlers.disputes.list($0) },
            Route(.post, "/disputes/{id}/evidence", admin, isIdempotent: true) {
                try await handlers.disputes.submit($0)
            },
            // Whoever signs with our secret may.
            Route(.post, "/webhooks/stripe", .anyone, limits: [webhooks], contentLimit: 256 << 10) {
                try await handlers.webhooks.receive($0)
            },
        ]
    }

    /// Cards, payout accounts, payouts.
    private static func accounts(_ handlers: Handlers) -> [Route] {
        [
            Route(.get, "/me/payment-methods", customer) { try await handlers.methods.list($0) },
            Route(.post, "/me/payment-methods", customer, limits: [cards], isIdempotent: true) {
                try await handlers.methods.add($0)
            },
            Route(.patch, "/me/payment-methods/{id}", customer, limits: [cardChanges]) {
                try await handlers.methods.update($0)
            },
            Route(.delete, "/me/payment-methods/{id}", customer, limits: [cardChanges]) {
                try await handlers.methods.remove($0)
            },
            Route(.post, "/me/payout-account", consultant, limits: [payoutAccounts]) {
                try await handlers.payouts.open($0)
            },
            Route(.get, "/me/payout-account", consultant, limits: [payoutAccounts]) {
                try await handlers.payouts.show($0)
            },
            Route(.patch, "/me/payout-account", consultant, limits: [payoutAccounts]) {
                try await handlers.payouts.update($0)
            },
            Route(.get, "/me/earnings", consultant) { try await handlers.payouts.earnings($0) },
            Route(.get, "/payouts", consultantAndAdmin) { try await handlers.payouts.list($0) },
        ]
    }

    /// What was charged and earned, on paper.
    private static func invoices(_ handlers: Handlers) -> [Route] {
        [
            Route(.get, "/sessions/{id}/invoice", peopleAndAdmin, limits: [documents]) {
                try await handlers.invoices.show($0)
            },
            Route(.get, "/invoices", customerAndAdmin) { try await handlers.invoices.list($0) },
            Route(.get, "/statements", consultant) { try await handlers.invoices.statements($0) },
            Route(.get, "/statements/{month}", consultant, limits: [documents]) {
                try await handlers.invoices.statement($0)
            },
        ]
    }
}
