extension Settings {
    /// The effective settings as a YAML file could hold them, each with where it came from. Secrets are hidden.
    public func report() -> String {
        let width = entries.map(\.setting.key.count).max() ?? 0
        var lines = ["# Settings in effect, and where each came from. Secrets are hidden."]
        for entry in entries {
            let value =
                switch entry.text {
                case nil: "# \(entry.setting.key): not set (\(entry.setting.fallbackText))"
                case .some where entry.setting.isSecret: "\(entry.setting.key): \"***\""
                case .some(let text): "\(entry.setting.key): \(quoted(text))"
                }
            let padding = String(repeating: " ", count: max(1, width + 26 - value.count))
            lines.append(entry.text == nil ? value : value + padding + "# " + entry.origin)
        }
        if !unused.isEmpty { lines.append("# known, but not used by this build: " + unused.joined(separator: ", ")) }
        return lines.joined(separator: "\n")
    }

    private func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
        if isPlain, !text.isEmpty { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }
}

extension Settings.Entry {
    /// Where the value came from, in words.
    var origin: String {
        switch source {
        case .flag: "flag \(key)"
        case .environment: "environment \(key)"
        case .file(let path, let line): "\(path):\(line)"
        case .standard: "default"
        }
    }
}

extension SettingTable {
    /// Every flag with its meaning and default, for a command's help.
    public var help: String {
        all.map { setting in
            let secret = setting.isSecret ? " (or \(setting.flag)-file)" : ""
            return "  \(setting.flag) <value>\(secret)\n        \(setting.summary) Default: \(setting.fallbackText)."
        }.joined(separator: "\n")
    }
}
