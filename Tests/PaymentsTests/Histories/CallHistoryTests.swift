import Billing
import Database
import DatabaseTesting
import Foundation
import Testing

@testable import Payments

/// Random calls through charge store, PostgreSQL, ledger and stand-in.
///
/// `CONSULT_HISTORIES=10000` runs so many, 500 otherwise; `CONSULT_HISTORY_SEED=17` runs the one that failed.
@Suite("Call histories") struct CallHistoryTests {
    /// Histories at the same time, each in a database of its own.
    private static let lanes = 4

    @Test("Random histories: never beyond media time, never twice, 15 % to the cent, and the books agree")
    func histories() async throws {
        let environment = ProcessInfo.processInfo.environment
        let first = environment["CONSULT_HISTORY_SEED"].flatMap { UInt64($0) }
        let count = first == nil ? environment["CONSULT_HISTORIES"].flatMap { Int($0) } ?? 500 : 1
        let tally = try await withThrowingTaskGroup(of: HistoryTally.self) { group in
            for lane in 0..<min(Self.lanes, count) {
                let seeds = stride(from: lane, to: count, by: Self.lanes).map { UInt64($0) + (first ?? 0) }
                group.addTask { try await Self.run(seeds) }
            }
            return try await group.reduce(into: HistoryTally()) { $0.add($1) }
        }
        if environment["CONSULT_HISTORIES"] != nil { print(tally) }
        guard first == nil, count >= 500 else { return }
        // Each of these was really tried.
        let outcomes = ["paid", "free", "given back", "forgone", "waived"]
        let mishaps = [
            "applied_then_cut", "cut", "http_500", "applied_500", "http_429", "declined", "authentication_required",
            "slow", "slow answer", "timeout", "late request", "webhook lost", "webhook doubled", "webhook again",
            "crash before a commit", "crash after a commit", "crash with a request", "crash with an answer", "vanish",
            "act", "drop", "refund",
        ]
        for name in outcomes + mishaps { #expect(tally.counts[name, default: 0] >= 5, "\(name): \(tally)") }
    }

    private static func run(_ seeds: [UInt64]) async throws -> HistoryTally {
        let pool = DatabasePool(
            try await TestCluster.migratedDatabase("histories"), limits: PoolLimits(connections: 2), logger: .quiet)
        var tally = HistoryTally()
        for seed in seeds {
            let history = CallHistory(seed: seed, on: pool)
            do {
                try await history.run()
                let examination = try await HistoryExamination(history)
                tally.add(examination.summary, await history.mishaps)
                guard !examination.problems.isEmpty else { continue }
                Issue.record("seed \(seed): \(examination.problems.joined(separator: "; "))\n\(history.plan)")
            } catch {
                Issue.record("seed \(seed): \(error)\n\(history.plan)")
            }
            tally.failures += 1
            // What is open of this one would be worked on by the next.
            break
        }
        #expect(try await Ledger.check(on: pool).findings == [])
        await pool.close()
        return tally
    }
}

/// What all histories came to.
struct HistoryTally: Sendable, CustomStringConvertible {
    private(set) var histories = 0
    private(set) var counts: [String: Int] = [:]
    var failures = 0

    mutating func add(_ summary: ChargeSummary, _ mishaps: [String: Int]) {
        histories += 1
        counts.merge(mishaps) { $0 + $1 }
        let outcomes = [
            ("paid", summary.charged), ("given back", summary.refunded), ("forgone", summary.forgone),
            ("waived", summary.waived), ("free", summary.charged == 0 ? 1 : 0),
        ]
        for (name, amount) in outcomes where amount > 0 { counts[name, default: 0] += 1 }
    }

    mutating func add(_ other: HistoryTally) {
        histories += other.histories
        failures += other.failures
        counts.merge(other.counts) { $0 + $1 }
    }

    var description: String {
        "\(histories) histories, \(failures) failed; "
            + counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    }
}
