import Billing
import Database
import DatabaseTesting
import Sessions
import Stripe
import StripeSandbox
import Synchronization
import TestSupport

@testable import Payments

/// A random call with a random fate, from accept until nothing is left to do: the charge store and runner on a real
/// PostgreSQL, its ledger included, against the stand-in for Stripe.
///
/// The stand-in's machine is driven inside the process: the same `Sandbox` that its server puts behind HTTP, with the same
/// faults, at a time of the history's own. All chance comes from the seed.
actor CallHistory {
    /// What is on its way, in seconds of the history.
    enum Errand: Sendable {
        /// Stripe tells of something; how often that failed already.
        case webhook(body: String, failures: Int)
        /// A request that its sender no longer waits for.
        case request(StripeRequest)
    }

    /// A history that is not over so many seconds after its call never is.
    static let limit = 300_000

    let seed: UInt64
    let plan: HistoryPlan
    let bank: HistoryBank
    let sandbox: LocalSandbox
    /// The way to the stand-in on which nothing goes wrong.
    let wire: StripeGateway
    var random: SeededGenerator
    let clock = HistoryClock()
    /// The process that charges; another one after each crash.
    var office: HistoryOffice?
    /// Which session.
    private(set) var session = UniqueID()
    /// The media clock, and where it stood when it was told of last.
    private(set) var media = 0
    private var reported = 0
    /// What is known of the media.
    let tape = HistoryTape()
    var agenda: [(due: Int, errand: Errand)] = []
    /// Whether things still go wrong.
    var isTroubled = true
    /// How deep requests wait for each other.
    var depth = 0
    /// What has gone wrong, by its name, and how often.
    var mishaps: [String: Int] = [:]
    /// What an administrator gave back.
    private(set) var ordered: Int64 = 0
    private(set) var complaints: [String] = []

    var pool: DatabasePool { bank.pool }

    /// A history that has not begun.
    init(seed: UInt64, on pool: DatabasePool) {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        plan = HistoryPlan(&random)
        sandbox = LocalSandbox(seed: seed, now: clock.second)
        wire = sandbox.gateway(retry: .never, logger: .quiet)
        bank = HistoryBank(pool: pool, gateway: wire)
    }

    /// Lets it happen.
    func run() async throws {
        try await bank.open(plan)
        startOffice()
        _ = sandbox.takeEvents()
        let opened = try await bank.accept(plan, at: clock.now)
        session = opened.id
        try await transact { office, transaction in try await office.store.open(opened, in: transaction) }
        try await call()
        try await end()
        try await settle()
        if plan.isRefunded { try await refund() }
    }

    // MARK: The call

    private func call() async throws {
        let grace = 5
        var horizon = 0
        while clock.seconds < plan.length {
            let seconds = 2 + random.below(9)
            try await pass(seconds)
            if media + seconds >= horizon { horizon = try await look().horizon }
            if random.below(12) == 0 {
                note("drop")
            } else {
                let most = media < horizon ? horizon : horizon + grace
                media = min(media + seconds, most)
                tape.reach(media, unbilled: plan.unbilled, late: plan.lateRecords, &random)
            }
            // The clock is told at once where something depends on it, and otherwise now and then; some reports come twice.
            if media % plan.window == 0 || media == plan.threshold || random.below(10) < 7 { try await report() }
            if random.below(12) == 0 { try await report() }
            if random.below(8) == 0 { try await act() }
            if random.below(100) < plan.vanishing { try await vanish() }
            if media >= horizon + grace { break }
        }
    }

    private func report() async throws {
        reported = media
        let (session, media) = (session, media)
        try await transact { office, transaction in
            try await transaction.query(
                "UPDATE sessions SET media_seconds = greatest(media_seconds, \(media)) WHERE id = \(session)")
            try await office.store.progress(session, mediaSeconds: media, in: transaction)
        }
    }

    /// The customer does what they were asked for: another card, or the bank's question is answered.
    private func act() async throws {
        let rows = try await pool.query(
            "SELECT state FROM payments WHERE session_id = \(session) ORDER BY window_number DESC, attempt DESC LIMIT 1"
        )
        guard try rows.first?.get(0, as: String.self) == "failed" else { return }
        note("act")
        if plan.card != "pm_card_visa" { try await bank.add("pm_card_visa") }
        if !plan.isPayable {
            try await pool.query(
                "UPDATE payout_accounts SET is_payable = true WHERE user_id = \(bank.consultant)")
        }
        let session = session
        try await transact { office, transaction in
            try await office.store.apply(.customerActed, to: session, in: transaction)
        }
    }

    private func vanish() async throws {
        let page = try await wire.perform(StripeCall<StripeList<PaymentIntent>>.paymentIntents())
        let held = page.data.filter { $0.status == .known(.requiresCapture) }
        guard let intent = held.randomElement(using: &random) else { return }
        note("vanish")
        _ = try await wire.perform(.cancel(intent.id, idempotencyKey: fresh()))
        collectEvents()
    }

    private func end() async throws {
        tape.complete()
        // Of a room that says nothing more the last that it said counts.
        if plan.isSilent { media = reported }
        let (session, media) = (session, media)
        try await transact { [plan] office, transaction in
            if plan.isSilent {
                try await office.store.awaitLastWord(session, in: transaction)
            } else {
                try await transaction.query(
                    "UPDATE sessions SET media_seconds = greatest(media_seconds, \(media)) WHERE id = \(session)")
                try await office.store.end(session, in: transaction)
            }
        }
    }

    // MARK: Afterwards

    /// Lets time pass until nothing is on its way and nothing is due; what goes wrong ends at some time.
    private func settle() async throws {
        let start = clock.seconds
        while true {
            let found = try await look()
            if agenda.isEmpty, found.isSettled { return }
            if clock.seconds > start + 600 { isTroubled = false }
            guard clock.seconds < start + Self.limit else {
                complaints.append("does not end: \(found)")
                return
            }
            let dues = agenda.map(\.due) + (found.due.map { [$0] } ?? [])
            try await pass(max(1, (dues.min() ?? clock.seconds) - clock.seconds))
        }
    }

    private func refund() async throws {
        let left = try await machine().summary.charged
        guard left > 0 else { return }
        ordered = 1 + Int64(random.below(Int(left)))
        note("refund")
        let (session, ordered) = (session, ordered)
        isTroubled = true
        try await transact { office, transaction in
            try await office.store.apply(.refundOrdered(total: ordered), to: session, in: transaction)
        }
        try await settle()
    }

    /// How far it is.
    struct Look: CustomStringConvertible {
        let state: String
        let horizon: Int
        let due: Int?
        let open: Int
        var isSettled: Bool { state == "settled" && due == nil && open == 0 }
        var description: String { "\(state), \(open) requests open, due \(due.map { String($0) } ?? "never")" }
    }

    func look() async throws -> Look {
        let rows = try await pool.query(
            """
            SELECT state, (machine->>'horizon')::int AS horizon, least(due_at, last_word_at) AS due,
                (SELECT count(*) FROM payment_requests JOIN payments ON payments.id = payment_id
                    WHERE session_id = charges.session_id AND payment_requests.state <> 'answered') AS open
            FROM charges WHERE session_id = \(session)
            """)
        guard let row = rows.first else { throw Missing() }
        return Look(
            state: try row.get("state", as: String.self), horizon: try row.get("horizon", as: Int.self),
            due: try row.get("due", as: Timestamp?.self).map { clock.seconds(at: $0) },
            open: try row.get("open", as: Int.self))
    }

    func machine() async throws -> ChargeMachine {
        let rows = try await pool.query("SELECT machine FROM charges WHERE session_id = \(session)")
        guard let row = rows.first else { throw Missing() }
        return try row.get(0, as: JSONText.self).decode(as: ChargeMachine.self)
    }

    func complain(_ words: String) { complaints.append(words) }

    func note(_ name: String) { mishaps[name, default: 0] += 1 }

    struct Missing: Error {}
}
