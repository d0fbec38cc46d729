import Crypto
import Foundation
import SwiftASN1
import Testing
import X509

@testable import Operations

@Suite("The doctor")
struct DoctorTests {
    /// A folder of its own, gone afterwards.
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("consult-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    /// A certificate for a key, in PEM.
    private func selfSigned(_ key: P256.Signing.PrivateKey, from: String, to: String) throws -> String {
        let name = try DistinguishedName { CommonName("test") }
        let key = Certificate.PrivateKey(key)
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(1), publicKey: key.publicKey,
            notValidBefore: Date(from, strategy: .iso8601), notValidAfter: Date(to, strategy: .iso8601),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions(), issuerPrivateKey: key)
        return try certificate.serializeAsPEM().pemString
    }

    @Test("A data folder is writable, or can be made, or is in the way")
    func dataFolder() throws {
        try inFolder { folder in
            #expect(examineDataFolder(folder).verdict == .ok)
            #expect(examineDataFolder(folder + "/a/b").verdict == .ok)
            try "x".write(toFile: folder + "/file", atomically: true, encoding: .utf8)
            #expect(examineDataFolder(folder + "/file").verdict == .fail)
            #expect(examineDataFolder(folder + "/file/x").verdict == .fail)
        }
    }

    @Test("The client is there, missing, or not looked for")
    func client() throws {
        try inFolder { folder in
            #expect(examineClient(nil).verdict == .warn)
            #expect(examineClient(folder).verdict == .fail)
            try "<html>".write(toFile: folder + "/index.html", atomically: true, encoding: .utf8)
            #expect(examineClient(folder).verdict == .ok)
        }
    }

    @Test("A certificate must match its key and hold today")
    func tls() throws {
        try inFolder { folder in
            let certificate = folder + "/c.pem"
            let key = folder + "/k.pem"
            let pair = P256.Signing.PrivateKey()
            try selfSigned(pair, from: "2026-01-01T00:00:00Z", to: "2026-12-31T00:00:00Z").write(
                toFile: certificate, atomically: true, encoding: .utf8)
            try pair.pemRepresentation.write(toFile: key, atomically: true, encoding: .utf8)
            func verdict(_ date: String) throws -> Finding.Verdict {
                let moment = try Date(date, strategy: .iso8601)
                let now = WallTime(milliseconds: Int64(moment.timeIntervalSince1970 * 1000))
                return examineTLS(certificate: certificate, key: key, now: now).verdict
            }
            #expect(try verdict("2026-06-01T00:00:00Z") == .ok)
            #expect(try verdict("2026-12-25T00:00:00Z") == .warn)
            #expect(try verdict("2027-02-01T00:00:00Z") == .fail)
            #expect(try verdict("2025-01-01T00:00:00Z") == .fail)
            try P256.Signing.PrivateKey().pemRepresentation.write(toFile: key, atomically: true, encoding: .utf8)
            #expect(try verdict("2026-06-01T00:00:00Z") == .fail)
            #expect(examineTLS(certificate: key, key: certificate).verdict == .fail)
            #expect(examineTLS(certificate: folder + "/none", key: key).verdict == .fail)
        }
    }

    @Test("A free port is free, a taken one is somebody's")
    func ports() throws {
        let listener = try #require(LoopbackSocket(SOCK_STREAM))
        let taken = listener.port
        func finding(_ port: UInt16, host: String = "127.0.0.1", isOurs: Bool = false) -> Finding {
            examinePort("port", host: host, port: port, setting: "CONSULT_X") { isOurs }
        }
        #expect(finding(0).verdict == .ok)
        #expect(finding(taken).verdict == .fail)
        #expect(finding(taken).detail.contains("CONSULT_X"))
        #expect(finding(taken, isOurs: true).verdict == .ok)
        #expect(finding(0, host: "192.0.2.1").verdict == .fail)
    }

    @Test("Media ports and addresses are tried on this machine")
    func media() {
        #expect(examineMediaPorts(20000...20999, addresses: ["127.0.0.1"]).verdict == .ok)
        #expect(examineMediaPorts(20000...20999, addresses: ["192.0.2.1"]).verdict == .fail)
        #expect(interfaceAddresses().contains("127.0.0.1"))
        func verdict(_ given: [String], own: [String], hasSTUN: Bool = false) -> Finding.Verdict {
            examineMediaAddresses(given, own: own, hasSTUN: hasSTUN).verdict
        }
        #expect(verdict([], own: ["127.0.0.1", "198.51.100.7"]) == .ok)
        #expect(verdict([], own: ["127.0.0.1", "10.0.0.7"]) == .warn)
        #expect(verdict([], own: ["127.0.0.1", "10.0.0.7"], hasSTUN: true) == .ok)
        #expect(verdict([], own: ["127.0.0.1"]) == .warn)
        #expect(verdict(["10.0.0.7"], own: ["127.0.0.1"]) == .fail)
    }

    @Test(
        "Private addresses are told from public ones",
        arguments: [
            ("10.1.2.3", true), ("172.16.0.1", true), ("172.32.0.1", false), ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("8.8.8.8", false), ("fd00::1", true), ("2001:db8::1", false),
        ])
    func privacy(address: String, expected: Bool) {
        #expect(isPrivate(address) == expected)
    }

    @Test("A file limit is enough for the rooms, or a warning")
    func files() {
        #expect(examineFileLimit(1024, rooms: 10).verdict == .ok)
        #expect(examineFileLimit(1024, rooms: 1000).verdict == .warn)
        #expect(raiseFileLimit() > 0)
    }

    @Test("Browsers want https")
    func secureContext() {
        #expect(examineSecureContext(publicURL: nil).verdict == .warn)
        #expect(examineSecureContext(publicURL: "http://x").verdict == .warn)
        #expect(examineSecureContext(publicURL: "https://x").verdict == .ok)
    }

    @Test("A finding is one line")
    func line() {
        #expect(Finding(.ok, "a", "b").description == "ok    a: b")
        #expect(Finding(.fail, "a", "b").description == "fail  a: b")
    }
}
