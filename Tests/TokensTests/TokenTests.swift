import Crypto
import Foundation
import Identifiers
import TestSupport
import Testing

@testable import Tokens

@Suite struct TokenTests {
    let key = SigningKey.generate()
    let now = Date(timeIntervalSince1970: 1_800_000_000)

    func token(
        room: String = "r1", name: String = "Ada", role: Role = .customer, mode: RoomMode = .relay,
        unmetered: Bool = false, threshold: Int? = nil, ttl: TimeInterval = 3600
    ) throws -> RoomToken {
        let room = try #require(RoomID(room))
        let user = try #require(UserID.guest(named: name, in: room))
        return try RoomToken(
            room: room, session: SessionID("s1"), user: user, name: name, role: role,
            mode: mode, unmetered: unmetered, threshold: threshold, issuedAt: now,
            expiresAt: now.addingTimeInterval(ttl))
    }

    /// A JWT with these exact parts, signed by `key`.
    func handmade(header: String, payload: String, key: SigningKey? = nil) throws -> String {
        let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
        let signature = try (key ?? self.key).key.signature(for: Array(signed.utf8))
        return signed + "." + Base64URL.encode(signature)
    }

    func payload(_ changes: [String: Any?] = [:]) throws -> String {
        var claims: [String: Any] = [
            "iss": "consult", "aud": "room", "sub": "u1", "room": "r1", "name": "Ada", "role": "customer",
            "mode": "relay", "exp": 1_800_003_600, "iat": 1_800_000_000, "jti": "j",
        ]
        for (name, value) in changes { claims[name] = value }
        return String(decoding: try JSONSerialization.data(withJSONObject: claims), as: UTF8.self)
    }

    let header = #"{"alg":"EdDSA","typ":"JWT"}"#
    var verifier: TokenVerifier { TokenVerifier(key: key.publicKey) }

    func code(_ text: String, at now: Date? = nil) -> TokenError.Code? {
        do {
            _ = try verifier.verify(text, now: now ?? self.now)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [Role.customer, .consultant, .observer], RoomMode.allCases)
    func `a signed token comes back as it was`(role: Role, mode: RoomMode) async throws {
        let token = try token(name: "Zoë 👩‍💻", role: role, mode: mode, unmetered: role == .customer)
        let text = try await TokenSigner(key: key).sign(token)
        #expect(try verifier.verify(text, now: now) == token)
    }

    @Test(arguments: [nil, 1, 600, 86400] as [Int?])
    func `a session's threshold travels with the token`(threshold: Int?) async throws {
        let token = try token(threshold: threshold)
        let text = try await TokenSigner(key: key).sign(token)
        #expect(try verifier.verify(text, now: now) == token)
        #expect(try verifier.verify(text, now: now).threshold == threshold)
    }

    @Test(arguments: [0, -1, 86401, Int.max, Int.min])
    func `a threshold out of range is refused, in a token's making and its reading`(threshold: Int) throws {
        #expect(throws: TokenError.self) { try token(threshold: threshold) }
        #expect(try code(handmade(header: header, payload: payload(["threshold": threshold]))) == .malformed)
    }

    @Test(arguments: ["600", "soon", "600.5", "1e400"])
    func `a threshold that is no whole number is malformed`(threshold: String) throws {
        let claims = try payload().dropLast() + #","threshold":"# + threshold + "}"
        let isWhole = threshold == "600"
        #expect(try code(handmade(header: header, payload: String(claims))) == (isWhole ? nil : .malformed))
        #expect(try code(handmade(header: header, payload: payload(["threshold": threshold]))) == .malformed)
    }

    @Test func `a client's token is of the kind that its audience says`() async throws {
        let access = AccessToken(
            user: try #require(UserID("u1")), role: .consultant, family: "f1", isVerified: true, issuedAt: now,
            expiresAt: now.addingTimeInterval(900))
        let room = try token()
        let signer = await TokenSigner(key: key)
        let (accessText, roomText) = (try await signer.sign(access), try await signer.sign(room))
        #expect(try verifier.verifyClient(accessText, now: now) == .access(access))
        #expect(try verifier.verifyClient(roomText, now: now) == .room(room))
        #expect(code(accessText) == .wrongAudience)
        #expect(throws: TokenError.self) { try verifier.verifyAccess(roomText, now: now) }
        #expect(throws: TokenError.self) { try verifier.verifyClient(accessText, now: access.expiresAt) }
        let stranger = try handmade(header: header, payload: payload(["aud": "elsewhere"]))
        #expect(throws: TokenError(.wrongAudience, "not a room token")) {
            try verifier.verifyClient(stranger, now: now)
        }
        #expect(throws: TokenError.self) { try verifier.verifyClient(accessText + "x", now: now) }
    }

    @Test func `the header names the key, so that a set of keys can be published`() async throws {
        let text = try await TokenSigner(key: key).sign(token())
        let part = try #require(text.utf8.split(separator: UInt8(ascii: ".")).first)
        let header = try #require(Base64URL.decode(part))
        let fields = try #require(try JSONSerialization.jsonObject(with: Data(header)) as? [String: Any])
        #expect(fields["kid"] as? String == key.publicKey.id)
        #expect(fields["alg"] as? String == "EdDSA")
        #expect(key.publicKey.jwks.keys.map(\.kid) == [key.publicKey.id])
    }

