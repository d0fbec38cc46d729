import ArgumentParser
import Foundation
import Identifiers
import Load
import Operations
import Tokens

/// Loads a server with synthetic callers.
struct LoadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load",
        abstract: "Load a server with synthetic callers, to see what a machine carries.",
        discussion: """
            Two callers for each room go through the real signaling, send real Opus and VP8 through the relay, and count \
            what arrives. Room tokens are minted with the key that 'consult token' signs with, unless a file has them. \
            The report is explained in docs/load.md. The exit code is 1 when somebody got no media.

            A server takes 64 connections from one address; set its CONSULT_CONNECTIONS_PER_ADDRESS=0 for the test.

            """ + SettingOptions.discussion)

    @Option(help: "Rooms, with two callers each.")
    var rooms: Int?

    @Option(help: "The server's WebSocket.")
    var url = "ws://127.0.0.1:8081/ws"

    @Option(help: "How long it is measured once all are there, like 30s or 2m.")
    var duration = "30s"

    @Option(help: "Rooms that are begun in a second.")
    var ramp = 10.0

    @Option(help: "Bits per second of each caller's picture, like 600k or 1.2M.")
    var videoBitrate = "600k"

    @Flag(help: "Voices alone.")
    var audioOnly = false

    @Option(help: ArgumentHelp("Write the report as JSON; - is standard output.", valueName: "file"))
    var json: String?

    @Option(help: "Process id of the server on this machine: its use of processor and memory is reported.")
    var serverPid: Int32?

    @Option(help: ArgumentHelp("The server's /metrics: what happened inside the relay is reported.", valueName: "url"))
    var metrics: String?

    @Option(help: ArgumentHelp("Room tokens, two in a line for the two callers of a room.", valueName: "file"))
    var tokens: String?

    @Option(
        name: .customLong("address"),
        help: "A local address for the callers' media; may be repeated. Without it, the one that leads to the server.")
    var addresses: [String] = []

    @Option(help: ArgumentHelp("Certificates (PEM) that a wss:// server is trusted by.", valueName: "file"))
    var ca: String?

    @Option(help: "Threads of callers.")
    var threads = 1

    @OptionGroup var options: SettingOptions

    private static let mostRooms = 5000

    func validate() throws {
        if let rooms, !(1...Self.mostRooms).contains(rooms) {
            throw ValidationError("--rooms must be 1 to \(Self.mostRooms)")
        }
        if rooms == nil, tokens == nil { throw ValidationError("--rooms says how many; or --tokens names a file") }
        guard ServerAddress(url) != nil else { throw ValidationError("--url must be like ws://127.0.0.1:8081/ws") }
        guard let seconds = parseDuration(duration), (1...86_400).contains(seconds) else {
            throw ValidationError("--duration must be a time from 1 second to a day, like 30s or 2m")
        }
        guard ramp.isFinite, (0.1...1000).contains(ramp) else { throw ValidationError("--ramp must be 0.1 to 1000") }
        guard let bitrate = BitRate.parse(videoBitrate), (50_000...10_000_000).contains(bitrate) else {
            throw ValidationError("--video-bitrate must be from 50k to 10M")
        }
        guard (1...64).contains(threads) else { throw ValidationError("--threads must be 1 to 64") }
        if let metrics, URL(string: metrics)?.host == nil {
            throw ValidationError("--metrics must be like http://127.0.0.1:9090/metrics")
        }
    }

    func run() async throws {
        raiseFileLimit()
        guard let server = ServerAddress(url), let seconds = parseDuration(duration),
            let bitrate = BitRate.parse(videoBitrate)
        else { throw ExitCode(EX_USAGE) }
        let settings = try options.settings()
        let plan = LoadPlan(
            server: server, rooms: try await roomTokens(settings, seconds: seconds), duration: seconds, ramp: ramp,
            video: audioOnly ? nil : MediaClip.Video(bitrate: bitrate), threads: threads, addresses: addresses,
            certificates: ca, serverProcess: serverPid, metrics: metrics)
        let line = ProgressLine()
        let load = LoadRun(plan)
        let signals = StopSignals()
        let stopping = Task {
            // The first asks for an orderly end; whoever asks again does not want to wait for it.
            var isAsked = false
            for await number in signals.received {
                if isAsked { Foundation.exit(128 + number) }
                isAsked = true
                load.stop()
            }
        }
        defer { stopping.cancel() }
        let report: LoadReport
        do {
            report = try await load.run { line.show($0) }
        } catch {
            line.end()
            printError("consult: \(error)")
            throw ExitCode.failure
        }
        line.end()
        if json != "-" { print(report.words) }
        if let json { try write(try report.json, to: json) }
        if report.hasSilentCallers { throw ExitCode.failure }
    }

    private func write(_ text: String, to path: String) throws {
        guard path != "-" else { return print(text) }
        do {
            try (text + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        } catch {
            printError("consult: cannot write \(path): \(error.localizedDescription)")
            throw ExitCode.failure
        }
    }

    // MARK: Tokens

    private func roomTokens(_ settings: Settings, seconds: Int) async throws -> [LoadPlan.Room] {
        guard let tokens else { return try await minted(settings, seconds: seconds) }
        let text: String
        do {
            text = try String(contentsOfFile: tokens, encoding: .utf8)
        } catch {
            printError("consult: cannot read \(tokens): \(error.localizedDescription)")
            throw ExitCode(EX_NOINPUT)
        }
        do {
            let found = try LoadPlan.rooms(parsing: text)
            guard found.count >= rooms ?? 1 else {
                printError("consult: \(tokens) has the tokens of \(found.count) rooms, not of \(rooms ?? 1)")
                throw ExitCode(EX_USAGE)
            }
            return Array(found.prefix(rooms ?? found.count))
        } catch let error as LoadError {
            printError("consult: \(tokens): \(error)")
            throw ExitCode(EX_USAGE)
        }
    }

    /// Tokens as `consult token --unmetered` mints them, for rooms of this run alone.
    private func minted(_ settings: Settings, seconds: Int) async throws -> [LoadPlan.Room] {
        let signer = await TokenSigner(key: try settings.signingKey())
        let run = String(UInt64.random(in: 0...(.max)), radix: 36)
        let now = Date()
        // The ramp, the measuring, and time enough for what goes wrong.
        let end = now.addingTimeInterval(Double(rooms ?? 1) / ramp + Double(seconds) + 600)
        var pairs: [LoadPlan.Room] = []
        for number in 0..<(rooms ?? 1) {
            guard let room = RoomID("load-\(run)-\(number)") else { throw ExitCode.failure }
            var texts: [String] = []
            for (name, role) in [("Load A", Role.customer), ("Load B", Role.consultant)] {
                guard let user = UserID.guest(named: name, in: room) else { throw ExitCode.failure }
                let token = try RoomToken(
                    room: room, user: user, name: name, role: role, mode: .relay, unmetered: true, issuedAt: now,
                    expiresAt: end)
                texts.append(try await signer.sign(token))
            }
            pairs.append(LoadPlan.Room(first: texts[0], second: texts[1]))
        }
        return pairs
    }
}
