import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import RTP
import Transport

/// A load from its first connection to its report: the clip, the threads of callers, a visit to each room, the time that counts.
package struct LoadRun: Sendable {
    private let plan: LoadPlan
    private let stopping = EndSignal()

    /// Ports of the callers' media; apart from those that a relay on the same machine takes unless told otherwise.
    private static let ports: ClosedRange<UInt16> = 50000...64999
    /// How long after the last room was begun all must be there, in seconds.
    private static let setUpPatience = 20.0

    /// A load of a plan.
    package init(_ plan: LoadPlan) { self.plan = plan }

    /// Ends the load before its time: everybody leaves, and the report is of what was measured until then.
    package func stop() { stopping.give() }

    /// Makes the load.
    ///
    /// - Parameter tell: told a few times in a second how far it is.
    /// - Throws: `LoadError` where it cannot be made at all. That callers fail is no error but part of the report.
    package func run(_ tell: @escaping @Sendable (LoadProgress) -> Void) async throws(LoadError) -> LoadReport {
        do {
            return try await load(tell)
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError("\(error)")
        }
    }

    private func load(_ tell: @escaping @Sendable (LoadProgress) -> Void) async throws -> LoadReport {
        var gauge = Gauge(plan: plan)
        try await gauge.readIdle()
        tell(progress(.preparing, 0, LoadTotals(), failed: 0))
        let clip = try MediaClip.make(video: plan.video)
        let tls = plan.server.isSecure ? try tlsContext() : nil
        let addresses =
            plan.addresses.isEmpty
            ? [try LocalAddress.towards(plan.server.host, port: plan.server.port)] : plan.addresses
        let certificate = try Certificate()
        let configuration = TransportConfiguration(addresses: addresses, ports: Self.ports)
        let loops = try (0..<max(1, plan.threads)).map {
            try CallerLoop(index: $0, certificate: certificate, configuration: configuration, clip: clip)
        }
        for loop in loops { try loop.start() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let around = VisitSurroundings(
            server: plan.server, tls: tls, group: group, board: RoomBoard(), end: EndSignal())
        let result = await withDiscardingTaskGroup { visits -> Result<LoadReport, any Error> in
            let start = ContinuousClock.now
            for (number, tokens) in plan.rooms.enumerated() {
                let visit = RoomVisit(
                    number: number, tokens: tokens, loop: loops[number % loops.count], around: around)
                let begin = start + .seconds(Double(number) / plan.ramp)
                visits.addTask {
                    if await around.isStillOn(at: begin) { await visit.run() }
                }
            }
            let result: Result<LoadReport, any Error>
            do {
                result = .success(try await measure(loops, clip, around.board, &gauge, tell))
            } catch {
                result = .failure(error)
            }
            around.end.give()
            return result
        }
        for loop in loops { await loop.shutdown() }
        try await group.shutdownGracefully()
        return try result.get()
    }

    private func tlsContext() throws(LoadError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = plan.certificates { configuration.trustRoots = .file(file) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw LoadError("\(plan.certificates ?? "the system's certificates"): cannot be read: \(error)")
        }
    }

    // MARK: Measuring

    private func measure(
        _ loops: [CallerLoop], _ clip: MediaClip, _ board: RoomBoard, _ gauge: inout Gauge,
        _ tell: (LoadProgress) -> Void
    ) async throws -> LoadReport {
        let patience = Double(plan.rooms.count) / plan.ramp + Self.setUpPatience
        let arrived = try await watch(loops, board, .settingUp, seconds: patience, tell) { totals in
            totals.ready >= 2 * (plan.rooms.count - board.noted.count)
        }
        guard !stopping.isGiven else { throw LoadError("stopped before anything was measured") }
        // Nothing is under way when the counters of both sides are read, so that they agree to the packet.
        for loop in loops { _ = await loop.pause() }
        try await Task.sleep(for: gauge.rest)
        try await gauge.readBegin()
        let begin = MonotonicInstant.now()
        for loop in loops {
            await loop.count(from: begin)
            await loop.resume()
        }
        // Where nobody came there is nothing to wait for.
        if arrived.ready > 0 {
            _ = try await watch(loops, board, .measuring, seconds: Double(plan.duration), tell) { _ in false }
        }
        var end = begin
        for loop in loops { end = max(end, await loop.pause()) }
        try gauge.readEnd()
        try await Task.sleep(for: gauge.rest)
        try await gauge.readRest()
        var results: [CallerResult] = []
        for loop in loops { results += await loop.results() }
        return LoadReport(
            plan: plan, clip: clip, seconds: Double(end.since(begin)) / 1e9, callers: results, failures: board.noted,
            gauge: gauge)
    }

    /// Tells how it goes until the time is up or `isDone`.
    ///
    /// - Returns: how it stands then.
    private func watch(
        _ loops: [CallerLoop], _ board: RoomBoard, _ phase: LoadProgress.Phase, seconds: Double,
        _ tell: (LoadProgress) -> Void, until isDone: (LoadTotals) -> Bool
    ) async throws -> LoadTotals {
        let clock = ContinuousClock()
        let start = clock.now
        let end = start + .seconds(seconds)
        var last = (totals: LoadTotals(), at: start, usage: try plan.serverProcess.map(ProcessUsage.init(of:)))
        while clock.now < end {
            try await clock.sleep(until: min(end, clock.now + .milliseconds(500)))
            var totals = LoadTotals()
            for loop in loops { totals.add(await loop.totals()) }
            let now = clock.now
            let elapsed = max((now - last.at) / .seconds(1), 0.001)
            var progress = progress(phase, (now - start) / .seconds(1), totals, failed: board.noted.count)
            progress.packetsPerSecond = Double(totals.received &- last.totals.received) / elapsed
            progress.missing = Int(totals.missing &- last.totals.missing)
            progress.latency = totals.latency.since(last.totals.latency).quantile(0.99).map { Double($0) / 1e6 }
            let usage = try plan.serverProcess.map(ProcessUsage.init(of:))
            if let usage, let before = last.usage {
                progress.serverPercent = 100 * (usage.processorSeconds - before.processorSeconds) / elapsed
            }
            tell(progress)
            last = (totals, now, usage)
            if isDone(totals) || stopping.isGiven { break }
        }
        return last.totals
    }

    private func progress(
        _ phase: LoadProgress.Phase, _ seconds: Double, _ totals: LoadTotals, failed: Int
    ) -> LoadProgress {
        LoadProgress(
            phase: phase, seconds: seconds, ready: totals.ready, callers: 2 * plan.rooms.count, failed: failed,
            packetsPerSecond: 0, missing: 0, latency: nil, serverPercent: nil)
    }
}

/// Reads what the server and this process use, at the moments that matter.
struct Gauge: Sendable {
    /// The server without callers, where its process is known.
    private(set) var idle: ProcessUsage?
    /// The server when the time that counts began and ended.
    private(set) var server: (begin: ProcessUsage, end: ProcessUsage)?
    /// This process likewise.
    private(set) var ours: (begin: ProcessUsage, end: ProcessUsage)?
    /// What the metrics page counted in between, read at rest.
    private(set) var metrics: MetricsPage?

    private let process: Int32?
    private let page: String?
    private var first: (server: ProcessUsage?, ours: ProcessUsage, page: MetricsPage?)?

    init(plan: LoadPlan) {
        process = plan.serverProcess
        page = plan.metrics
    }

    /// How long nothing is sent before counters are read: until what is under way has arrived, and where the relay's count of lost
    /// packets is read, until its next report (each second).
    var rest: Duration { page == nil ? .milliseconds(300) : .milliseconds(1300) }

    mutating func readIdle() async throws {
        idle = try process.map(ProcessUsage.init(of:))
        if let page { _ = try await MetricsPage.fetch(page) }
    }

    mutating func readBegin() async throws {
        let counted = page == nil ? nil : try await fetch()
        first = (try process.map(ProcessUsage.init(of:)), try ProcessUsage(of: getpid()), counted)
    }

    mutating func readEnd() throws {
        guard let first else { return }
        ours = (first.ours, try ProcessUsage(of: getpid()))
        if let process, let begin = first.server { server = (begin, try ProcessUsage(of: process)) }
    }

    mutating func readRest() async throws {
        guard let before = first?.page, let now = try await fetch() else { return }
        metrics = now.since(before)
    }

    private func fetch() async throws -> MetricsPage? {
        guard let page else { return nil }
        return try await MetricsPage.fetch(page)
    }
}
