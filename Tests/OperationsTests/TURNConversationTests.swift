import Crypto
import Foundation
import Testing

@testable import Operations

@Suite("The conversation with a TURN server")
struct TURNConversationTests {
    private static let transaction = Array(UInt8(1)...12)

    private func conversation(isIPv6: Bool = false) -> TURNConversation {
        TURNConversation(
            username: "1790000000:doctor", password: "secret", isIPv6: isIPv6, random: { Self.transaction })
    }

    /// A response to the last request.
    private func response(_ type: UInt16, _ attributes: [UInt8], transaction: [UInt8]? = nil) -> [UInt8] {
        [UInt8(type >> 8), UInt8(type & 0xFF), 0, UInt8(attributes.count)] + STUNBinding.cookie
            + (transaction ?? Self.transaction) + attributes
    }

    private func error(_ code: Int, _ more: [UInt8] = []) -> [UInt8] {
        STUNMessage.encode(.errorCode, [0, 0, UInt8(code / 100), UInt8(code % 100)] + Array("why".utf8)) + more
    }

    private var challenge: [UInt8] {
        error(401, STUNMessage.encode(.realm, Array("consult".utf8)) + STUNMessage.encode(.nonce, Array("n1".utf8)))
    }

    /// 192.0.2.1:32853 as RFC 5769 §2.2 hides it.
    private let relayed = STUNMessage.encode(.xorRelayedAddress, [0x00, 0x01, 0xA1, 0x47, 0xE1, 0x12, 0xA6, 0x43])

    private func requests(_ step: TURNConversation.Step) -> STUNMessage? {
        guard case .send(let bytes) = step else { return nil }
        return STUNMessage(bytes)
    }

    @Test("An allocation is asked for, asked for with the credential, tested and given back")
    func whole() throws {
        var talk = conversation()
        let first = try #require(STUNMessage(talk.begin()))
        #expect(first.method == 0x003 && !first.isResponse && first.attributes[.username] == nil)
        #expect(first.attributes[.requestedTransport] == [17, 0, 0, 0])

        let second = try #require(requests(talk.handle(response(0x0113, challenge))))
        #expect(second.method == 0x003 && second.attributes[.username] == Array("1790000000:doctor".utf8))
        #expect(second.attributes[.realm] == Array("consult".utf8) && second.attributes[.nonce] == Array("n1".utf8))
        #expect(second.attributes[.messageIntegrity]?.count == 20)

        let third = try #require(requests(talk.handle(response(0x0103, relayed))))
        #expect(third.method == 0x008)
        // 169.254.169.254:80 under the cookie.
        #expect(third.attributes[.xorPeerAddress] == [0, 1, 0x21, 0x42, 0x88, 0xEC, 0x0D, 0xBC])

        let fourth = try #require(requests(talk.handle(response(0x0118, error(403)))))
        #expect(fourth.method == 0x004 && fourth.attributes[.lifetime] == [0, 0, 0, 0])
        #expect(
            talk.handle(response(0x0104, [])) == .done(.relayed(address: "192.0.2.1:32853", isGuarded: true)))
    }

    @Test("The request is signed with MD5 of name, realm and password, over its length with the signature")
    func signature() throws {
        var talk = conversation()
        _ = talk.begin()
        guard case .send(let bytes) = talk.handle(response(0x0113, challenge)) else {
            Issue.record("no second request")
            return
        }
        let key = Insecure.MD5.hash(data: Array("1790000000:doctor:consult:secret".utf8))
        let signed = bytes.dropLast(24)
        let code = HMAC<Insecure.SHA1>.authenticationCode(for: Array(signed), using: SymmetricKey(data: Array(key)))
        #expect(Array(bytes.suffix(20)) == Array(code))
        #expect(Int(bytes[2]) << 8 | Int(bytes[3]) == bytes.count - 20)
    }

    @Test("A credential that is refused, a quota and a stale nonce are told apart")
    func refusals() throws {
        var wrong = conversation()
        _ = wrong.begin()
        _ = wrong.handle(response(0x0113, challenge))
        #expect(
            wrong.handle(response(0x0113, challenge)) == .done(.refused(code: 401, reason: "why", knewUs: true)))

        var full = conversation()
        _ = full.begin()
        _ = full.handle(response(0x0113, challenge))
        let stale = error(
            438, STUNMessage.encode(.realm, Array("consult".utf8)) + STUNMessage.encode(.nonce, Array("n2".utf8)))
        let again = try #require(requests(full.handle(response(0x0113, stale))))
        #expect(again.attributes[.nonce] == Array("n2".utf8))
        #expect(full.handle(response(0x0113, error(486))) == .done(.refused(code: 486, reason: "why", knewUs: true)))

        var open = conversation()
        _ = open.begin()
        _ = open.handle(response(0x0103, relayed))
        _ = open.handle(response(0x0108, []))
        #expect(
            open.handle(response(0x0104, [])) == .done(.relayed(address: "192.0.2.1:32853", isGuarded: false)))

        var endless = conversation()
        _ = endless.begin()
        _ = endless.handle(response(0x0113, challenge))
        _ = endless.handle(response(0x0113, stale))
        _ = endless.handle(response(0x0113, stale))
        #expect(endless.handle(response(0x0113, stale)) == .done(.refused(code: 438, reason: "why", knewUs: true)))
    }

    @Test("Another's answers are ignored, and noise is no answer")
    func noise() {
        var talk = conversation()
        _ = talk.begin()
        #expect(talk.handle(response(0x0113, challenge, transaction: Array(2...13))) == .ignore)
        #expect(talk.handle([]) == .ignore)
        #expect(talk.handle(response(0x0101, [])) == .done(.malformed))
        #expect(talk.handle(response(0x0113, error(401))) == .done(.malformed))
        let whole = response(0x0113, challenge)
        for count in 0..<whole.count { #expect(talk.handle(Array(whole.prefix(count))) == .ignore) }
        var seed: UInt64 = 8656
        func next() -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return seed >> 33
        }
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0..<4 { bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next()) }
            var other = conversation()
            _ = other.handle(bytes)
        }
    }

    @Test("What came of it says what to do")
    func words() throws {
        let url = try #require(ICEServerURL("turn:turn.example.org:3478?transport=udp"))
        #expect(judge(nil, url, "UDP").detail.contains("UDP 3478"))
        #expect(judge(.relayed(address: "8.8.8.8:50000", isGuarded: true), url, "UDP").verdict == .ok)
        #expect(judge(.relayed(address: "10.0.0.1:50000", isGuarded: true), url, "UDP").detail.contains("--external"))
        #expect(judge(.relayed(address: "[fd77:0:0:0:0:0:0:1]:50000", isGuarded: true), url, "UDP").verdict == .warn)
        #expect(judge(.relayed(address: "8.8.8.8:50000", isGuarded: false), url, "UDP").verdict == .warn)
        #expect(
            judge(.refused(code: 401, reason: "", knewUs: true), url, "UDP").detail.contains("CONSULT_TURN_SECRET"))
        #expect(judge(.refused(code: 486, reason: "", knewUs: true), url, "UDP").verdict == .warn)
        #expect(examineTURN(url, login: nil).detail.contains("CONSULT_TURN_SECRET"))
    }
}
