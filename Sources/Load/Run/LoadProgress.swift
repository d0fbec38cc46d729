/// How far a load has come.
package struct LoadProgress: Sendable, Equatable {
    /// What is being done.
    package enum Phase: String, Sendable {
        /// The clip is being encoded.
        case preparing = "encoding the clip"
        /// Rooms are being set up.
        case settingUp = "setting up"
        /// The time that counts.
        case measuring
    }

    /// What is being done.
    package var phase: Phase
    /// Seconds since the phase began.
    package var seconds: Double
    /// Callers that get everything.
    package var ready: Int
    /// Callers that there shall be.
    package var callers: Int
    /// Rooms in which something went wrong.
    package var failed: Int
    /// Packets received in a second.
    package var packetsPerSecond: Double
    /// Packets missing since the last line.
    package var missing: Int
    /// Milliseconds from sending to receiving that 99 % of the packets since the last line took at most; nil where none came.
    package var latency: Double?
    /// The server's use of processors since the last line, in percent of one; nil where nobody knows its process.
    package var serverPercent: Double?

    /// The line that tells it.
    package var line: String {
        guard phase != .preparing else { return phase.rawValue }
        var words = [
            "\(phase.rawValue) \(Figure.text(seconds, digits: 0)) s", "\(ready)/\(callers) callers",
            "\(Figure.text(packetsPerSecond, digits: 0)) packets/s", "\(missing) missing",
        ]
        if failed > 0 { words.insert("\(failed) rooms failed", at: 2) }
        if let latency { words.append("p99 \(Figure.text(latency, digits: 2)) ms") }
        if let serverPercent { words.append("server \(Figure.text(serverPercent, digits: 0)) %") }
        return words.joined(separator: "  ")
    }
}

/// Numbers as text.
enum Figure {
    /// With so many digits after the point.
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % Int64(scale))
        return "\(sign)\(scaled / Int64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
    }
}
