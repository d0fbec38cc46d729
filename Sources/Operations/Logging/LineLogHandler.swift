public import Logging

/// Writes each event as one line, for people or for machines.
///
/// A line is written at once and whole; what a stranger put into a message cannot begin a second one.
public struct LineLogHandler: LogHandler {
    /// The least severe level that is written.
    public var logLevel: Logger.Level
    /// What every line carries.
    public var metadata: Logger.Metadata = [:]
    /// Adds what belongs to the moment.
    public var metadataProvider: Logger.MetadataProvider?
    private let label: String
    private let format: LogFormat
    private let now: @Sendable () -> WallTime
    private let write: @Sendable (String) -> Void

    /// A handler of `label`.
    ///
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - write: takes one line, its line feed included.
    public init(
        label: String, level: Logger.Level, format: LogFormat, metadataProvider: Logger.MetadataProvider? = nil,
        now: @escaping @Sendable () -> WallTime = { .now() },
        write: @escaping @Sendable (String) -> Void = writeToStandardError
    ) {
        self.label = label
        logLevel = level
        self.format = format
        self.metadataProvider = metadataProvider
        self.now = now
        self.write = write
    }

    /// Writes one event.
    public func log(event: LogEvent) {
        var merged = metadata
        if let provided = metadataProvider?.get() { merged.merge(provided) { _, new in new } }
        if let given = event.metadata { merged.merge(given) { _, new in new } }
        if let error = event.error { merged["error"] = "\(error)" }
        let fields = merged.sorted { $0.key < $1.key }
        switch format {
        case .text: write(textLine(event, fields))
        case .json: write(jsonLine(event, fields))
        }
    }

    /// One key of what every line carries.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    private func textLine(_ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
        let level = event.level.rawValue.uppercased().padding(to: 8)
        var line = "\(now().rfc3339) \(level) \(label): \(escapeControls(event.message.description))"
        for (key, value) in fields {
            let text = escapeControls(value.description)
            let isPlain = !text.isEmpty && !text.contains { $0 == " " || $0 == "\"" }
            line += " \(key)=" + (isPlain ? text : "\"" + text.replacing("\"", with: "\\\"") + "\"")
        }
        return line + "\n"
    }

    private func jsonLine(_ event: LogEvent, _ fields: [(key: String, value: Logger.MetadataValue)]) -> String {
        var line = "{\"time\":\"\(now().rfc3339)\",\"level\":\"\(event.level.rawValue)\",\"label\":"
        appendJSON(label, to: &line)
        line += ",\"message\":"
        appendJSON(event.message.description, to: &line)
        if !fields.isEmpty {
            line += ",\"metadata\":"
            appendJSON(.dictionary(Dictionary(fields.map { ($0.key, $0.value) }) { $1 }), to: &line)
        }
        return line + "}\n"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// The text with control characters made visible.
private func escapeControls(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
        if isControl(scalar) {
            result += "\\u{" + String(scalar.value, radix: 16) + "}"
        } else {
            result.unicodeScalars.append(scalar)
        }
    }
    return result
}

/// C0 and C1 controls, and Unicode's own line ends.
private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory == .control || scalar.value == 0x2028 || scalar.value == 0x2029
}

/// Appends a JSON string (RFC 8259 §7).
func appendJSON(_ text: String, to line: inout String) {
    line += "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": line += "\\\""
        case "\\": line += "\\\\"
        case "\n": line += "\\n"
        case "\r": line += "\\r"
        case "\t": line += "\\t"
        case _ where isControl(scalar):
            let digits = String(scalar.value, radix: 16)
            line += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: line.unicodeScalars.append(scalar)
        }
    }
    line += "\""
}

private func appendJSON(_ value: Logger.MetadataValue, to line: inout String) {
    switch value {
    case .string(let text): appendJSON(text, to: &line)
    case .stringConvertible(let convertible): appendJSON(convertible.description, to: &line)
    case .array(let values):
        line += "["
        for (index, element) in values.enumerated() {
            if index > 0 { line += "," }
            appendJSON(element, to: &line)
        }
        line += "]"
    case .dictionary(let fields):
        line += "{"
        for (index, field) in fields.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { line += "," }
            appendJSON(field.key, to: &line)
            line += ":"
            appendJSON(field.value, to: &line)
        }
        line += "}"
    }
}
