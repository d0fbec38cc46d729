import Yams

/// Where a value came from.
public enum SettingSource: Sendable, Equatable {
    /// A flag of the command line.
    case flag
    /// An environment variable.
    case environment
    /// A line of a YAML file.
    case file(String, line: Int)
    /// Nowhere: the default holds.
    case standard
}

/// A value as a source wrote it, under the name the source gave it.
struct RawSetting: Sendable {
    /// The environment variable's name that the key stands for.
    let name: String
    /// The key as written.
    let key: String
    let value: String
    let source: SettingSource

    /// Where it stands, for a message.
    var place: String {
        switch source {
        case .flag: "flag \(key)"
        case .environment: "environment variable \(key)"
        case .file(let path, let line): "\(path):\(line): \(key)"
        case .standard: "default of \(key)"
        }
    }
}

/// Reads `--name value` and `--name=value`.
func readFlags(_ arguments: [String]) -> (settings: [RawSetting], problems: [SettingProblem]) {
    var settings: [RawSetting] = []
    var problems: [SettingProblem] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
        guard word.hasPrefix("--"), word.count > 2 else {
            problems.append(SettingProblem(.usage, "'\(word)' belongs to no flag"))
            continue
        }
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let key = String(parts[0])
        let name = settingPrefix + String(key.dropFirst(2).map { $0 == "-" ? "_" : Character($0.uppercased()) })
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else if let next = rest.first, !next.hasPrefix("--") {
            value = next
            rest.removeFirst()
        } else {
            value = ""
        }
        settings.append(RawSetting(name: name, key: key, value: value, source: .flag))
    }
    return (settings, problems)
}

/// Reads every variable that carries our prefix. An empty one counts as not set: that is how compose files and unit
/// files leave a variable out.
func readEnvironment(_ environment: [String: String]) -> [RawSetting] {
    environment.filter { $0.key.hasPrefix(settingPrefix) && !$0.value.isEmpty }
        .sorted { $0.key < $1.key }
        .map { RawSetting(name: $0.key, key: $0.key, value: $0.value, source: .environment) }
}

/// Reads a YAML file: a mapping of keys to plain values or lists of them. Keys may be nested (`relay: {ports: …}`
/// is `relay-ports`), and written with `_` for `-` or in full (`CONSULT_RELAY_PORTS`).
func readYAML(_ text: String, path: String) -> (settings: [RawSetting], problems: [SettingProblem]) {
    do {
        guard let root = try Yams.compose(yaml: text) else { return ([], []) }
        guard case .mapping(let mapping) = root else {
            if case .scalar(let scalar) = root, scalar.string.isEmpty { return ([], []) }
            return ([], [SettingProblem(.configuration, "\(path): expected keys and values, like 'signal-port: 8081'")])
        }
        var reader = YAMLReader(path: path)
        reader.read(mapping, under: [])
        return (reader.settings, reader.problems)
    } catch {
        return ([], [SettingProblem(.configuration, "\(path): not readable as YAML: \(error)")])
    }
}

/// Walks a YAML mapping and collects its leaves.
private struct YAMLReader {
    let path: String
    var settings: [RawSetting] = []
    var problems: [SettingProblem] = []

    mutating func read(_ mapping: Node.Mapping, under parents: [String]) {
        for (keyNode, node) in mapping {
            let line = keyNode.mark?.line ?? 0
            guard case .scalar(let keyScalar) = keyNode, !keyScalar.string.isEmpty else {
                problems.append(SettingProblem(.configuration, "\(path):\(line): expected a plain key"))
                continue
            }
            let keys = parents + [keyScalar.string]
            switch node {
            case .mapping(let inner):
                read(inner, under: keys)
            case .scalar(let scalar):
                add(keys, scalar.string, line)
            case .sequence(let sequence):
                let values = sequence.compactMap { node -> String? in
                    if case .scalar(let scalar) = node { scalar.string } else { nil }
                }
                if values.count == sequence.count {
                    add(keys, values.joined(separator: ","), line)
                } else {
                    refuse(keys, line)
                }
            case .alias:
                refuse(keys, line)
            }
        }
    }

    private mutating func add(_ keys: [String], _ value: String, _ line: Int) {
        var name = keys.joined(separator: "_").uppercased().replacing("-", with: "_")
        if !name.hasPrefix(settingPrefix) { name = settingPrefix + name }
        settings.append(
            RawSetting(
                name: name, key: keys.joined(separator: "."), value: value, source: .file(path, line: line)))
    }

    private mutating func refuse(_ keys: [String], _ line: Int) {
        problems.append(
            SettingProblem(
                .configuration,
                "\(path):\(line): \(keys.joined(separator: ".")): expected a plain value or a list of them"))
    }
}
