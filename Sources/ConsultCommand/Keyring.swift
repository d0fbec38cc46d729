import ArgumentParser
import Foundation
import Operations
import Tokens

extension Settings {
    /// The file of the key that is generated where none is configured.
    var keyFile: String { self.dataFolder + "/jwt-key" }

    /// The configured key; nil where none is.
    ///
    /// - Throws: the exit code, after the problem has been told on standard error.
    func configuredKey() throws -> SigningKey? {
        guard let text = self.jwtKey else { return nil }
        do {
            return try SigningKey(text)
        } catch {
            printError("consult: CONSULT_JWT_KEY: expected an Ed25519 key, 32 bytes as base64 or PEM: \(error.message)")
            throw ExitCode(EX_CONFIG)
        }
    }

    /// The key that signs tokens: the configured one, or the data folder's, made there where it is missing.
    ///
    /// - Throws: the exit code, after the problem has been told on standard error.
    func signingKey() throws -> SigningKey {
        if let key = try configuredKey() { return key }
        try makeDataFolder()
        do {
            return try SigningKey.loadOrCreate(atPath: keyFile)
        } catch {
            printError("consult: \(error.message)")
            throw error.code == .malformed ? ExitCode(EX_CONFIG) : ExitCode.failure
        }
    }

    /// Makes the data folder where it is missing.
    ///
    /// - Throws: the exit code, after the problem has been told on standard error.
    func makeDataFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: self.dataFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            printError("consult: cannot create the data folder \(self.dataFolder): \(error.localizedDescription)")
            throw ExitCode.failure
        }
    }
}
