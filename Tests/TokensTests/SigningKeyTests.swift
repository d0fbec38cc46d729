import Foundation
import Testing

@testable import Tokens

@Suite struct SigningKeyTests {
    /// A fresh path in the temporary folder.
    func freshPath() -> String { NSTemporaryDirectory() + "key-\(UUID().uuidString)" }

    @Test func `a key is read from base64url, base64 with padding, and PEM`() throws {
        let seed = "wFFd+qU+NPjmlSyU3TxxBFvbww7XIrO0EMbVjgRgAiw="
        let pem = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIMBRXfqlPjT45pUslN08cQRb28MO1yKztBDG1Y4EYAIs
            -----END PRIVATE KEY-----
            """
        let key = try SigningKey(seed)
        for text in [key.seedText, "\n \(seed)\n", pem, pem + "\n"] {
            #expect(try SigningKey(text).publicKey == key.publicKey)
        }
    }

    @Test(arguments: [
        "", "abc", "not a key", String(repeating: "A", count: 42),
        "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----",
    ])
    func `what is no key is refused`(text: String) {
        #expect(throws: SigningKeyError.self) { try SigningKey(text) }
    }

    @Test func `the key never shows in a description`() {
        let key = SigningKey.generate()
        #expect(!"\(key)".contains(key.seedText))
        #expect("\(key)".contains(key.publicKey.id))
    }

    @Test func `a created key file has mode 0600 and is kept`() throws {
        let path = freshPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try SigningKey.loadOrCreate(atPath: path)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try SigningKey.loadOrCreate(atPath: path).publicKey == first.publicKey)
        #expect(try SigningKey.generate().create(atPath: path) == false)
        #expect(try SigningKey(contentsOfFile: path).publicKey == first.publicKey)
    }

    @Test func `many at once agree on one key`() async throws {
        let path = freshPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 { group.addTask { try SigningKey.loadOrCreate(atPath: path).publicKey.id } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
    }

    @Test func `a missing folder and an unreadable file say which`() {
        #expect(throws: SigningKeyError.self) { try SigningKey.loadOrCreate(atPath: "/nonexistent/folder/key") }
        #expect(throws: SigningKeyError.self) { try SigningKey(contentsOfFile: "/nonexistent/key") }
    }
}
