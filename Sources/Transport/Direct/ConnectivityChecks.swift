import CNice

/// STUN on a path that has been taken from libnice, with libnice's own STUN library: the peer's checks are answered (RFC 8445 §7.3), and
/// its consent is asked (RFC 7675). One library context serves all paths of a worker.
final class ConnectivityChecks {
    /// What became of a STUN message.
    enum Result: Equatable {
        /// An answer of so many bytes lies in the buffer, to be sent back.
        case reply(Int)
        /// The peer agreed to be sent to.
        case consented
        /// Nothing that concerns this path: other credentials, no STUN, an answer nobody waits for.
        case ignored
    }

    private let library: UnsafeMutablePointer<StunAgent>
    private let known: UnsafeMutablePointer<UInt16>
    private let tie = UInt64.random(in: 0...(.max))

    /// Bytes of the largest message written here.
    static let messageLimit = 1280

    init() {
        let attributes = [
            STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY, STUN_ATTRIBUTE_ERROR_CODE,
            STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
            STUN_ATTRIBUTE_USE_CANDIDATE, STUN_ATTRIBUTE_FINGERPRINT, STUN_ATTRIBUTE_ICE_CONTROLLED,
            STUN_ATTRIBUTE_ICE_CONTROLLING,
        ]
        known = .allocate(capacity: attributes.count + 1)
        for (index, attribute) in attributes.enumerated() {
            (known + index).initialize(to: UInt16(truncatingIfNeeded: attribute.rawValue))
        }
        (known + attributes.count).initialize(to: 0)
        library = .allocate(capacity: 1)
        stun_agent_init(
            library, known, STUN_COMPATIBILITY_RFC5389,
            StunAgentUsageFlags(
                rawValue: STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS.rawValue | STUN_AGENT_USAGE_USE_FINGERPRINT.rawValue))
    }

    deinit {
        library.deallocate()
        known.deallocate()
    }

    /// The credentials of one path, where the library can keep pointers to them.
    final class Credentials {
        fileprivate let incoming: Text
        fileprivate let outgoing: Text
        fileprivate let ours: Text
        fileprivate let theirs: Text
        fileprivate let controlling: Bool
        fileprivate var asked: TransactionID?

        init(local: ICEAgent.Credentials, remote: ICEAgent.Credentials, controlling: Bool) {
            incoming = Text("\(local.ufrag):\(remote.ufrag)")
            outgoing = Text("\(remote.ufrag):\(local.ufrag)")
            ours = Text(local.password)
            theirs = Text(remote.password)
            self.controlling = controlling
        }
    }

    /// The number of a request (RFC 8489 §5), magic cookie included.
    fileprivate struct TransactionID: Equatable {
        private var words: (UInt64, UInt64) = (0, 0)

        init(of message: inout StunMessage) { withBytes { stun_message_id(&message, $0) } }

        mutating func withBytes<Result>(_ body: (UnsafeMutablePointer<UInt8>) -> Result) -> Result {
            withUnsafeMutablePointer(to: &words) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 16, body)
            }
        }

        static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    }

    /// Bytes that stay in one place.
    fileprivate final class Text {
        let bytes: UnsafeMutablePointer<UInt8>
        let count: Int

        init(_ text: String) {
            let utf8 = Array(text.utf8)
            count = utf8.count
            bytes = .allocate(capacity: max(1, count))
            bytes.initialize(from: utf8, count: count)
        }

        deinit { bytes.deallocate() }
    }

    /// Takes a message of the peer.
    ///
    /// - Parameters:
    ///   - datagram: the message.
    ///   - remote: where it came from, which is what an answer tells the peer.
    ///   - reply: where an answer is written to, at least `messageLimit` bytes.
    func receive(
        _ datagram: UnsafeRawBufferPointer, from remote: SocketAddress, _ credentials: Credentials,
        reply: UnsafeMutableRawBufferPointer
    ) -> Result {
        guard let start = datagram.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return .ignored }
        var message = StunMessage()
        var expected = [
            StunDefaultValidaterData(
                username: credentials.incoming.bytes, username_len: credentials.incoming.count,
                password: credentials.ours.bytes, password_len: credentials.ours.count),
            StunDefaultValidaterData(),
        ]
        let status = stun_agent_validate(
            library, &message, start, datagram.count, stun_agent_default_validater, &expected)
        guard status == STUN_VALIDATION_SUCCESS, stun_message_get_method(&message) == STUN_BINDING else {
            return .ignored
        }
        switch stun_message_get_class(&message) {
        case STUN_REQUEST: return answer(&message, from: remote, credentials, reply)
        case STUN_RESPONSE:
            // The library knew the request's number and our peer's password.
            guard credentials.asked == TransactionID(of: &message) else { return .ignored }
            credentials.asked = nil
            return .consented
        default: return .ignored
        }
    }

    private func answer(
        _ request: inout StunMessage, from remote: SocketAddress, _ credentials: Credentials,
        _ reply: UnsafeMutableRawBufferPointer
    ) -> Result {
        guard let bytes = reply.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return .ignored }
        var message = StunMessage()
        var size = reply.count
        var controlling = credentials.controlling
        var source = remote.storage
        _ = stun_usage_ice_conncheck_create_reply(
            library, &request, &message, bytes, &size, &source, remote.length, &controlling, tie,
            STUN_USAGE_ICE_COMPATIBILITY_RFC5245)
        return size > 0 ? .reply(size) : .ignored
    }

    /// Writes a request for consent into `buffer`; its number takes the place of the one before, which counts as unanswered.
    ///
    /// - Returns: its length; 0 where there is no room.
    func ask(_ credentials: Credentials, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let bytes = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return 0 }
        forget(credentials)
        var message = StunMessage()
        let size = stun_usage_ice_conncheck_create(
            library, &message, bytes, buffer.count, credentials.outgoing.bytes, credentials.outgoing.count,
            credentials.theirs.bytes, credentials.theirs.count, false, credentials.controlling, Self.priority, tie, nil,
            STUN_USAGE_ICE_COMPATIBILITY_RFC5245)
        guard size > 0 else { return 0 }
        credentials.asked = TransactionID(of: &message)
        return size
    }

    /// Nobody waits for an answer any more; the library lets go of the password.
    func forget(_ credentials: Credentials) {
        guard var asked = credentials.asked else { return }
        _ = asked.withBytes { stun_agent_forget_transaction(library, $0) }
        credentials.asked = nil
    }

    /// What a peer-reflexive candidate would have (RFC 8445 §5.1.2.1); it decides nothing on a pair that is selected.
    private static let priority: UInt32 = 110 << 24 | 65_535 << 8 | 255
}
