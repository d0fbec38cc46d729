import Database
import Foundation
import Identifiers
import SignalingEvents
import Testing
import Tokens

@Suite("Tokens for a network check") struct CheckTokensTests {
    @Test("open a room of one's own from both sides, for a minute, and not for a free call")
    func tokens() async throws {
        let key = SigningKey.generate()
        let (user, tokens) = (UniqueID().description, CheckTokens(await TokenSigner(key: key)))
        let made = try await tokens.room(for: user)
        let verifier = TokenVerifier(key: key.publicKey)
        let near = try verifier.verify(made.token)
        let far = try verifier.verify(made.returnToken)
        #expect(near.user.text == user && far.user != near.user)
        #expect(near.role == .customer && far.role == .consultant)
        for token in [near, far] {
            #expect(token.room.text == made.room && token.session == nil && token.mode == .relay)
            #expect(!token.unmetered && token.threshold == CheckTokens.threshold)
            #expect(token.expiresAt.timeIntervalSince(token.issuedAt) == Double(CheckTokens.lifetime))
        }
        let another = try await tokens.room(for: user)
        #expect(another.room != made.room)
        #expect(try verifier.verify(another.returnToken).user != far.user)
    }
}
