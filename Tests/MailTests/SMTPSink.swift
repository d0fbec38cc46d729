import Foundation
import Testing

/// A mail server in a process of its own: `Tests/Live/harness/smtp.py`, on Python's aiosmtpd. What it took it hands over as
/// Python's mail parser understood it.
final class SMTPSink {
    struct Mail: Decodable {
        let sender: String
        let recipient: String
        let tls: Bool
        let user: String?
        let headers: [String: String]
        let text: String?
        let html: String?
        let defects: [String]
    }

    private struct Ready: Decodable {
        let port: Int
        let certificate: String
    }

    let port: Int
    let certificate: String
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var buffered = Data()

    private static let root = (#filePath as NSString).pathComponents.dropLast(3).joined(separator: "/")
    /// `scripts/setup test` makes it.
    private static let python = root + "/.build/venv/bin/python"

    /// Whether the tests' Python is there.
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: python) }

    init(_ arguments: String...) throws {
        process.executableURL = URL(fileURLWithPath: Self.python)
        process.arguments = [Self.root + "/Tests/Live/harness/smtp.py"] + arguments
        process.standardInput = input
        process.standardOutput = output
        // It complains there of clients that refuse its certificate.
        process.standardError = FileHandle.nullDevice
        try process.run()
        let line = try #require(Self.line(from: output, &buffered))
        let ready = try JSONDecoder().decode(Ready.self, from: line)
        (port, certificate) = (ready.port, ready.certificate)
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// The next mail that was taken. The sink tells of it before it tells the sender.
    func next() throws -> Mail {
        try JSONDecoder().decode(Mail.self, from: try #require(Self.line(from: output, &buffered)))
    }

    private static func line(from pipe: Pipe, _ buffered: inout Data) -> Data? {
        while true {
            if let end = buffered.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffered = Data(buffered[buffered.index(after: end)...]) }
                return Data(buffered[..<end])
            }
            let more = pipe.fileHandleForReading.availableData
            if more.isEmpty { return nil }
            buffered += more
        }
    }
}
