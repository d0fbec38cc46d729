extension Settings {
    /// A YAML file's name and text.
    public struct File: Sendable {
        /// Its path, for messages.
        public let path: String
        /// What it says.
        public let text: String

        /// A file that has been read.
        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    /// Brings all sources together: flags over environment over file over defaults.
    ///
    /// Every value that was given is checked, also one that a stronger source overrides, and everything that is wrong is
    /// reported at once.
    ///
    /// - Parameters:
    ///   - flags: the command line's words, without those that belong to the command itself.
    ///   - machine: what defaults depend on.
    ///   - readFile: reads a secret's file (`NAME_FILE`).
    public static func resolve(
        flags: [String], environment: [String: String], file: File?, machine: Machine,
        readFile: (String) throws -> String
    ) -> Result<Settings, SettingProblems> {
        var resolution = Resolution(machine: machine)
        let words = readFlags(flags)
        let yaml = file.map { readYAML($0.text, path: $0.path) }
        resolution.problems += words.problems + (yaml?.problems ?? [])
        // From the weakest source to the strongest: each overrides what came before.
        for source in [yaml?.settings ?? [], readEnvironment(environment), words.settings] {
            resolution.take(source, readFile: readFile)
        }
        return resolution.finish()
    }
}

/// The work of bringing sources together.
private struct Resolution {
    let machine: Machine
    let known: [String: any AnySetting]
    var problems: [SettingProblem] = []
    var given: [String: (value: String, raw: RawSetting)] = [:]
    var unused: Set<String> = []

    init(machine: Machine) {
        self.machine = machine
        known = Dictionary(SettingTable.standard.all.map { ($0.name, $0) }) { first, _ in first }
    }

    /// Takes one source's values.
    mutating func take(_ source: [RawSetting], readFile: (String) throws -> String) {
        var seen: [String: String] = [:]
        for raw in source {
            guard let (setting, isFile) = setting(for: raw) else { continue }
            if let before = seen.updateValue(raw.key, forKey: setting.name) {
                problem("\(raw.place): set twice, as \(before) too: leave one out")
                continue
            }
            guard let value = isFile ? secret(raw, readFile) : raw.value else { continue }
            if setting.settle(value, machine: machine) == nil {
                let shown = value.isEmpty ? "nothing" : setting.isSecret ? "a value" : "'\(value)'"
                problem("\(raw.place): expected \(setting.expectation), got \(shown)")
            } else {
                given[setting.name] = (value, raw)
            }
        }
    }

    /// Every setting with what was given for it, or all problems.
    func finish() -> Result<Settings, SettingProblems> {
        var problems = problems
        var entries: [Settings.Entry] = []
        for setting in SettingTable.standard.all {
            let found = given[setting.name]
            guard let settled = setting.settle(found?.value, machine: machine) else {
                problems.append(SettingProblem(.configuration, "\(setting.name): no value, and none can be found here"))
                continue
            }
            entries.append(
                Settings.Entry(
                    setting: setting, text: settled.text, source: found?.raw.source ?? .standard,
                    key: found?.raw.key ?? setting.key, settled: settled))
        }
        if problems.isEmpty {
            let settings = Settings(entries: entries, unused: unused.sorted())
            problems = settings.contradictions().map { SettingProblem(.configuration, $0) }
            if problems.isEmpty { return .success(settings) }
        }
        return .failure(SettingProblems(problems))
    }

    /// The setting that a source's key names, and whether it names the file that holds the value.
    private mutating func setting(for raw: RawSetting) -> (setting: any AnySetting, isFile: Bool)? {
        if let setting = known[raw.name] { return (setting, false) }
        if raw.name.hasSuffix("_FILE"), let setting = known[String(raw.name.dropLast(5))], setting.isSecret {
            return (setting, true)
        }
        if SettingTable.reserved.contains(raw.name) {
            unused.insert(raw.key)
            return nil
        }
        let names = known.values.flatMap { $0.isSecret ? [$0.name, $0.name + "_FILE"] : [$0.name] }
        let near = nearestName(to: raw.name, among: names.sorted()).map { ": did you mean \(spelling($0, for: raw))?" }
        problems.append(
            SettingProblem(
                raw.source == .flag ? .usage : .configuration, "\(raw.place): no such setting" + (near ?? "")))
        return nil
    }

    private mutating func secret(_ raw: RawSetting, _ readFile: (String) throws -> String) -> String? {
        do {
            let text = try readFile(raw.value)
            // An editor ends a file with a line feed that is no part of a secret.
            return String(text.reversed().drop { $0.isNewline }.reversed())
        } catch {
            problem("\(raw.place): cannot read '\(raw.value)': \(error)")
            return nil
        }
    }

    private mutating func problem(_ words: String) {
        problems.append(SettingProblem(.configuration, words))
    }

    /// A name in the spelling of the source that got it wrong.
    private func spelling(_ name: String, for raw: RawSetting) -> String {
        switch raw.source {
        case .flag: "--" + settingKey(name)
        case .environment, .standard: name
        case .file: settingKey(name)
        }
    }
}

extension Settings {
    /// What is well-formed each for itself, but does not go together.
    func contradictions() -> [String] {
        var found: [String] = []
        if (self.tlsCertificate == nil) != (self.tlsKey == nil) {
            found.append("CONSULT_TLS_CERT and CONSULT_TLS_KEY: expected both or neither")
        }
        if !self.turnServers.isEmpty, self.turnSecret == nil {
            found.append("CONSULT_TURN_URLS: expected CONSULT_TURN_SECRET too, from which credentials are made")
        }
        return found
    }
}
