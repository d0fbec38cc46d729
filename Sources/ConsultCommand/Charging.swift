import Billing
import Database
import Events
import Logging
import Operations
import Payments
import Receipts
import ServiceLifecycle
import Sessions

/// What charges for sessions in a process with the sidecar, put together.
struct Charging: Sendable {
    let payments: PaymentHandlers
    let disputes: DisputeHandlers
    let webhooks: WebhookHandlers
    let billings: ChargeBillings
    let reconciliation: ReconciliationHandlers
    private let pool: DatabasePool
    private let events: ChargeEvents
    private let runner: ChargeRunner

    init(pool: DatabasePool, payments parts: PaymentParts, accounts: PaymentAccounts, logger: Logger) {
        let processor = parts.processor
        self.pool = pool
        let store = ChargeStore.withRecords(isSimulated: processor.isSimulated)
        let events = ChargeEvents(store: store, charges: processor.isConfigured, logger: logger)
        let observer = ChargeObserver(pool: pool, store: store, processor: processor)
        self.events = events
        runner = ChargeRunner(pool: pool, store: store, processor: processor, logger: logger)
        payments = PaymentHandlers(pool: pool, store: store)
        billings = ChargeBillings(pool: pool, isSimulated: processor.isSimulated)
        let desk = DisputeDesk(pool: pool, processor: processor, logger: logger)
        disputes = DisputeHandlers(pool: pool, desk: desk, isSimulated: processor.isSimulated)
        webhooks = WebhookHandlers(pool: pool, secrets: parts.webhookSecrets)
        let stripe = StripeEventRunner(
            pool: pool,
            handlers: [
                { try await observer.handle($0) },
                { try await desk.handle($0) },
                { event in
                    guard try await accounts.handle(event) else { return false }
                    try await events.payeeChanged(event, on: pool)
                    return true
                },
            ], logger: logger)
        let reconciler = Reconciler(
            pool: pool, store: store, accounts: accounts, processor: processor, logger: logger)
        reconciliation = ReconciliationHandlers(pool: pool)
        services =
            processor.isConfigured
            ? [runner, stripe, DisputeRunner(desk), NightlyReconciler(ReconcilerRuns(reconciler), logger: logger)] : []
    }

    /// What runs; without a processor nothing does.
    let services: [any Service]

    /// After a session has heard what its room says.
    func handle(_ delivery: Delivery, _ change: SessionStore.Change, in transaction: Transaction) async throws {
        try await events.handle(delivery, change, in: transaction)
    }

    /// Handles an event of the sidecar's queue.
    ///
    /// - Returns: false where others have to see it too, or it is about something else.
    func handle(_ delivery: Delivery, in transaction: Transaction) async throws -> Bool {
        try await events.handle(delivery, in: transaction)
    }

    /// What charging has done, and what waits.
    func metrics() async -> [MetricFamily] {
        let done = runner.metrics
        var families: [MetricFamily] = [
            .counter("consult_payment_requests_total", help: "Requests to the payment processor.", done.sent),
            .counter(
                "consult_payment_unanswered_total",
                help: "Requests to the payment processor of which it is not known whether they were done.",
                done.unanswered),
            .counter("consult_payment_failures_total", help: "Failures in handling charges.", done.failures),
        ]
        if let queue = try? await ChargeQueue.read(on: pool) {
            families += [
                .gauge("consult_payment_requests_pending", help: "Requests that wait for an answer.", queue.requests),
                .gauge("consult_stripe_events_pending", help: "Events of Stripe that wait.", queue.events),
                .gauge("consult_stripe_events_parked", help: "Events of Stripe that failed too often.", queue.parked),
                .gauge("consult_charges_open", help: "Sessions whose money is not decided.", queue.charges),
            ]
        }
        // Zero before the first comparison, missing while the database is away.
        if let run = try? await [ReconciliationFigures.read(on: pool)] {
            let last = run[0]
            families += [
                .gauge(
                    "consult_reconciler_findings",
                    help: "What the last comparison with the payment processor left for somebody to look at.",
                    last?.open ?? 0),
                .gauge(
                    "consult_reconciler_repaired", help: "What the last comparison repaired.", last?.repaired ?? 0),
                .gauge(
                    "consult_reconciler_ended_seconds", help: "When the last comparison ended, in seconds since 1970.",
                    Int(last?.ended ?? 0)),
            ]
        }
        return families
    }
}

extension ChargeStore {
    /// A store that knows what flowed in each session.
    static func withRecords(isSimulated: Bool) -> ChargeStore {
        ChargeStore(
            isSimulated: isSimulated, receiptHead: { try await MediaRecords.head(of: $0, on: $1) },
            records: { try await MediaRecords.billing(of: $0, on: $1) })
    }
}
