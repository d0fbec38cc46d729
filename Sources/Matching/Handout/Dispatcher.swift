public import Database
internal import Events
internal import Synchronization

public import Logging
public import ServiceLifecycle

/// Looks at every question that something happened to, or whose time has come, and has the next consultants asked.
///
/// A question is claimed by its row's lock, in one process or in several; what is decided, what is told, and the wake-ups
/// that led to it are one transaction. So a crash at any moment leaves the question as it was, to be looked at again.
public final class Dispatcher: Service, CustomStringConvertible {
    /// What a dispatcher has done since it was made.
    public struct Metrics: Sendable, Hashable {
        /// Questions looked at.
        public var looks = 0
        /// Requests made.
        public var asked = 0
        /// Looks that failed.
        public var failures = 0
    }

    /// What it is called in the log.
    public let description = "matching"
    private let pool: DatabasePool
    private let engine: MatchEngine
    private let terms: HandoutTerms
    private let lanes: Int
    private let logger: Logger
    private let bell = Wakeup()
    private let counters = Mutex(Metrics())

    /// A dispatcher that does not run yet.
    ///
    /// - Parameter lanes: questions looked at at the same time.
    public init(pool: DatabasePool, engine: MatchEngine, terms: HandoutTerms, lanes: Int = 2, logger: Logger) {
        self.pool = pool
        self.engine = engine
        self.terms = terms
        self.lanes = lanes
        self.logger = logger
    }

    /// What it has done.
    public var metrics: Metrics { counters.withLock { $0 } }

