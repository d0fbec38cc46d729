internal import Crypto
internal import FoundationEssentials
internal import Identifiers

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

    /// `iceServers` for one user, as `RTCPeerConnection` takes it.
    ///
    /// Credentials follow draft-uberti-behave-turn-rest §2.2: the username is the time of expiry and the user's id, the
    /// password its HMAC-SHA1 under the shared secret. What coturn calls `use-auth-secret`.
    func servers(for user: UserID, now: Date) -> JSONValue {
        var servers: [JSONValue] = []
        if !stunURLs.isEmpty { servers.append(["urls": .array(stunURLs.map { .string($0) })]) }
        if !turnURLs.isEmpty {
            var server: JSONObject = ["urls": .array(turnURLs.map { .string($0) })]
            if let turnSecret {
                let expiry = Int64(now.timeIntervalSince1970) + Int64(turnLifetime)
                let username = "\(expiry):\(user.text)"
                let code = HMAC<Insecure.SHA1>.authenticationCode(
                    for: Array(username.utf8), using: SymmetricKey(data: Array(turnSecret.utf8)))
                server.append("username", .string(username))
                server.append("credential", .string(Data(code).base64EncodedString()))
            }
            servers.append(.object(server))
        }
        return .array(servers)
    }
}
