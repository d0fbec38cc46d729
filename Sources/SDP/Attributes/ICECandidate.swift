/// An address a peer may be reached at, `a=candidate` (RFC 8839 §5.1; TCP: RFC 6544 §4.5).
public struct ICECandidate: Sendable, Hashable, CustomStringConvertible {
    /// What carries the packets.
    public enum Transport: Sendable, Hashable {
        /// UDP.
        case udp
        /// TCP; `tcpType` says who connects.
        case tcp
        /// Anything else, named in lower case. Such a candidate is to be ignored.
        case other(String)
    }

    /// Where the address is from.
    public enum Kind: Sendable, Hashable {
        /// An interface of the peer.
        case host
        /// What a STUN server saw.
        case serverReflexive
        /// What the other peer saw.
        case peerReflexive
        /// A TURN server's address.
        case relayed
        /// Anything else. Such a candidate is to be ignored.
        case other(String)
    }

    /// Who connects, for TCP (RFC 6544 §4.5).
    public enum TCPType: String, Sendable, Hashable {
        /// The candidate's owner.
        case active
        /// The other side.
        case passive
        /// Both at once.
        case simultaneousOpen = "so"
    }

    /// An extension attribute, name and value.
    public struct Extension: Sendable, Hashable {
        /// As in `generation`.
        public var name: String
        /// As in `0`.
        public var value: String

        /// An extension attribute.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Equal for candidates of one kind, base and server; 1 to 32 ice-chars.
    public var foundation: String
    /// 1 is RTP, and RTCP too where they share a port.
    public var component: UInt16
    /// What carries the packets.
    public var transport: Transport
    /// The larger, the better (RFC 8445 §5.1.2).
    public var priority: UInt32
    /// The address to send to.
    public var address: ConnectionAddress
    /// The port to send to; 9 for active TCP.
    public var port: UInt16
    /// Where the address is from.
    public var kind: Kind
    /// `raddr`: the base of a reflexive or relayed candidate.
    public var relatedAddress: ConnectionAddress?
    /// `rport`: the base's port.
    public var relatedPort: UInt16?
    /// Who connects, for TCP.
    public var tcpType: TCPType?
    /// Everything else, in order: `generation`, `ufrag`, `network-id`…
    public var extensions: [Extension]

    /// A candidate.
    public init(
        foundation: String, component: UInt16 = 1, transport: Transport = .udp, priority: UInt32,
        address: ConnectionAddress, port: UInt16, kind: Kind = .host, relatedAddress: ConnectionAddress? = nil,
        relatedPort: UInt16? = nil, tcpType: TCPType? = nil, extensions: [Extension] = []
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.address = address
        self.port = port
        self.kind = kind
        self.relatedAddress = relatedAddress
        self.relatedPort = relatedPort
        self.tcpType = tcpType
        self.extensions = extensions
    }

    /// Reads `candidate:…`, as trickled by a browser; a leading `a=` is allowed.
    public init(parsing text: String) throws(SDPError) {
        var value = Substring(text)
        if value.utf8.starts(with: "a=".utf8) { value = value.cut(at: .equals).tail ?? "" }
        guard text.utf8.count <= SDPLimits.lineBytes else {
            throw SDPError(.limitExceeded, "a candidate is at most \(SDPLimits.lineBytes) bytes long")
        }
        guard !text.utf8.contains(where: \.isControl) else {
            throw SDPError(.syntax, "a candidate holds no control characters")
        }
        let (name, tail) = value.cut(at: .colon)
        guard name == "candidate", let tail else {
            throw SDPError(.syntax, "\(value.quoted) is not a candidate: it does not begin with 'candidate:'")
        }
        try self.init(value: tail)
    }

    /// The extension attribute `ufrag`: the ICE generation the candidate is of (W3C WebRTC §4.8.1).
    public var usernameFragment: String? { extensions.first { $0.name == "ufrag" }?.value }

    /// The extension attribute `generation`.
    public var generation: Int? {
        guard let value = extensions.first(where: { $0.name == "generation" })?.value else { return nil }
        return Substring(value).decimal()
    }

    /// `candidate:…`, without `a=`.
    public var description: String {
        var words = [
            "candidate:\(foundation)", String(component), transport.token, String(priority), address.description,
            String(port), "typ", kind.token,
        ]
        if let relatedAddress { words += ["raddr", relatedAddress.description] }
        if let relatedPort { words += ["rport", String(relatedPort)] }
        if let tcpType { words += ["tcptype", tcpType.rawValue] }
        for item in extensions { words += [item.name, item.value] }
        return words.joined(separator: " ")
    }
}
