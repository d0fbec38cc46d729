@testable import Accounts
import Database
import DatabaseTesting
import Foundation
import Testing

/// Runs a program to its end.
func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
}

@Suite("A ZIP archive") struct ZipArchiveTests {
    @Test("has the checksums that everybody computes")
    func checksums() {
        #expect(crc32("123456789".utf8) == 0xcbf4_3926 && crc32([]) == 0)
    }

    @Test("is taken by others: python3 and, where it is installed, unzip")
    func others() throws {
        let moment = try #require(Timestamp("2026-11-22T22:47:32Z"))
        var archive = ZipArchive()
        try archive.add("export.json", Array(#"{"näme": "x"}"#.utf8), modified: moment)
        try archive.add("Ünïcode/empty.txt", [], modified: moment)
        try archive.add("large.bin", (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }, modified: moment)
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/a.zip"
        try Data(archive.bytes()).write(to: URL(fileURLWithPath: file))
        let test = try run("/usr/bin/env", ["python3", "-m", "zipfile", "-t", file])
        #expect(test.status == 0 && test.output.contains("Done testing"), "\(test.output)")
        let script = """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1]); i = z.infolist()
            print([x.filename for x in i], i[0].date_time, z.read(i[0]).decode(), len(z.read(i[2])), oct(i[0].external_attr >> 16))
            """
        let read = try run("/usr/bin/env", ["python3", "-c", script, file])
        #expect(
            read.output
                == "['export.json', 'Ünïcode/empty.txt', 'large.bin'] (2026, 11, 22, 22, 47, 32) {\"näme\": \"x\"} 100000 "
                + "0o100600\n")
        if FileManager.default.isExecutableFile(atPath: "/usr/bin/unzip") {
            let unzip = try run("/usr/bin/unzip", ["-t", file])
            #expect(unzip.status == 0 && unzip.output.contains("No errors detected"), "\(unzip.output)")
        }
    }
}
