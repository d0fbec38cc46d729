import ArgumentParser
import Database
import Events
import Foundation
import Logging

/// Writes the events from 0 to `count`, and notes what was acknowledged. Started again after its end, whatever ended it, it
/// goes on behind what it has noted: an event that was committed and not noted is written once more, with its id.
struct Write: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Writes numbered events, and ends.")

    @Option(help: "The database's URL.") var database: String
    @Option(help: "The file of the acknowledged events.") var journal: String
    @Option(help: "How many events there are to be.") var count: Int

    func run() async throws {
        let next = try nextNumbers()
        let journal = try Journal(path: journal)
        let pool = DatabasePool(
            try DatabaseConfiguration(url: database, applicationName: "event-probe write"),
            logger: Logger(label: "event-probe") { StreamLogHandler.standardError(label: $0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in next { group.addTask { try await write(from: number, to: journal, on: pool) } }
            try await group.waitForAll()
        }
        await pool.close()
    }

    private func write(from first: Int, to journal: Journal, on pool: DatabasePool) async throws {
        var rest = stride(from: first, to: count, by: Numbering.writers).map { $0 }[...]
        while !rest.isEmpty {
            let numbers = rest.prefix(.random(in: 1...20))
            rest = rest.dropFirst(numbers.count)
            try await pool.withTransaction { transaction in
                try await Outbox.append(numbers.map(Numbering.event), in: transaction)
            }
            try journal.add(numbers.map(String.init))
        }
    }

    /// Where each writer goes on.
    private func nextNumbers() throws -> [Int] {
        var next = Array(0..<Numbering.writers)
        guard FileManager.default.fileExists(atPath: journal) else { return next }
        for line in try String(contentsOfFile: journal, encoding: .utf8).split(separator: "\n") {
            guard let number = Int(line) else { throw ValidationError("not a number: \(line)") }
            let writer = number % Numbering.writers
            next[writer] = max(next[writer], number + Numbering.writers)
        }
        return next
    }
}
