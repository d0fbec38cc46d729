import ArgumentParser
import Billing
import Database
import Foundation
import Logging
import Money
import Operations

/// `ledger check`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Prove the books.", subcommands: [Check.self])

    /// Examines the ledger.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Say whether the ledger is in balance and agrees with the payments.",
            discussion: """
                Exit code 0: in order. Exit code 1: something was found, or the database cannot be read.

                Works on CONSULT_DATABASE_URL; without it on the data folder's private PostgreSQL, while nothing else uses it.

                """ + SettingOptions.discussion)

        @Flag(help: "Print a JSON document.")
        var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            let settings = try options.settings()
            bootstrapLogging(level: max(settings.logLevel, .warning), format: settings.logFormat)
            let report: LedgerReport
            do {
                report = try await examine(settings)
            } catch {
                printError("consult: \(error)")
                throw ExitCode.failure
            }
            print(json ? try LedgerReportText.json(report) : LedgerReportText.words(report))
            if !report.isInOrder { throw ExitCode.failure }
        }

        private func examine(_ settings: Settings) async throws -> LedgerReport {
            let store = try await DataStore.open(settings, embedded: true, logger: Logger(label: "consult"))
            let result: Result<LedgerReport, any Error>
            do {
                result = .success(try await Ledger.check(on: store.pool))
            } catch {
                result = .failure(error)
            }
            await store.close()
            return try result.get()
        }
    }
}

/// How a report is printed.
private enum LedgerReportText {
    static func words(_ report: LedgerReport) -> String {
        var lines = ["\(report.transactions) transactions"]
        for balance in report.balances {
            let name = balance.kind.rawValue.padding(toLength: 20, withPad: " ", startingAt: 0)
            lines.append("  \(name) \(balance.amount), \(balance.entries) entries")
        }
        for finding in report.findings { lines.append("\(finding.rule): \(finding.subject): \(finding.words)") }
        lines.append(report.isInOrder ? "in order" : "\(report.findings.count) findings")
        return lines.joined(separator: "\n")
    }

    private struct Document: Encodable {
        struct Balance: Encodable {
            let account: String
            let amount: Int64
            let currency: String
            let entries: Int
        }

        let inOrder: Bool
        let transactions: Int
        let balances: [Balance]
        let findings: [LedgerReport.Finding]
    }

    static func json(_ report: LedgerReport) throws -> String {
        let document = Document(
            inOrder: report.isInOrder, transactions: report.transactions,
            balances: report.balances.map {
                .init(
                    account: $0.kind.rawValue, amount: $0.amount.amount, currency: $0.amount.currency.code,
                    entries: $0.entries)
            }, findings: report.findings)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
