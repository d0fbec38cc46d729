import Billing
import Database
import DatabaseTesting
import Money
import Testing

@Suite("The ledger", .timeLimit(.minutes(2))) struct LedgerTests {
    private let pool: DatabasePool
    private let customer = UniqueID()
    private let consultant = UniqueID()
    private let session = UniqueID()

    init() async throws {
        pool = DatabasePool(
            try await TestCluster.migratedDatabase("ledger"), limits: PoolLimits(connections: 8), logger: .quiet)
    }

    private func movement(_ source: String, _ event: MoneyEvent, _ currency: Currency = .usd) -> LedgerTransaction {
        LedgerTransaction(
            source: source, event: event, currency: currency, session: session, customer: customer,
            consultant: consultant, occurred: .now())
    }

    @discardableResult
    private func book(_ source: String, _ event: MoneyEvent, _ currency: Currency = .usd) async throws -> Bool {
        try await pool.withTransaction { try await Ledger.book(movement(source, event, currency), in: $0) }
    }

    /// What stands on the accounts of these kinds.
    private func balances(_ kinds: LedgerAccount.Kind..., currency: Currency = .usd) async throws -> [Int64] {
        let all = try await Ledger.balances(on: pool).filter { $0.amount.currency == currency }
        return kinds.map { kind in all.first { $0.kind == kind }?.amount.amount ?? 0 }
    }

    private func refusal(_ body: () async throws -> Void) async -> DatabaseError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? DatabaseError
        }
    }

    @Test("books a call, a refund, disputes and a payout to the cent, and is in balance throughout")
    func example() async throws {
        try await book("w1", .captured(amount: 1667, fee: 250))
        try await book("w2", .captured(amount: 833, fee: 125))
        try await book("w3", .waived(amount: 47))
        #expect(try await balances(.stripe, .platformFee) == [2500, -375])
        #expect(try await balances(.consultantPayable, .customer) == [-2125, 0])
        try await book("r1", .refunded(amount: 833, fee: 125))
        #expect(try await balances(.stripe, .consultantPayable, .refunds) == [1667, -1417, 0])
        try await book("r1 failed", .refundFailed(amount: 833))
        #expect(try await balances(.stripe, .refunds) == [2500, -833])
        try await book("d1", .disputeOpened(amount: 1667, cost: 1500))
        #expect(try await balances(.stripe, .disputes) == [-667, 1667])
        try await book("d1 won", .disputeWon(amount: 1667))
        #expect(try await balances(.stripe, .disputes) == [1000, 0])
        try await book("d2", .disputeOpened(amount: 1667, cost: 0))
        try await book("d2 lost", .disputeLost(amount: 1667, fee: 250))
        #expect(try await balances(.consultantPayable, .platformFee) == [0, 1500])
        try await book("d2 regained", .disputeRegained(amount: 1667, fee: 250))
        try await book("d2 lost again", .disputeLost(amount: 1667, fee: 250))
        try await book("d1 fee", .disputeWon(amount: 0, cost: 1500))
        #expect(try await balances(.consultantPayable, .platformFee, .stripe) == [0, 0, 833])
        try await book("d1 fee again", .disputeOpened(amount: 0, cost: 1500))
        try await book("p1", .payoutPaid(amount: 500))
        try await book("p1 failed", .payoutFailed(amount: 500))
        try await book("yen", .captured(amount: 900, fee: 135), .jpy)
        #expect(try await balances(.stripe, currency: .jpy) == [900])

        let report = try await Ledger.check(on: pool)
        #expect(report.isInOrder && report.transactions == 16, "\(report.findings)")
        let sums = Dictionary(grouping: report.balances, by: \.amount.currency)
        #expect(sums.count == 2 && sums.values.allSatisfy { $0.reduce(0) { $0 + $1.amount.amount } == 0 })
        #expect(try await Ledger.balances(of: customer, on: pool).map(\.kind) == [.customer, .customer])
    }

    @Test("books a movement once, also when many try at the same time, and another under its name not at all")
    func once() async throws {
        let booked = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { try await book("w1", .captured(amount: 1667, fee: 250)) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(booked == 1)
        #expect(try await balances(.stripe) == [1667])
        let taken = Ledger.Refusal.sourceTaken("w1")
        await #expect(throws: taken) { try await book("w1", .captured(amount: 1666, fee: 250)) }
        await #expect(throws: taken) { try await book("w1", .captured(amount: 1667, fee: 250), .eur) }
        await #expect(throws: Ledger.Refusal.amounts) { try await book("w2", .captured(amount: 10, fee: 11)) }
        #expect(try await !book("w3", .waived(amount: 0)))
    }

    @Test("many transactions at a time, each of many movements, end in balance")
    func concurrency() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<12 {
                group.addTask {
                    let (customer, consultant) = (UniqueID(), UniqueID())
                    for part in 0..<10 {
                        try await pool.withTransaction { transaction in
                            for (index, event) in [
                                MoneyEvent.captured(amount: 1000, fee: 150), .refunded(amount: 100, fee: 15),
                            ].enumerated() {
                                try await Ledger.book(
                                    LedgerTransaction(
                                        source: "\(caller) \(part) \(index)", event: event, currency: .usd,
                                        session: nil,
                                        customer: customer, consultant: consultant, occurred: .now()), in: transaction)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let report = try await Ledger.check(on: pool)
        #expect(report.isInOrder && report.transactions == 240)
        #expect(try await balances(.stripe, .platformFee) == [108_000, -16_200])
    }

    @Test("refuses what is not in balance, at the latest at the commit")
    func unbalanced() async throws {
        try await book("w1", .captured(amount: 1667, fee: 250))
        let lonely: SQL = """
            INSERT INTO ledger_transactions (id, source, kind, occurred_at) VALUES (\(UniqueID()), 'x', 'x', now())
            """
        #expect(await refusal { try await pool.query(lonely) }?.constraint == "ledger_transactions_balanced")
        let id = UniqueID()
        let opened: SQL = """
            INSERT INTO ledger_transactions (id, source, kind, occurred_at) VALUES (\(id), 'y', 'y', now())
            """
        func entry(_ kind: String, _ amount: Int, _ transaction: UniqueID) -> SQL {
            """
            INSERT INTO ledger_entries (transaction_id, account_id, currency, amount)
            SELECT \(transaction), id, currency, \(amount) FROM ledger_accounts WHERE kind = \(kind)
            """
        }
        let uneven = await refusal {
            _ = try await pool.pipeline([opened, entry("stripe", 100, id), entry("platform_fee", -99, id)])
        }
        #expect(uneven?.isCheckViolation("ledger_transactions_balanced") == true)
        // What is closed stays closed, also to entries that are in balance by themselves.
        let first = try await pool.query("SELECT id FROM ledger_transactions WHERE source = 'w1'")[0]
            .get(0, as: UniqueID.self)
        let late = await refusal {
            _ = try await pool.pipeline([entry("stripe", 5, first), entry("platform_fee", -5, first)])
        }
        #expect(late?.isCheckViolation("ledger_transactions_closed") == true)
        let hurried = await refusal {
            try await pool.withTransaction { transaction in
                try await transaction.query("SET CONSTRAINTS ALL IMMEDIATE")
                try await transaction.query(opened)
            }
        }
        #expect(hurried?.isCheckViolation("ledger_transactions_balanced") == true)
        _ = try await pool.pipeline([opened, entry("stripe", 100, id), entry("platform_fee", -100, id)])
        let report = try await Ledger.check(on: pool)
        #expect(report.isInOrder)
    }

    @Test("refuses every change", arguments: ["ledger_entries", "ledger_transactions", "ledger_accounts"])
    func changes(table: String) async throws {
        try await book("w1", .captured(amount: 1667, fee: 250))
        let column = table == "ledger_entries" ? "amount" : "kind"
        let changes: [SQL] = [
            "UPDATE \(identifier: table) SET \(identifier: column) = \(identifier: column)",
            "DELETE FROM \(identifier: table)", "TRUNCATE \(identifier: table) CASCADE",
        ]
        for change in changes {
            let error = await refusal { try await pool.query(change) }
            #expect(error?.sqlState?.rawValue == "23001", "\(String(describing: error))")
        }
    }

    @Test("an examination finds what got in past the rules")
    func findings() async throws {
        try await book("w1", .captured(amount: 1667, fee: 250))
        _ = try await pool.pipeline([
            "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
            """
            UPDATE ledger_entries SET amount = amount + 1
            WHERE amount = 1667 AND account_id = (SELECT id FROM ledger_accounts WHERE kind = 'customer')
            """,
            "ALTER TABLE ledger_entries ENABLE TRIGGER ALL",
        ])
        let report = try await Ledger.check(on: pool)
        #expect(Set(report.findings.map(\.rule)) == ["balanced", "customers_even"])
        #expect(report.findings.first?.subject == "w1")
    }
}
