import ArgumentParser
import Database
import Foundation
import Logging

/// Runs a private PostgreSQL with the project's migrations, and the tables of the sample consumer.
struct ServeDatabase: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs a PostgreSQL, prints how to connect, and stops it when the input ends.")

    @Option(help: "Where it lives.") var folder: String
    @Option(help: "The folder of the migrations.") var migrations: String

    func run() async throws {
        let logger = Logger(label: "event-probe") { StreamLogHandler.standardError(label: $0) }
        let cluster = try await PrivateCluster.start(.init(folder: folder), logger: logger)
        do {
            let configuration = try DatabaseConfiguration(url: cluster.url)
            try await MigrationRunner(configuration, migrations: MigrationSet(folder: migrations), logger: logger).up()
            let pool = DatabasePool(configuration, logger: logger)
            // No constraint keeps an effect from happening twice: it would show.
            _ = try await pool.pipeline([
                "CREATE TABLE probe_effects (place bigserial PRIMARY KEY, id uuid, key text, number bigint)",
                "CREATE TABLE probe_balances (key text PRIMARY KEY, events bigint NOT NULL, total bigint NOT NULL)",
            ])
            await pool.close()
            try FileHandle.standardOutput.write(contentsOf: Data("\(cluster.url)\n".utf8))
            await inputEnds()
        } catch {
            try? await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }
}
