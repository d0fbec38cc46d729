import Database
import Foundation
import Glibc
import Testing

@testable import Payments

@Suite("The program that makes PDFs", .timeLimit(.minutes(1)))
struct PDFProgramTests {
    @Test("inherits nothing that is open: a killed server's port would stay taken")
    func inheritsNothing() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let script = folder.appending(path: "program")
        try Data("#!/bin/sh\nprintf '%%PDF-'\nls /proc/self/fd\n".utf8).write(to: script)
        #expect(chmod(script.path, 0o700) == 0)
        // Open in every child that does not close it, as the sockets of a server are.
        let open: Int32 = 613
        #expect(dup2(2, open) == open)
        defer { close(open) }
        let listed = try PDFProgram(path: script.path, page: Array("<p>".utf8), date: Timestamp(microseconds: 0)).run(
            within: .seconds(20), largest: 1000)
        let descriptors = String(decoding: listed.dropFirst(5), as: UTF8.self).split(separator: "\n")
        #expect(descriptors.contains("1") && !descriptors.contains("613"))
    }
}
