import ArgumentParser
import Billing
import Database
import Foundation
import Logging
import Money
import Operations
import Payments
import Synchronization

/// `ledger check`.
struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Prove the books.", subcommands: [Check.self])

    /// Examines the ledger, and compares it with Stripe.
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say whether the ledger is in balance, and agrees with the payments and with Stripe.",
            discussion: """
                Exit code 0: in order, or repaired. Exit code 1: something was found that is not, or the database or Stripe \
                cannot be read.

                Works on CONSULT_DATABASE_URL, beside running servers too; without it on the data folder's private PostgreSQL, \
                while nothing else uses it. Stripe is asked where CONSULT_STRIPE_SECRET_KEY is set. What a repair asks of \
                Stripe is sent by a running server, or by the next one.

                """ + SettingOptions.discussion)

        @Flag(help: "Print a JSON document.")
        var json = false
        @Flag(help: "Examine the ledger alone, without asking Stripe.")
        var booksOnly = false
        @Flag(help: "Take in what Stripe is provably ahead with.")
        var repair = false
        @Option(help: "Compare what was made since then, such as 2026-11-20T00:00:00Z. Without it, everything.")
        var since: String?
        @OptionGroup var options: SettingOptions

        func validate() throws {
            if let since, Timestamp(since) == nil {
                throw ValidationError("'\(since)' is no moment such as 2026-11-20T00:00:00Z.")
            }
            if booksOnly, repair || since != nil {
                throw ValidationError("--books-only asks Stripe nothing: there is nothing to repair, and no --since.")
            }
        }

        func run() async throws {
            let settings = try options.settings()
            bootstrapLogging(level: max(settings.logLevel, .warning), format: settings.logFormat)
            let examined: LedgerExamination
            do {
                examined = try await examine(settings)
            } catch {
                printError("consult: \(error)")
                throw ExitCode.failure
            }
            print(json ? try LedgerReportText.json(examined) : LedgerReportText.words(examined))
            if !examined.isInOrder { throw ExitCode.failure }
        }

        private func examine(_ settings: Settings) async throws -> LedgerExamination {
            // What is logged of a finding is printed below.
            let logger = Logger(label: "consult") { _ in SwiftLogNoOpLogHandler() }
            let store = try await DataStore.open(settings, embedded: true, logger: Logger(label: "consult"))
            let result: Result<LedgerExamination, any Error>
            do {
                let compared = try await compare(settings, store, logger)
                result = .success(
                    LedgerExamination(
                        books: try await Ledger.check(on: store.pool), stripe: compared.report, unasked: compared.reason
                    ))
            } catch {
                result = .failure(error)
            }
            await store.close()
            return try result.get()
        }

        /// Before the books are examined, so that they are examined as they are afterwards.
        private func compare(
            _ settings: Settings, _ store: DataStore, _ logger: Logger
        ) async throws -> (report: ReconciliationReport?, reason: String?) {
            if booksOnly { return (nil, "not asked for") }
            guard settings.stripeSecretKey != nil else { return (nil, "CONSULT_STRIPE_SECRET_KEY is not set") }
            try await store.requireMigrated(settings)
            let parts = try PaymentParts(settings: settings, embedded: false, logger: logger)
            let box = Mutex<ReconciliationReport?>(nil)
            try await parts.whileRunning(logger: logger) { [since, repair] processor in
                let reconciler = Reconciler(
                    pool: store.pool, store: .withRecords(isSimulated: processor.isSimulated),
                    accounts: PaymentAccounts(
                        pool: store.pool, processor: processor, clientURL: settings.address(port: settings.httpPort),
                        logger: logger), processor: processor, logger: logger)
                let report = try await ReconcilerRuns(reconciler).run(
                    .command, since: since.flatMap { Timestamp($0) }, repairs: repair)
                box.withLock { $0 = report }
            }
            guard let report = box.withLock({ $0 }) else { throw RunsElsewhere() }
            return (report, nil)
        }

        private struct RunsElsewhere: Error, CustomStringConvertible {
            var description: String { "another process is comparing with Stripe right now: try again later" }
        }
    }
}

/// What was examined.
private struct LedgerExamination: Sendable {
    let books: LedgerReport
    /// nil: Stripe was not asked.
    let stripe: ReconciliationReport?
    /// Why not.
    let unasked: String?

    var isInOrder: Bool { books.isInOrder && stripe?.isInOrder ?? true }
}

/// How a report is printed.
private enum LedgerReportText {
    static func words(_ examined: LedgerExamination) -> String {
        let report = examined.books
        var lines = ["\(report.transactions) transactions"]
        for balance in report.balances {
            let name = balance.kind.rawValue.padding(toLength: 20, withPad: " ", startingAt: 0)
            lines.append("  \(name) \(balance.amount), \(balance.entries) entries")
        }
        for finding in report.findings { lines.append("\(finding.rule): \(finding.subject): \(finding.words)") }
        if let stripe = examined.stripe {
            lines.append("Stripe: \(stripe.payments) payments, \(stripe.payouts) payouts")
            for finding in stripe.findings {
                let end = finding.isRepaired ? " (repaired)" : finding.repair == nil ? "" : " (--repair takes it in)"
                lines.append("\(finding.rule.rawValue): \(finding.subject): \(finding.words)\(end)")
            }
        }
        if let reason = examined.unasked { lines.append("Stripe: not compared, \(reason)") }
        let left = report.findings.count + (examined.stripe.map { $0.found - $0.repaired } ?? 0)
        lines.append(examined.isInOrder ? "in order" : "\(left) findings")
        return lines.joined(separator: "\n")
    }

    private struct Document: Encodable {
        struct Balance: Encodable {
            let account: String
            let amount: Int64
            let currency: String
            let entries: Int
        }

        struct Stripe: Encodable {
            let compared: Bool
            let reason: String?
            let payments: Int
            let payouts: Int
            let found: Int
            let repaired: Int
            let findings: [ReconciliationFinding]
        }

        let inOrder: Bool
        let transactions: Int
        let balances: [Balance]
        let findings: [LedgerReport.Finding]
        let stripe: Stripe
    }

    static func json(_ examined: LedgerExamination) throws -> String {
        let (report, stripe) = (examined.books, examined.stripe)
        let document = Document(
            inOrder: examined.isInOrder, transactions: report.transactions,
            balances: report.balances.map {
                .init(
                    account: $0.kind.rawValue, amount: $0.amount.amount, currency: $0.amount.currency.code,
                    entries: $0.entries)
            }, findings: report.findings,
            stripe: .init(
                compared: stripe != nil, reason: examined.unasked, payments: stripe?.payments ?? 0,
                payouts: stripe?.payouts ?? 0, found: stripe?.found ?? 0, repaired: stripe?.repaired ?? 0,
                findings: stripe?.findings ?? []))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}