    /// Works until it is told to stop. A look that runs then is rolled back.
    public func run() async {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.listen() }
                group.addTask { await self.tidy() }
                for _ in 0..<self.lanes { group.addTask { await self.work() } }
            }
        }
    }

    private func listen() async {
        for await event in NotificationStream(pool.configuration, channels: ["matching"], logger: logger) {
            switch event {
            case .listening: bell.ring()
            // One lane is enough: where there is more than one question, it wakes the next.
            case .notification: bell.ringForOne()
            case .disconnected: break
            }
        }
    }

    private func work() async {
        var pause = Duration.milliseconds(50)
        while !Task.isCancelled {
            let rings = bell.rings
            do {
                let hasLooked = try await look()
                pause = .milliseconds(50)
                let due = try await nextDue(orNow: hasLooked)
                if due == .zero { continue }
                await bell.sleep(since: rings, atMost: min(due ?? .seconds(1), .seconds(1)))
            } catch {
                if Task.isCancelled { return }
                counters.withLock { $0.failures += 1 }
                logger.warning("a question could not be looked at", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
                pause = min(pause * 2, .seconds(5))
            }
        }
    }

    /// Wake-ups of questions that are over, and were never claimed.
    private func tidy() async {
        while !Task.isCancelled {
            _ = try? await pool.query(
                """
                DELETE FROM question_wakes WHERE question_id IN (
                    SELECT question_id FROM question_wakes JOIN questions ON questions.id = question_id
                    WHERE state NOT IN ('open', 'matching') LIMIT 1000)
                """)
            try? await Task.sleep(for: .seconds(30))
        }
    }

    /// How long until a question is due; nil where none will be.
    ///
    /// - Parameter orNow: whether zero is an answer, where one is to be looked at already. Not after a look that found none:
    ///   then others have it.
    private func nextDue(orNow: Bool) async throws(DatabaseError) -> Duration? {
        let rows = try await pool.query(
            """
            SELECT CASE WHEN \(orNow) AND (EXISTS (SELECT FROM question_wakes) OR EXISTS (
                    SELECT FROM questions WHERE state IN ('open', 'matching') AND due_at <= clock_timestamp()))
                THEN 0
                ELSE (SELECT (extract(epoch FROM min(due_at) - clock_timestamp()) * 1000000)::int8 FROM questions
                    WHERE state IN ('open', 'matching') AND due_at > clock_timestamp()) END
            """)
        return try rows[0].get(0, as: Int64?.self).map { .microseconds($0) }
    }

    // MARK: One question

    /// Looks at one question.
    ///
    /// - Returns: false where none is to be looked at.
    @discardableResult
    public func look() async throws -> Bool {
        let claimed = Mutex<UniqueID?>(nil)
        let asked: Int?
        do {
            asked = try await pool.withTransaction { transaction -> Int? in
                guard let question = try await claim(in: transaction) else { return nil }
                claimed.withLock { $0 = question.id }
                return try await look(at: question, in: transaction)
            }
        } catch {
            if let question = claimed.withLock({ $0 }) { await putAside(question, after: error) }
            throw error
        }
        guard let asked else { return false }
        counters.withLock {
            $0.looks += 1
            $0.asked += asked
        }
        return true
    }

    /// A question that cannot be looked at must not keep the others waiting: it is looked at again in a while.
    private func putAside(_ question: UniqueID, after error: any Error) async {
        if Task.isCancelled || (error as? DatabaseError)?.isRetryable == true { return }
        logger.error("a question is put aside", metadata: ["question": "\(question)", "error": "\(error)"])
        _ = try? await pool.pipeline([
            "UPDATE questions SET due_at = \(Timestamp.now().advanced(by: terms.patience)) WHERE id = \(question)",
            "DELETE FROM question_wakes WHERE question_id = \(question)",
        ])
    }

    /// The next question that is due or was woken.
    private func claim(in transaction: Transaction) async throws -> Question? {
        let rows = try await transaction.query(
            """
            SELECT \(Question.columns),
                EXISTS (SELECT FROM question_wakes WHERE question_id <> questions.id) OR EXISTS (
                    SELECT FROM questions AS other WHERE state IN ('open', 'matching') AND due_at <= clock_timestamp()
                        AND other.id <> questions.id) AS has_more
            FROM questions
            WHERE state IN ('open', 'matching') AND id IN (
                SELECT question_id FROM (SELECT question_id FROM question_wakes ORDER BY id LIMIT 200) AS woken
                UNION ALL
                SELECT id FROM (
                    SELECT id FROM questions WHERE state IN ('open', 'matching') AND due_at <= clock_timestamp()
                    ORDER BY due_at LIMIT 50) AS due)
            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """)
        guard let row = rows.first else { return nil }
        if try row.get("has_more", as: Bool.self) { bell.ringForOne() }
        return try Question(row)
    }

    private func look(at question: Question, in transaction: Transaction) async throws -> Int {
        let now = Timestamp.now()
        // Its wake-ups are taken before anything else is read: what woke it later wakes it again.
        var store = try await HandoutStore(
            question, terms: terms, after: ["DELETE FROM question_wakes WHERE question_id = \(question.id)"],
            in: transaction)
        let available = try await Askable.available(store.handout.pending.map(\.consultant), in: transaction)
        var actions = store.change { $0.settle(at: now, available: available.contains) }
        guard store.handout.room > 0 else {
            try store.perform(actions, at: now, in: transaction)
            return 0
        }
        let (ranked, missesFull) = try await engine.offers(
            for: question, excluding: store.handout.excluded, pendingLimit: terms.pendingPerConsultant,
            limit: store.handout.room * 4, on: transaction)
        let held = try await Askable.hold(
            ranked.map(\.consultant), atMost: terms.pendingPerConsultant, in: transaction)
        let candidates = ranked.map(\.consultant).filter(held.askable.contains)
        // Of a moment in which they are held.
        let asked = Timestamp.now()
        let asks = store.change { $0.ask(candidates, at: asked) }
        actions += asks
        // Who is in others' hands just now is free in a moment; who is asked by enough already, when one of these is over.
        let again: Duration? = held.skipped.isEmpty ? missesFull ? .seconds(1) : nil : .milliseconds(20)
        try store.perform(
            actions, offers: Dictionary(ranked.map { ($0.consultant, $0) }) { first, _ in first },
            again: again, at: asked, in: transaction)
        return asks.count { if case .ask = $0 { true } else { false } }
    }
}
