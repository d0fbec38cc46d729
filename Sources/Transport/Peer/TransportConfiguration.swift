/// Local settings of every transport of a relay.
public struct TransportConfiguration: Sendable {
    /// Addresses candidates are made on.
    public var addresses: [String]
    /// Ports of candidates.
    public var ports: ClosedRange<UInt16>
    /// Numeric address and port of a STUN server that tells our public address.
    public var stunServer: (address: String, port: UInt16)?

    /// Settings of transports.
    public init(
        addresses: [String], ports: ClosedRange<UInt16>, stunServer: (address: String, port: UInt16)? = nil
    ) {
        self.addresses = addresses
        self.ports = ports
        self.stunServer = stunServer
    }
}

/// What the peer's session description says about the path.
public struct PeerParameters: Sendable, Equatable {
    /// The peer's ICE user fragment.
    public var ufrag: String
    /// The peer's ICE password (RFC 8445 §5.3).
    public var password: String
    /// Fingerprints of the peer's certificate.
    public var fingerprints: [PeerFingerprint]
    /// Our side of the DTLS handshake.
    public var role: DTLSRole

    /// What a session description says.
    public init(ufrag: String, password: String, fingerprints: [PeerFingerprint], role: DTLSRole) {
        self.ufrag = ufrag
        self.password = password
        self.fingerprints = fingerprints
        self.role = role
    }
}
