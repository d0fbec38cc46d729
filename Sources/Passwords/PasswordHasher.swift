/// Hashes passwords for storage, and compares them with what was stored: bcrypt of a cost that takes a noticeable time,
/// on threads of its own.
///
///     let hasher = try PasswordHasher()
///     let stored = try await hasher.hash(password)
///     guard try await hasher.verify(password, against: stored) else { … }
///
/// What is stored begins with `$2b$` and is 60 characters long. Of a password every byte counts, however long it is.
/// When more passwords wait than the configuration allows, the next one is refused at once with `PasswordError.busy`,
/// so that a flood of sign-ins costs waiting visitors an error and not the server its processors.
public final class PasswordHasher: Sendable {
    /// How a hasher works.
    public struct Configuration: Sendable {
        /// The binary logarithm of bcrypt's rounds, 4 to 18: each step doubles the time. 11 takes about 0.12 s, so that four who
        /// sign in at once on two shared cores are answered within a second; OWASP asks for 10 at least.
        public var cost = 11
        /// Passwords hashed at the same time, 1 to 8, each on a thread.
        public var threads = 2
        /// Passwords that may wait for a thread; one more is refused.
        public var waiting = 64

        /// A configuration that suits one server process.
        public init() {}
    }

    private let cost: Int
    private let threads: HashingThreads
    /// What a password is hashed with where there is nothing to compare it with.
    private let dummy: String

    /// A hasher with its threads.
    ///
    /// - Throws: `PasswordError` where the system has no bcrypt, or gives no thread.
    public init(_ configuration: Configuration = Configuration()) throws(PasswordError) {
        cost = min(max(configuration.cost, 4), 18)
        dummy = try Bcrypt.setting(cost: cost)
        threads = try HashingThreads(
            count: min(max(configuration.threads, 1), 8), limit: max(configuration.waiting, 1))
    }

    deinit { threads.finish() }

    /// Passwords that wait for a thread at the moment.
    public var waiting: Int { threads.waitingCount }

    /// What to store of a password.
    public func hash(_ password: String) async throws(PasswordError) -> String {
        try await threads.hash(password, setting: Bcrypt.setting(cost: cost))
    }

    /// Whether a password is the one that was stored.
    ///
    /// With nil, for a user who does not exist or has no password, the answer is no, and takes as long as any other; so does
    /// anything stored that is not one of our hashes.
    public func verify(_ password: String, against stored: String?) async throws(PasswordError) -> Bool {
        guard let stored, BcryptHash(stored) != nil else {
            _ = try await threads.hash(password, setting: dummy)
            return false
        }
        return areEqual(try await threads.hash(password, setting: stored), stored)
    }

    /// Whether a password should be hashed again, now that it is known: what is stored has another cost than today's.
    public func needsRehash(_ stored: String) -> Bool { BcryptHash(stored)?.cost != cost }

    /// What the tests wait for.
    var running: Int { threads.runningCount }
}
