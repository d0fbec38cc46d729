import Foundation

/// What a process has used, from /proc (proc(5)).
package struct ProcessUsage: Sendable, Equatable {
    /// Processor time of all its threads, user and system, in seconds; to a hundredth.
    package let processorSeconds: Double
    /// Resident memory in bytes.
    package let residentBytes: UInt64

    /// What a process has used so far.
    ///
    /// - Throws: `LoadError` where there is no such process, or it may not be looked at.
    package init(of process: Int32) throws(LoadError) {
        guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let usage = ProcessUsage(
                stat: stat, ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageBytes: sysconf(Int32(_SC_PAGESIZE)))
        else { throw LoadError("there is no process \(process), or it may not be looked at") }
        self = usage
    }

    /// Reads the line of /proc/PID/stat; nil where it is none.
    package init?(stat: String, ticksPerSecond: Int, pageBytes: Int) {
        // The name stands in parentheses and may hold anything.
        guard let end = stat.lastIndex(of: ")"), ticksPerSecond > 0 else { return nil }
        let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace)
        // From the third field on: 14 is utime, 15 stime, 24 rss.
        guard fields.count > 21, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let pages = UInt64(fields[21])
        else { return nil }
        processorSeconds = Double(user &+ system) / Double(ticksPerSecond)
        residentBytes = pages &* UInt64(max(0, pageBytes))
    }
}
