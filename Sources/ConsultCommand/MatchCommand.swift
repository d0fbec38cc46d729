import ArgumentParser
import Database
import Embedding
import Foundation
import Logging
import Matching
import Operations

/// `match evaluate`: how good matching is.
struct MatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Measure how questions are matched with consultants.",
        subcommands: [Evaluate.self])

    /// Ranks a labelled set, or replays what requests came to.
    struct Evaluate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "evaluate", abstract: "Say how good the ranking is, beside a plain one.",
            discussion: """
                With --data, questions with the consultants who should be found: precision at 3 and mean reciprocal rank of the \
                engine and of PostgreSQL's ts_rank_cd. Without it, everything that requests came to in CONSULT_DATABASE_URL, \
                or in the data folder's private PostgreSQL: how well the learnt model and the fixed score foretold it.
                """)

        @Option(help: ArgumentHelp("Labelled questions, as JSON.", valueName: "file"))
        var data: String?
        @Flag(help: "Print JSON.")
        var json = false
        @Flag(help: "Also print the first three of each question, with reasons.")
        var verbose = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            let settings = try options.settings()
            do {
                if let data {
                    try await rank(data, settings)
                } else {
                    try await replay(settings)
                }
            } catch let error as ExitCode {
                throw error
            } catch {
                printError("consult: \(error)")
                throw ExitCode.failure
            }
        }
    }
}

// MARK: A labelled set

extension MatchCommand.Evaluate {
    private func rank(_ path: String, _ settings: Settings) async throws {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            printError("consult: cannot read \(path)")
            throw ExitCode.failure
        }
        let set: LabelledSet
        do {
            set = try LabelledSet(json: Array(bytes))
        } catch {
            printError("consult: \(path): \(error)")
            throw ExitCode.failure
        }
        let model = try settings.modelFolder.map { try SentenceModel(folder: $0) }
        if model == nil { printError("consult: no sentence-embedding model: matching by words alone") }
        let found = RankingEvaluation.engine(set, model: model)
        let rankings = found.mapValues { $0.map(\.id) }
        let baseline = try await withDatabase(settings) { try await RankingEvaluation.baseline(set, on: $0) }
        let report = Report(
            engine: RankingFigures(rankings, of: set), baseline: RankingFigures(baseline, of: set), rankings: rankings)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(report), as: UTF8.self))
        } else {
            if verbose { tell(found, of: set) }
            print("            precision@3   MRR     nobody fits: nobody found")
            for (name, figures) in [("engine", report.engine), ("ts_rank_cd", report.baseline)] {
                print(
                    String(
                        format: "%@%.3f         %.3f   %d of %d",
                        name.padding(toLength: 12, withPad: " ", startingAt: 0),
                        figures.precisionAt3, figures.mrr, figures.nobody.empty, figures.nobody.questions))
            }
        }
    }

    private struct Report: Encodable {
        let engine: RankingFigures
        let baseline: RankingFigures
        let rankings: [String: [String]]
    }

    private func tell(_ found: [String: [RankingEvaluation.Found]], of set: LabelledSet) {
        for question in set.questions {
            print("\(question.id) \(question.title)")
            let first = found[question.id, default: []].prefix(3)
            if first.isEmpty { print("    nobody fits") }
            for candidate in first {
                let mark = question.relevant.contains(candidate.id) ? "+" : "-"
                let reasons = candidate.reasons.joined(separator: "; ")
                print(String(format: "  %@ %@ %.2f  %@", mark, candidate.id, candidate.relevance, reasons))
            }
        }
    }

    /// The configured database, or one that lives as long as this.
    private func withDatabase<Value: Sendable>(
        _ settings: Settings, _ body: (DatabasePool) async throws -> Value
    ) async throws -> Value {
        let logger = Logger(label: "consult") { _ in SwiftLogNoOpLogHandler() }
        if let url = settings.databaseURL {
            let pool = DatabasePool(try DatabaseConfiguration(url: url), logger: logger)
            do {
                let value = try await body(pool)
                await pool.close()
                return value
            } catch {
                await pool.close()
                throw error
            }
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consult-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let cluster = try await PrivateCluster.start(.init(folder: folder.path), logger: logger)
        let pool = DatabasePool(try DatabaseConfiguration(url: cluster.url), logger: logger)
        let result: Result<Value, any Error>
        do { result = .success(try await body(pool)) } catch { result = .failure(error) }
        await pool.close()
        try await cluster.stop()
        return try result.get()
    }
}

// MARK: What requests came to

extension MatchCommand.Evaluate {
    private func replay(_ settings: Settings) async throws {
        let logger = Logger(label: "consult") { _ in SwiftLogNoOpLogHandler() }
        let store = try await DataStore.open(settings, embedded: true, logger: logger)
        let history: [Replay.Entry]
        do {
            history = try await Learner.history(on: store.pool)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        let report = Replay.evaluate(history).report
        print(json ? try report.json() : report.description)
    }
}
