internal import COpenSSL

/// One step of the schema: `NNNN_name.up.sql` and `NNNN_name.down.sql`.
public struct Migration: Sendable, Equatable {
    /// Its number; the first is 1.
    public let version: Int
    /// What it is for, from the file's name.
    public let name: String
    /// The script that applies it.
    public let up: String
    /// The script that takes it back.
    public let down: String
    /// The SHA-256 of `up`, in hexadecimal.
    public let checksum: String

    /// A migration from its scripts.
    public init(version: Int, name: String, up: String, down: String) {
        self.version = version
        self.name = name
        self.up = up
        self.down = down
        checksum = sha256(up)
    }
}

/// A migration that a database has.
public struct AppliedMigration: Sendable, Equatable {
    /// Its number.
    public let version: Int
    /// Its name when it was applied.
    public let name: String
    /// Its checksum when it was applied.
    public let checksum: String
    /// When it was applied.
    public let appliedAt: Timestamp

    /// A migration that a database has.
    public init(version: Int, name: String, checksum: String, appliedAt: Timestamp) {
        self.version = version
        self.name = name
        self.checksum = checksum
        self.appliedAt = appliedAt
    }
}

/// Where one migration stands in a database.
public struct MigrationStatus: Sendable, Equatable {
    /// Where a migration stands.
    public enum State: Sendable, Equatable {
        /// It runs at the next `up`.
        case pending
        /// It was applied at this moment.
        case applied(at: Timestamp)
        /// It was applied at this moment, and its file was changed afterwards.
        case edited(at: Timestamp)
        /// It was applied at this moment, and has no file.
        case unknown(at: Timestamp)
    }

    /// The migration's number.
    public let version: Int
    /// The migration's name.
    public let name: String
    /// Where it stands.
    public let state: State
}

private func sha256(_ text: String) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let bytes = Array(text.utf8)
    // EVP_Digest fails only where there is no memory left.
    guard EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1 else { fatalError("EVP_Digest") }
    return hexadecimal(digest.prefix(Int(length)))
}
