import Foundation
import Logging
import Synchronization
import Testing

@testable import Operations

@Suite("Log lines")
struct LineLogHandlerTests {
    /// What `body` logs at a fixed moment.
    private func lines(
        _ format: LogFormat, level: Logger.Level = .info, provider: Logger.MetadataProvider? = nil,
        _ body: (inout Logger) -> Void
    ) -> [String] {
        let written = Written()
        var logger = Logger(label: "test") { label in
            LineLogHandler(
                label: label, level: level, format: format, metadataProvider: provider,
                now: { WallTime(milliseconds: 1_795_373_280_042) }, write: { written.append($0) })
        }
        body(&logger)
        return written.lines
    }

    private final class Written: Sendable {
        private let stored = Mutex<[String]>([])
        func append(_ line: String) { stored.withLock { $0.append(line) } }
        var lines: [String] { stored.withLock { $0 } }
    }

    @Test("A text line has time, level, label, message and sorted metadata")
    func text() {
        let found = lines(.text) { $0.info("room opened", metadata: ["room": "r 1", "count": "2", "q": ["a"]]) }
        #expect(
            found == [#"2026-11-22T18:48:00.042Z INFO     test: room opened count=2 q="[\"a\"]" room="r 1""# + "\n"])
    }

    @Test("A JSON line is one object, metadata nested as given")
    func json() throws {
        let found = lines(.json) { $0.warning("say \"hi\"", metadata: ["a": ["b", ["c": "d"]]]) }
        #expect(
            found == [
                #"{"time":"2026-11-22T18:48:00.042Z","level":"warning","label":"test","message":"say \"hi\"","#
                    + #""metadata":{"a":["b",{"c":"d"}]}}"# + "\n"
            ])
        _ = try JSONSerialization.jsonObject(with: Data(#require(found.first).utf8))
    }

    @Test("What a stranger sends cannot begin a line of its own", arguments: LogFormat.allCases)
    func injection(format: LogFormat) throws {
        let hostile = "a\nb\r\u{1b}[31m\u{85}\u{2028}\"\\\u{0}"
        let found = lines(format) { $0.info("\(hostile)", metadata: ["k": "\(hostile)"]) }
        let line = try #require(found.first)
        #expect(found.count == 1)
        #expect(line.unicodeScalars.filter { $0.properties.generalCategory == .control } == ["\n"])
        #expect(!line.unicodeScalars.contains("\u{2028}"))
        if format == .json {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            #expect(object?["message"] as? String == hostile)
        }
    }

    @Test("Lesser levels are silent, and each logger has its own metadata")
    func levels() {
        let found = lines(.text, level: .warning) { logger in
            var other = logger
            other[metadataKey: "who"] = "other"
            logger.info("unseen")
            logger.error("seen")
            other.error("seen too")
        }
        #expect(
            found.map { $0.split(separator: " ", maxSplits: 1)[1] } == [
                "ERROR    test: seen\n", "ERROR    test: seen too who=other\n",
            ])
    }

    @Test("What belongs to the moment is added, what the line says itself wins")
    func provider() {
        let found = lines(.text, provider: .init { ["a": "1", "b": "1"] }) { $0.info("m", metadata: ["b": "2"]) }
        #expect(found.first?.hasSuffix("test: m a=1 b=2\n") == true)
    }
}
