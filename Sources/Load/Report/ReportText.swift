import Foundation

extension LoadReport {
    /// The report as a JSON document.
    package var json: String {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    /// Whether somebody got nothing of the other side.
    package var hasSilentCallers: Bool { callersWithoutMedia > 0 }

    /// The report for a terminal: the figures of all rooms, and what went wrong in the first few.
    package var words: String {
        var lines = [
            row(
                "rooms",
                "\(completeRooms) of \(load.rooms) complete, \(Figure.text(load.seconds, digits: 1)) s measured"),
            row("media", media),
            row("set-up", spread(setUp.media, "ms to the first media packet")),
            row("", spread(setUp.complete, "ms until both callers have everything")),
            row(
                "packets",
                "\(packets.sent) sent, \(packets.received) received, \(packets.lost) lost (\(percent(packets.lossShare))), "
                    + "\(packets.duplicated) duplicated, \(packets.reordered) reordered, "
                    + "\(Figure.text(packets.receivedPerSecond, digits: 0))/s"),
            row("latency", spread(latency.all, "ms from caller to caller", digits: 2)),
        ]
        if let score {
            lines.append(
                row(
                    "score",
                    "worst \(Figure.text(score.worst, digits: 1)), 5 % of the rooms at most "
                        + "\(Figure.text(score.p5, digits: 1)), half \(Figure.text(score.p50, digits: 1))"))
        }
        if let server {
            let each = server.cpuMicrosecondsPerPacket.map { ", \(Figure.text($0, digits: 1)) us a packet" } ?? ""
            lines.append(
                row(
                    "server",
                    "\(Figure.text(server.cpuPercent, digits: 0)) % of a core\(each), "
                        + "\(megabytes(Double(server.memoryBytes))) MB, "
                        + "\(Figure.text(server.memoryBytesPerRoom / 1e6, digits: 2)) MB a room"))
        }
        if let relay {
            lines.append(
                row(
                    "relay",
                    "\(Figure.text(relay.lostInside, digits: 0)) lost inside, "
                        + "\(Figure.text(relay.lostBefore, digits: 0)) on the way to it, "
                        + "\(Figure.text(relay.lostAfter, digits: 0)) on the way from it; forwarded within "
                        + "\(relay.forwardLatencyP50.map { Figure.text($0, digits: 2) } ?? "-") ms (p50), "
                        + "\(relay.forwardLatencyP99.map { Figure.text($0, digits: 2) } ?? "-") ms (p99)"))
        }
        lines.append(
            row(
                "this tool",
                "\(Figure.text(tool.cpuPercent, digits: 0)) % of a core, frames late by at most "
                    + "\(tool.latenessP99.map { Figure.text($0, digits: 2) } ?? "-") ms (p99), \(tool.unsent) not sent")
        )
        let failed = rooms.filter { $0.failure != nil }
        for room in failed.prefix(5) { lines.append(row("failed", "room \(room.room): \(room.failure ?? "")")) }
        if failed.count > 5 { lines.append(row("", "and \(failed.count - 5) more")) }
        return lines.joined(separator: "\n")
    }

    private var media: String {
        let voice = "Opus \(Figure.text(load.audioBitrate / 1000, digits: 0)) kbit/s"
        guard let bitrate = load.videoBitrate, let size = load.videoSize else { return voice }
        return "\(voice), VP8 \(size) \(Figure.text(bitrate / 1000, digits: 0)) kbit/s, each way"
    }

    private func row(_ name: String, _ text: String) -> String {
        name + String(repeating: " ", count: max(1, 11 - name.count)) + text
    }

    private func spread(_ spread: Spread?, _ what: String, digits: Int = 0) -> String {
        guard let spread else { return "-" }
        return "p50 \(Figure.text(spread.p50, digits: digits))  p95 \(Figure.text(spread.p95, digits: digits))  "
            + "p99 \(Figure.text(spread.p99, digits: digits))  max \(Figure.text(spread.max, digits: digits)) \(what)"
    }

    private func percent(_ share: Double) -> String { Figure.text(100 * share, digits: 3) + " %" }
    private func megabytes(_ bytes: Double) -> String { Figure.text(bytes / 1e6, digits: 0) }
}
