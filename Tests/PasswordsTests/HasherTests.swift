import Testing

@testable import Passwords

/// A hasher that is quick, and safe for nothing but tests.
private func quickHasher(_ change: (inout PasswordHasher.Configuration) -> Void = { _ in }) throws -> PasswordHasher {
    var configuration = PasswordHasher.Configuration()
    configuration.cost = 4
    change(&configuration)
    return try PasswordHasher(configuration)
}

@Suite("A password hasher", .serialized, .timeLimit(.minutes(2))) struct HasherTests {
    @Test("recognises what it hashed, and nothing else")
    func roundTrip() async throws {
        let hasher = try quickHasher()
        let stored = try await hasher.hash("correct horse")
        #expect(stored.hasPrefix("$2b$04$") && stored.utf8.count == 60)
        #expect(try await hasher.verify("correct horse", against: stored))
        for other in ["correct horsf", "correct hors", "correct horse ", "Correct horse", ""] {
            #expect(try await !hasher.verify(other, against: stored))
        }
    }

    @Test("salts: the same password is stored differently each time")
    func salt() async throws {
        let hasher = try quickHasher()
        #expect(try await hasher.hash("same") != hasher.hash("same"))
    }

    @Test("reads every byte of a long password, and passes a NUL")
    func everyByteCounts() async throws {
        let hasher = try quickHasher()
        let long = String(repeating: "a", count: 999)
        let stored = try await hasher.hash(long + "b")
        #expect(try await hasher.verify(long + "b", against: stored))
        #expect(try await !hasher.verify(long + "c", against: stored))
        let withNUL = try await hasher.hash("front\0back")
        #expect(try await hasher.verify("front\0back", against: withNUL))
        #expect(try await !hasher.verify("front\0", against: withNUL))
        #expect(try await !hasher.verify("front", against: withNUL))
    }

    @Test("takes a character for the same however it is composed")
    func composition() async throws {
        let hasher = try quickHasher()
        let stored = try await hasher.hash("cafe\u{301} au lait")
        #expect(try await hasher.verify("caf\u{e9} au lait", against: stored))
    }

    @Test("recognises what was stored long ago: bcrypt of the base64 of the SHA-256")
    func knownAnswer() async throws {
        // From Python: crypt.crypt(base64.b64encode(hashlib.sha256(…).digest()).decode(), "$2b$05$CCCCCCCCCCCCCCCCCCCCC.")
        let stored = "$2b$05$CCCCCCCCCCCCCCCCCCCCC.7Fft5BBpIMIfliTkV5LiP2VuPPdnhIm"
        #expect(try await quickHasher().verify("Nine lives, and one é", against: stored))
        #expect(Bcrypt.digest(of: "") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test("says no to an unknown user, and to anything stored that is no hash, after the same work")
    func unknownUser() async throws {
        let hasher = try quickHasher { $0.cost = 10 }
        let stored = try await hasher.hash("something")
        let clock = ContinuousClock()
        let candidates = [stored, nil, "", "!", "$2b$10$short", "$1$abc$def", "$2b$31$" + stored.dropFirst(7)]
        var quickest = candidates.map { _ in Duration.seconds(3600) }
        // In turns, so that a busy moment of the machine touches all of them.
        for _ in 0..<6 {
            for (index, candidate) in candidates.enumerated() {
                let start = clock.now
                let matches = try await hasher.verify("else", against: candidate)
                quickest[index] = min(quickest[index], start.duration(to: clock.now))
                #expect(!matches)
            }
        }
        let whole = quickest[0]
        #expect(quickest.allSatisfy { $0 > whole / 3 && $0 < whole * 3 }, "\(quickest)")
    }

    @Test("asks for a new hash where the cost has changed")
    func rehash() async throws {
        let hasher = try quickHasher()
        let stored = try await hasher.hash("something")
        #expect(!hasher.needsRehash(stored))
        #expect(try quickHasher { $0.cost = 5 }.needsRehash(stored))
        #expect(hasher.needsRehash("!") && hasher.needsRehash(""))
    }

    @Test("refuses at once when too many wait, and goes on with those that do")
    func busy() async throws {
        let hasher = try quickHasher {
            $0.cost = 12
            $0.threads = 1
            $0.waiting = 2
        }
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await hasher.hash("first") }
            while hasher.running < 1 { await Task.yield() }
            group.addTask { try await hasher.hash("second") }
            group.addTask { try await hasher.hash("third") }
            while hasher.waiting < 2 { await Task.yield() }
            let error = await #expect(throws: PasswordError.self) { try await hasher.hash("fourth") }
            #expect(error?.code == .busy)
            var hashed = 0
            for try await _ in group { hashed += 1 }
            #expect(hashed == 3)
        }
    }

    @Test("gives the place of a cancelled task to others")
    func cancellation() async throws {
        let hasher = try quickHasher {
            $0.cost = 12
            $0.threads = 1
            $0.waiting = 1
        }
        async let first = hasher.hash("first")
        while hasher.running < 1 { await Task.yield() }
        let second = Task { try await hasher.hash("second") }
        while hasher.waiting < 1 { await Task.yield() }
        second.cancel()
        let error = await #expect(throws: PasswordError.self) { try await second.value }
        #expect(error?.code == .cancelled && hasher.waiting == 0)
        #expect(try await hasher.hash("third").hasPrefix("$2b$12$"))
        _ = try await first
    }

    @Test("answers many at once from its few threads")
    func many() async throws {
        let hasher = try quickHasher { $0.waiting = 1000 }
        let stored = try await hasher.hash("number 7")
        let matches = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 { group.addTask { try await hasher.verify("number \(number)", against: stored) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(matches == 1)
    }
}
