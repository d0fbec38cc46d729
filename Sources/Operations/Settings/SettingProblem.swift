/// One thing that is wrong with the settings, in words for whoever has to mend it.
public struct SettingProblem: Sendable, Equatable, CustomStringConvertible {
    /// Whether it is the command line that is malformed, or the configuration.
    public enum Kind: Sendable {
        /// A flag that does not exist, or a word that belongs to none.
        case usage
        /// A value or key that cannot be honoured.
        case configuration
    }

    /// Whether it is the command line that is malformed, or the configuration.
    public let kind: Kind
    /// Where, what, and what was expected instead.
    public let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// Everything that is wrong with the settings, found in one go.
public struct SettingProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    public let problems: [SettingProblem]

    /// Problems to report together.
    public init(_ problems: [SettingProblem]) {
        self.problems = problems
    }

    /// The settings file itself could not be read.
    public static func unreadable(_ path: String, _ reason: String) -> SettingProblems {
        SettingProblems([SettingProblem(.configuration, "--config: cannot read '\(path)': \(reason)")])
    }

    /// Whether only the command line's words are wrong, nothing that is configured.
    public var isUsageOnly: Bool { problems.allSatisfy { $0.kind == .usage } }

    /// One line each.
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// The known name nearest to `name`, where one is near enough to be what was meant.
func nearestName(to name: String, among known: [String]) -> String? {
    let near = known.map { (name: $0, distance: editDistance(name, $0)) }.min { $0.distance < $1.distance }
    guard let near, near.distance <= max(2, near.name.count / 4) else { return nil }
    return near.name
}

/// How many letters must be put in, taken out, exchanged or swapped with their neighbour to turn `a` into `b`.
func editDistance(_ a: String, _ b: String) -> Int {
    // A stranger's environment may hold anything; names of ours are short.
    let a = Array(a.utf8.prefix(100))
    let b = Array(b.utf8.prefix(100))
    var before: [Int] = []
    var previous = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
            row.append(cost)
        }
        (before, previous) = (previous, row)
    }
    return previous[b.count]
}
