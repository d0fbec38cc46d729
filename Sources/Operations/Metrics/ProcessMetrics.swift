import Foundation

/// What the system says about this process, under the names that every Prometheus client gives them.
public func processMetrics() -> [MetricFamily] {
    let status = (try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8)) ?? ""
    // Fields after the command's name, which is in brackets and may hold anything (proc(5)): the first is number 3.
    let fields = status.lastIndex(of: ")").map { status[status.index(after: $0)...].split(separator: " ") } ?? []
    func field(_ number: Int) -> Double { fields.count > number - 3 ? Double(fields[number - 3]) ?? 0 : 0 }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    let bootTime = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n")
        .first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count
    func family(_ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, kind, help: help, series: [.init(.number(value))])
    }
    return [
        family(
            "process_cpu_seconds_total", .counter, "Processor time used, user and system.",
            (field(14) + field(15)) / ticks),
        family(
            "process_resident_memory_bytes", .gauge, "Memory held in RAM.",
            field(24) * Double(sysconf(Int32(_SC_PAGESIZE)))),
        family("process_open_fds", .gauge, "Open file descriptors.", Double(open ?? 0)),
        family(
            "process_start_time_seconds", .gauge, "When the process started, in seconds since 1970.",
            (bootTime ?? 0) + field(22) / ticks),
    ]
}
