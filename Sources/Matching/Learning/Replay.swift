public import Database
internal import FoundationEssentials
public import Identifiers

/// Learns a history of outcomes again from the beginning, and says how the learnt model and the static score did on it.
public enum Replay {
    /// An offer and what it came to.
    public struct Entry: Sendable, Hashable {
        /// As they were when the consultant was asked.
        public let features: MatchFeatures
        /// Who was asked.
        public let consultant: UserID
        /// What it came to.
        public let outcome: MatchOutcome
        /// When that was known.
        public let time: Timestamp

        /// An entry of the history.
        public init(features: MatchFeatures, consultant: UserID, outcome: MatchOutcome, at time: Timestamp) {
            self.features = features
            self.consultant = consultant
            self.outcome = outcome
            self.time = time
        }
    }

    /// How well something predicted.
    public struct Figures: Sendable, Codable, Hashable {
        /// Mean surprise in nats, lower is better; 0.693 is a coin.
        public let logLoss: Double
        /// How often a good session was ranked before a bad offer; 0.5 is chance.
        public let auc: Double
    }

    /// What a replay came to.
    public struct Report: Sendable, Codable, Hashable {
        /// Entries of the history.
        public let outcomes: Int
        /// Those that teach something: all but the cancelled.
        public let learnt: Int
        /// Good sessions among them.
        public let good: Int
        /// The static score, read as a probability by a line that learns along.
        public let `static`: Figures
        /// The learnt model, each outcome predicted before it was learnt.
        public let learned: Figures
        /// Whether the model counts at the end.
        public let learnedIsUsed: Bool
        /// How much it counts, 0 to 0.8.
        public let weight: Double
        /// What it says, the most influential first.
        public let weights: [OutcomeModel.Weight]
    }

    /// Learns the history in the order of its times.
    ///
    /// - Returns: the report, and the learner as it is after the last outcome.
    public static func evaluate(_ history: [Entry]) -> (report: Report, learner: MatchLearner) {
        var learner = MatchLearner()
        var trials: [ModelGuard.Trial] = []
        for entry in history.sorted(by: { $0.time < $1.time }) {
            let trial = learner.trial(
                entry.features, consultant: entry.consultant, outcome: entry.outcome, at: entry.time)
            if let trial { trials.append(trial) }
        }
        let report = Report(
            outcomes: history.count, learnt: trials.count, good: trials.count { $0.isGood },
            static: figures(trials, ranked: \.score, predicted: \.calibrated),
            learned: figures(trials, ranked: \.learned, predicted: \.learned),
            learnedIsUsed: learner.modelGuard.usesModel, weight: learner.modelGuard.weight,
            weights: learner.model.explanation)
        return (report, learner)
    }

    private static func figures(
        _ trials: [ModelGuard.Trial], ranked: (ModelGuard.Trial) -> Double, predicted: (ModelGuard.Trial) -> Double
    ) -> Figures {
        let loss = trials.reduce(0) { $0 + Evaluation.loss(predicted($1), $1.target) }
        return Figures(
            logLoss: trials.isEmpty ? 0 : loss / Double(trials.count),
            auc: Evaluation.auc(trials.map { (ranked($0), $0.isGood) }))
    }
}

extension Replay.Report: CustomStringConvertible {
    /// A few lines for a terminal.
    public var description: String {
        var lines = [
            "\(outcomes) outcomes, \(learnt) to learn from, \(good) of them good sessions",
            "            log loss    AUC",
            "static      \(fixed(`static`.logLoss, 4))      \(fixed(`static`.auc, 3))",
            "learned     \(fixed(learned.logLoss, 4))      \(fixed(learned.auc, 3))",
            learnedIsUsed
                ? "the learned model is used, with weight \(fixed(weight, 1))"
                : "the static score is used: the learned model has not proven better",
            "what counts (weight ± uncertainty, influence)",
        ]
        for weight in weights {
            let name = weight.name.padding(to: 12)
            let value = (fixed(weight.weight, 2) + " ± " + fixed(weight.uncertainty, 2)).padding(to: 14)
            lines.append("  \(name)\(value)\(fixed(weight.influence, 2))  \(weight.meaning)")
        }
        return lines.joined(separator: "\n")
    }

    /// The same as JSON.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 1))
    }
}

/// With so many places after the point.
private func fixed(_ value: Double, _ places: Int) -> String {
    let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
    let digits = String(Int((value.magnitude * scale).rounded().bounded(0...1e15)))
    let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
    return (value < 0 ? "-" : "") + padded.dropLast(places) + (places > 0 ? "." : "") + padded.suffix(places)
}
