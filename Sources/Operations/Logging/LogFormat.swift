/// How a log line looks.
public enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, label, message, `key=value`.
    case text
    /// For machines: one JSON object per line.
    case json
}
