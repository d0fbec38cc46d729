import ArgumentParser
import Database
import Events
import Logging

/// Reads events with the sample consumer, which keeps a balance for each key, and notes each delivery in a file: that is
/// what an effect outside of the database looks like.
struct Read: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reads events until the input ends.")

    @Option(help: "The database's URL.") var database: String
    @Option(help: "The file of the deliveries.") var journal: String
    @Option(help: "Events in one transaction.") var batch: Int
    @Option(help: "Transactions at the same time.") var lanes: Int

    func run() async throws {
        let logger = Logger(label: "event-probe") { StreamLogHandler.standardError(label: $0) }
        let journal = try Journal(path: journal)
        let pool = DatabasePool(
            try DatabaseConfiguration(url: database, applicationName: "event-probe read"), logger: logger)
        var configuration = EventReader.Configuration()
        configuration.batch = batch
        configuration.lanes = lanes
        let reader = EventReader(of: Numbering.queue, on: pool, configuration: configuration, logger: logger) {
            delivery, transaction in
            let event = delivery.event
            let number = try event.payload.decode(as: Int.self)
            try journal.add(["\(event.key) \(number)"])
            _ = try await transaction.pipeline([
                "INSERT INTO probe_effects (id, key, number) VALUES (\(event.id), \(event.key), \(number))",
                """
                INSERT INTO probe_balances VALUES (\(event.key), 1, \(number))
                ON CONFLICT (key) DO UPDATE
                    SET events = probe_balances.events + 1, total = probe_balances.total + excluded.total
                """,
            ])
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await reader.run() }
            await inputEnds()
            group.cancelAll()
        }
        await pool.close()
    }
}
