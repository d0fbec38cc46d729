public import Billing
public import Database
internal import Events
internal import Identifiers
internal import Sessions

/// The charge machines in `charges`: whatever happens to a session's money goes through its machine, under its row's lock.
///
/// An event is taken in and all that follows from it is written in one transaction, the caller's: the machine, its attempts as
/// rows of `payments`, its steps as rows of `payment_requests`, bookings in the ledger, and what others have to know as events
/// of the outbox. Nothing is sent here; ``ChargeRunner`` sends the rows that wait, after the commit.
public struct ChargeStore: Sendable {
    /// The records of a session's media, in their order; empty where there are none.
    public typealias Records = @Sendable (UniqueID, Transaction) async throws -> [MediaRecord]
    /// What the records of a session's media come to so far: the newest hash of their chain; nil where there are none.
    public typealias ReceiptHead = @Sendable (UniqueID, Transaction) async throws -> String?

    private let records: Records
    private let receiptHead: ReceiptHead
    let isSimulated: Bool
    let clock: @Sendable () -> Timestamp

    /// Wakes whoever sends.
    static let channel = "payment_requests"
    /// How long after a session's end its room may still say how much media time it had.
    static let lastWord = Duration.seconds(120)

    /// - Parameters:
    ///   - isSimulated: whether the money is play money; people are told.
    ///   - clock: the time; tests give their own.
    ///   - receiptHead: what Stripe's object of a charge is told of what was charged for.
    public init(
        isSimulated: Bool, clock: @escaping @Sendable () -> Timestamp = { .now() },
        receiptHead: @escaping ReceiptHead = { _, _ in nil }, records: @escaping Records
    ) {
        self.receiptHead = receiptHead
        self.isSimulated = isSimulated
        self.clock = clock
        self.records = records
    }

    /// Begins to charge for a session that was just made: money for the first window is asked for.
    ///
    /// - Throws: `Prices.Refusal` where the session's rate cannot be charged; `DatabaseError`.
    func open(_ session: Session, in transaction: Transaction) async throws {
        guard let name = SessionID(session.id.description) else { return }
        let terms = try ChargeTerms(
            prices: Prices(rate: session.rate, feeBasisPoints: session.commissionBasisPoints),
            thresholdSeconds: session.thresholdSeconds, windowSeconds: session.windowSeconds)
        let machine = ChargeMachine(session: name, terms: terms)
        let added = try await transaction.query(
            """
            INSERT INTO charges (session_id, state, machine)
            VALUES (\(session.id), \(machine.state.rawValue), \(try JSONText(encoding: machine)))
            ON CONFLICT (session_id) DO NOTHING
            """)
        guard added.affected == 1 else { return }
        try await apply(.accepted, to: session.id, in: transaction)
    }

    /// Lets something happen to a session's money.
    ///
    /// - Returns: false where nothing is charged for the session.
    @discardableResult
    func apply(
        _ event: ChargeMachine.Event, to session: UniqueID, in transaction: Transaction
    ) async throws -> Bool {
        guard var charged = try await ChargedSession.lock(session, in: transaction) else { return false }
        try await apply(event, to: &charged, in: transaction)
        return true
    }

    /// The same, for a session that is locked already.
    func apply(
        _ event: ChargeMachine.Event, to charged: inout ChargedSession, in transaction: Transaction
    ) async throws {
        let before = charged.machine
        let now = clock()
        var pending = charged.machine.handle(event, now: now)
        var outcome = ChargeOutcome()
        while !pending.isEmpty {
            let action = pending.removeFirst()
            guard case .send(let step) = action else {
                outcome.actions.append(action)
                continue
            }
            let head = step.kind == .capture ? try await receiptHead(charged.id, transaction) : nil
            switch try await StepRequest.make(of: step, for: charged, receiptHead: head, in: transaction) {
            case .request(let request): outcome.sends.append((step, request))
            case .refused(let code):
                // It cannot be asked at all, and the machine hears of it as if it had been.
                pending += charged.machine.handle(.answered(key: step.key, .refused(code: code)), now: now)
            }
        }
        guard charged.machine != before || !outcome.isEmpty else { return }
        try await write(charged, before: before, outcome, now, in: transaction)
    }

    // MARK: Time

    /// The clock of a session's room has moved.
    func progress(_ session: UniqueID, mediaSeconds: Int, in transaction: Transaction) async throws {
        guard var charged = try await ChargedSession.lock(session, in: transaction) else { return }
        let seconds = max(mediaSeconds, charged.mediaSeconds)
        let unbilled = charged.machine.fillsWindow(at: seconds) ? try await unbilled(session, in: transaction) : []
        try await apply(
            .progress(BillableTime(mediaSeconds: seconds, unbilled: unbilled)), to: &charged, in: transaction)
    }

    /// The last word about a session's media time.
    func end(_ session: UniqueID, in transaction: Transaction) async throws {
        guard var charged = try await ChargedSession.lock(session, in: transaction) else { return }
        try await transaction.query("UPDATE charges SET last_word_at = NULL WHERE session_id = \(session)")
        let time = BillableTime(
            mediaSeconds: charged.mediaSeconds, unbilled: try await unbilled(session, in: transaction))
        try await apply(.ended(time), to: &charged, in: transaction)
    }

    /// A session is over; its room's last word is still to come, or never comes.
    func awaitLastWord(_ session: UniqueID, in transaction: Transaction) async throws(DatabaseError) {
        try await transaction.query(
            """
            UPDATE charges SET last_word_at = \(clock().advanced(by: Self.lastWord))
            WHERE session_id = \(session) AND state IN ('new', 'running') AND last_word_at IS NULL
            """)
    }

    private func unbilled(_ session: UniqueID, in transaction: Transaction) async throws -> [Range<Int>] {
        BillableTime(records: try await records(session, transaction)).unbilled
    }
}

/// What follows from an event.
struct ChargeOutcome: Sendable {
    /// Steps to send, with their requests.
    var sends: [(step: ChargeStep, request: StepRequest)] = []
    /// The rest.
    var actions: [ChargeMachine.Action] = []

    var isEmpty: Bool { sends.isEmpty && actions.isEmpty }
}
