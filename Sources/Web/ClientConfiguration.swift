internal import FoundationEssentials

/// Where the web client finds everything: `/config.json` (docs/protocol.md), and what its page may connect to.
public struct ClientConfiguration: Sendable {
    /// Where one part is found.
    public enum Place: Sendable, Equatable {
        /// At a fixed address.
        case url(String)
        /// At the address of this very request, as its `Host` says.
        case here
        /// On the host of this very request, at another port.
        case port(UInt16, isSecure: Bool)
    }

    /// The addresses as one request's client is told them.
    public struct Addresses: Sendable, Equatable, Encodable {
        /// The WebSocket.
        public var websocket: String
        /// The API; nil where there is none.
        public var api: String?
        /// The server's version.
        public var version: String
        /// For how many seconds of media time a call is free, so that prices are told before anything is asked; nil where
        /// calls are not charged.
        public var freeSeconds: Int?

        private enum Key: String, CodingKey { case websocket, api, version, freeSeconds }

        /// Writes every field, an absent one as null.
        public func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(websocket, forKey: .websocket)
            try container.encode(api, forKey: .api)
            try container.encode(version, forKey: .version)
            try container.encode(freeSeconds, forKey: .freeSeconds)
        }

        /// The origins that the page connects to.
        public var origins: [String] { [websocket, api].compactMap { $0.flatMap(OriginPolicy.origin(ofURL:)) } }

        /// The content of `/config.json`.
        public var json: [UInt8] {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return (try? encoder.encode(self)).map(Array.init) ?? []
        }
    }

    private let websocket: Place
    private let api: Place?
    private let version: String
    private let sendsCards: Bool
    private let freeSeconds: Int?

    /// What clients are told, and whether their browsers send cards to Stripe.
    ///
    /// - Parameter freeSeconds: for how many seconds of media time a call is free; nil where calls are not charged.
    public init(websocket: Place, api: Place?, version: String, sendsCards: Bool = false, freeSeconds: Int? = nil) {
        self.websocket = websocket
        self.api = api
        self.version = version
        self.sendsCards = sendsCards
        self.freeSeconds = freeSeconds
    }

    /// What a browser is told about the web client's page.
    ///
    /// - Parameter addresses: those of the request's client; nil where it has none.
    public func pageFields(for addresses: Addresses?) -> [SecurityFields.Field] {
        SecurityFields.page(connectingTo: addresses?.origins ?? [], sendsCards: sendsCards)
    }

    /// The addresses for a request's client.
    ///
    /// - Returns: nil where one follows from the `Host`, and that is missing or no host.
    public func addresses(host: String?, isSecure: Bool) -> Addresses? {
        guard
            let websocket = Self.address(
                of: websocket, ("ws", "wss"), path: "/ws", host: host, isSecure: isSecure)
        else { return nil }
        var addresses = Addresses(websocket: websocket, api: nil, version: version, freeSeconds: freeSeconds)
        if let api {
            addresses.api = Self.address(
                of: api, ("http", "https"), path: "/api/v1", host: host, isSecure: isSecure)
            if addresses.api == nil { return nil }
        }
        return addresses
    }

    private static func address(
        of place: Place, _ schemes: (plain: String, secure: String), path: String, host: String?, isSecure: Bool
    ) -> String? {
        switch place {
        case .url(let url): return url
        case .here:
            guard let host, OriginPolicy.host(ofAuthority: host) != nil else { return nil }
            return "\(isSecure ? schemes.secure : schemes.plain)://\(host)\(path)"
        case .port(let port, let isSecure):
            guard let name = host.flatMap(OriginPolicy.host(ofAuthority:)) else { return nil }
            return "\(isSecure ? schemes.secure : schemes.plain)://\(name):\(port)\(path)"
        }
    }
}