    @Test func `the thumbprint of RFC 8037's example key is the one in the RFC`() throws {
        let key = try SigningKey("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        #expect(key.publicKey.x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
        #expect(key.publicKey.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test func `RFC 8037's example signature verifies, and its payload is refused as no claims`() throws {
        let key = try SigningKey("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
        let text =
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        #expect(throws: TokenError(.malformed, "a claim is missing or malformed")) {
            try TokenVerifier(key: key.publicKey).verify(text, now: now)
        }
    }

    @Test func `a token ends at its exp, to the second`() throws {
        let text = try handmade(header: header, payload: payload())
        #expect(code(text, at: Date(timeIntervalSince1970: 1_800_003_599.9)) == nil)
        #expect(code(text, at: Date(timeIntervalSince1970: 1_800_003_600)) == .expired)
    }

    @Test func `a token of another key, issuer, audience or time is refused`() throws {
        #expect(try code(handmade(header: header, payload: payload(), key: .generate())) == .badSignature)
        #expect(try code(handmade(header: header, payload: payload(["iss": "other"]))) == .wrongIssuer)
        #expect(try code(handmade(header: header, payload: payload(["aud": "api"]))) == .wrongAudience)
        #expect(try code(handmade(header: header, payload: payload(["aud": [String]()]))) == .wrongAudience)
        #expect(try code(handmade(header: header, payload: payload(["aud": ["api", "room"]]))) == nil)
        #expect(try code(handmade(header: header, payload: payload(["nbf": 1_800_000_001]))) == .notYetValid)
    }

    @Test(arguments: [
        #"{"alg":"none"}"#, #"{"alg":"HS256"}"#, #"{"alg":"eddsa"}"#, #"{"alg":"EdDSA","crit":["b64"],"b64":false}"#,
    ])
    func `an algorithm other than plain EdDSA is refused`(header: String) throws {
        #expect(try code(handmade(header: header, payload: payload())) == .unsupportedAlgorithm)
    }

    @Test(arguments: [
        ("sub", ""), ("sub", "a b"), ("room", "r/1"), ("room", String(repeating: "r", count: 129)), ("name", ""),
        ("name", " "), ("name", "a\nb"), ("name", "a\u{202E}b"), ("name", String(repeating: "n", count: 81)),
        ("role", "admin"), ("role", "king"), ("mode", "sfu"), ("exp", "soon"), ("session", "€"),
    ])
    func `a claim of the wrong shape is malformed`(claim: String, value: String) throws {
        #expect(try code(handmade(header: header, payload: payload([claim: value]))) == .malformed)
    }

    @Test(arguments: ["sub", "room", "name", "role", "mode", "exp"])
    func `a claim that decides something may not be missing`(claim: String) throws {
        #expect(try code(handmade(header: header, payload: payload([claim: Any?.none]))) == .malformed)
    }

    @Test func `numbers at the edge of what JSON can say do not trap`() throws {
        for value in [1e308, -1e308, 253_402_300_800, -1] {
            #expect(try code(handmade(header: header, payload: payload(["exp": value]))) != nil)
            #expect(try code(handmade(header: header, payload: payload(["iat": value]))) == .malformed)
        }
    }

    @Test func `a token over 4 KiB is refused before anything of it is read`() throws {
        let text = try handmade(header: header, payload: payload(["pad": String(repeating: "x", count: 4096)]))
        #expect(code(text) == .tooLarge)
        #expect(code(String(repeating: ".", count: 5000)) == .tooLarge)
    }

    @Test(arguments: ["", ".", "..", "...", "a.b", "a.b.c", "====.e30.e30", "e30.e30.", "e30=.e30.e30", "é.é.é"])
    func `what is no token is malformed`(text: String) {
        #expect(code(text) == .malformed)
    }

    @Test func `no changed byte of a token survives the check`() async throws {
        let original = Array(try await TokenSigner(key: key).sign(token()).utf8)
        for index in original.indices {
            var changed = original
            changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(code(String(decoding: changed, as: UTF8.self)) != nil, "byte \(index)")
        }
    }

    @Test func `seeded garbage never traps`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<2000 {
            let length = Int.random(in: 0...300, using: &random)
            let bytes = (0..<length).map { _ in UInt8.random(in: 32...126, using: &random) }
            #expect(code(String(decoding: bytes, as: UTF8.self)) != nil)
        }
    }

    @Test func `the same guest name in the same room is the same person`() throws {
        let room = try #require(RoomID("demo"))
        let other = try #require(RoomID("demo2"))
        let ada = try #require(UserID.guest(named: "Ada", in: room))
        #expect(ada.text == "guest:d769c42fe6c59056")
        #expect(ada == UserID.guest(named: "Ada", in: room))
        #expect(ada != UserID.guest(named: "Bob", in: room))
        #expect(ada != UserID.guest(named: "Ada", in: other))
    }
}
