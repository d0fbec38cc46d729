import Database
import DatabaseTesting
import Events
import Foundation
import Logging
import Mail
import Synchronization

/// A mail outbox in a database of its own.
struct TestMail {
    let pool: DatabasePool
    let log = LogRecord()

    init() async throws {
        pool = DatabasePool(try await TestCluster.migratedDatabase("mail"), logger: .quiet)
    }

    func email(_ recipient: String = "ada@example.org", link: String? = nil) throws -> Email {
        try Email(
            to: MailAddress(recipient, name: "Ada"), subject: "Your link",
            text: "Follow this: \(link ?? "nothing")\n", html: link.map { "<a href=\"\($0)\">this</a>" }, link: link)
    }

    @discardableResult
    func append(_ email: Email) async throws -> MailID {
        try await pool.withTransaction { try await MailOutbox.append(email, in: $0) }
    }

    func courier(
        _ transport: any MailTransport, _ change: (inout Courier.Configuration) -> Void = { _ in }
    ) throws -> Courier {
        var configuration = Courier.Configuration(sender: try MailAddress("no-reply@consult.example", name: "Consult"))
        configuration.retry.first = .milliseconds(1)
        configuration.retry.longest = .milliseconds(2)
        configuration.retry.attempts = 3
        change(&configuration)
        let log = log
        return Courier(
            on: pool, transport: transport, configuration: configuration,
            logger: Logger(label: "courier") { _ in RecordingHandler(record: log) })
    }

    func metrics() async throws -> MailMetrics { try await MailOutbox.metrics(on: pool) }
}

/// What was logged.
final class LogRecord: Sendable {
    private let lines = Mutex<[String]>([])
    var all: String { lines.withLock { $0.joined(separator: "\n") } }
    func add(_ line: String) { lines.withLock { $0.append(line) } }
}

private struct RecordingHandler: LogHandler {
    let record: LogRecord
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        record.add("\(event.level) \(event.message) \(event.metadata ?? [:])")
    }
}

/// A transport that does what a test wants.
struct ScriptedTransport: MailTransport {
    let patience = Duration.seconds(30)
    let script: @Sendable (OutgoingMail) async throws(MailError) -> Void

    func deliver(_ mail: OutgoingMail) async throws(MailError) { try await script(mail) }
}

extension TemporaryFolder {
    /// The mails in it, the oldest first.
    func mails() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted().map {
            try String(contentsOfFile: path + "/" + $0, encoding: .utf8)
        }
    }
}
