internal import Crypto
public import FoundationEssentials
public import Identifiers

/// The STUN and TURN servers that clients are given.
public struct ICEConfiguration: Sendable {
    /// `stun:host:port`.
    public var stunURLs: [String]
    /// `turn:host:port?transport=udp`, `turns:…`.
    public var turnURLs: [String]
    /// The secret shared with the TURN servers, from which time-limited credentials are made; nil: none are given.
    public var turnSecret: String?
    /// How long credentials last, in seconds.
    public var turnLifetime: Int

    /// The servers; none by default.
    public init(
        stunURLs: [String] = [], turnURLs: [String] = [], turnSecret: String? = nil, turnLifetime: Int = 12 * 3600
    ) {
        self.stunURLs = stunURLs
        self.turnURLs = turnURLs
        self.turnSecret = turnSecret
        self.turnLifetime = turnLifetime
    }

    /// Servers for one user.
    public struct Server: Sendable, Hashable {
        /// Their addresses.
        public let urls: [String]
        /// The name to give.
        public let username: String?
        /// The password to give.
        public let credential: String?
    }

    /// The servers for one user.
    ///
    /// Credentials follow draft-uberti-behave-turn-rest §2.2: the username is the time of expiry and the user's id, the
    /// password its HMAC-SHA1 under the shared secret. What coturn calls `use-auth-secret`.
    public func servers(for user: UserID, at now: Date) -> [Server] {
        var servers: [Server] = []
        if !stunURLs.isEmpty { servers.append(Server(urls: stunURLs, username: nil, credential: nil)) }
        if !turnURLs.isEmpty {
            let login = turnSecret.map { secret -> (name: String, password: String) in
                let name = "\(Int64(now.timeIntervalSince1970) + Int64(turnLifetime)):\(user.text)"
                let code = HMAC<Insecure.SHA1>.authenticationCode(
                    for: Array(name.utf8), using: SymmetricKey(data: Array(secret.utf8)))
                return (name, Data(code).base64EncodedString())
            }
            servers.append(Server(urls: turnURLs, username: login?.name, credential: login?.password))
        }
        return servers
    }

    /// `iceServers` for one user, as `RTCPeerConnection` takes it.
    func servers(for user: UserID, now: Date) -> JSONValue {
        .array(
            servers(for: user, at: now).map { server in
                var object: JSONObject = ["urls": .array(server.urls.map { .string($0) })]
                if let username = server.username { object.append("username", .string(username)) }
                if let credential = server.credential { object.append("credential", .string(credential)) }
                return .object(object)
            })
    }
}
