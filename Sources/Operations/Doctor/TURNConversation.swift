import Crypto
import Foundation

/// What a TURN server is asked to see whether browsers could use it (RFC 8656): an allocation with a time-limited credential, a permission
/// that it should refuse, and the allocation's end.
///
///     asking ─401, realm and nonce─► allocating ─relayed address─► permitting ─403 or not─► releasing ─► done
///
/// A value: answers go in, the next request or the outcome comes out.
struct TURNConversation {
    /// What came of it.
    enum Outcome: Equatable {
        /// An allocation was made.
        ///
        /// - Parameters:
        ///   - address: where peers would send to.
        ///   - isGuarded: whether it refuses to relay to the machine's own link.
        case relayed(address: String, isGuarded: Bool)
        /// An error response (RFC 8489 §14.8); `knewUs`: after the credential was given.
        case refused(code: Int, reason: String, knewUs: Bool)
        /// Something that is no answer to what was asked.
        case malformed
    }

    enum Step: Equatable {
        case send([UInt8])
        /// Not an answer to the last request: wait for another.
        case ignore
        case done(Outcome)
    }

    private enum Stage {
        case asking
        case allocating
        case permitting(relayed: String)
        case releasing(relayed: String, isGuarded: Bool)
    }

    private struct Challenge {
        var realm: [UInt8]
        var nonce: [UInt8]
    }

    private let username: [UInt8]
    private let password: String
    private let isIPv6: Bool
    private var stage = Stage.asking
    private var challenge: Challenge?
    private var transaction: [UInt8]
    private var renewals = 0
    private let random: () -> [UInt8]

    /// - Parameters:
    ///   - isIPv6: which family to ask for, and to test with.
    ///   - random: 12 bytes for each transaction.
    init(
        username: String, password: String, isIPv6: Bool,
        random: @escaping () -> [UInt8] = { (0..<12).map { _ in UInt8.random(in: 0...255) } }
    ) {
        self.username = Array(username.utf8)
        self.password = password
        self.isIPv6 = isIPv6
        self.random = random
        transaction = random()
    }

    /// The first request.
    func begin() -> [UInt8] { request() }

    /// Takes a whole message of the server.
    mutating func handle(_ answer: [UInt8]) -> Step {
        guard let message = STUNMessage(answer), message.transaction == transaction else { return .ignore }
        guard message.method == method, message.isResponse else { return .done(.malformed) }
        if let error = message.error { return failed(error, message) }
        switch stage {
        case .asking, .allocating:
            guard let value = message.attributes[.xorRelayedAddress],
                let address = STUNBinding.address(in: value, mask: STUNBinding.cookie + transaction)
            else { return .done(.malformed) }
            return go(to: .permitting(relayed: address))
        case .permitting(let relayed): return go(to: .releasing(relayed: relayed, isGuarded: false))
        case .releasing(let relayed, let isGuarded):
            return .done(.relayed(address: relayed, isGuarded: isGuarded))
        }
    }

    private mutating func failed(_ error: (code: Int, reason: String), _ message: STUNMessage) -> Step {
        let isStale = error.code == 438
        if error.code == 401 || isStale, challenge == nil || (isStale && renewals < 2) {
            guard let realm = message.attributes[.realm], let nonce = message.attributes[.nonce] else {
                return .done(.malformed)
            }
            if isStale { renewals += 1 }
            challenge = Challenge(realm: realm, nonce: nonce)
            if case .asking = stage { stage = .allocating }
            return go(to: stage)
        }
        switch stage {
        case .asking, .allocating:
            return .done(.refused(code: error.code, reason: error.reason, knewUs: challenge != nil))
        case .permitting(let relayed): return go(to: .releasing(relayed: relayed, isGuarded: error.code == 403))
        case .releasing(let relayed, let isGuarded):
            return .done(.relayed(address: relayed, isGuarded: isGuarded))
        }
    }

    private mutating func go(to next: Stage) -> Step {
        stage = next
        transaction = random()
        return .send(request())
    }

    private var method: UInt16 {
        switch stage {
        case .asking, .allocating: 0x003
        case .permitting: 0x008
        case .releasing: 0x004
        }
    }

    private func request() -> [UInt8] {
        var attributes: [UInt8] = []
        switch stage {
        case .asking, .allocating:
            attributes += STUNMessage.encode(.requestedTransport, [17, 0, 0, 0])
            attributes += STUNMessage.encode(.requestedAddressFamily, [isIPv6 ? 2 : 1, 0, 0, 0])
        case .permitting: attributes += STUNMessage.encode(.xorPeerAddress, ownLink)
        case .releasing: attributes += STUNMessage.encode(.lifetime, [0, 0, 0, 0])
        }
        return STUNMessage.request(method, transaction, attributes, login: challenge.map { login($0, attributes) })
    }

    /// RFC 8489 §9.2.2: the key is MD5(username ":" realm ":" password).
    private func login(_ challenge: Challenge, _ attributes: [UInt8]) -> STUNMessage.Login {
        let secret = username + [0x3A] + challenge.realm + [0x3A] + Array(password.utf8)
        return STUNMessage.Login(
            username: username, realm: challenge.realm, nonce: challenge.nonce,
            key: Array(Insecure.MD5.hash(data: secret)))
    }

    /// 169.254.169.254, where clouds keep their machines' credentials, or fe80::1, as XOR-PEER-ADDRESS has it.
    private var ownLink: [UInt8] {
        let address: [UInt8] = isIPv6 ? [0xFE, 0x80] + Array(repeating: 0, count: 13) + [1] : [169, 254, 169, 254]
        let mask = STUNBinding.cookie + transaction
        let port: [UInt8] = [0, 80]
        return [0, isIPv6 ? 2 : 1] + zip(port, mask).map { $0 ^ $1 } + zip(address, mask).map { $0 ^ $1 }
    }
}
