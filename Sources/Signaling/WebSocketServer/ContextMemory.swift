internal import CWebSockets
internal import Glibc

/// The memory that a libwebsockets context refers to for as long as it lives.
struct ContextMemory {
    /// What the context's user pointer leads to. The server is unretained: it destroys the context before it goes.
    struct Shared {
        var server: UnsafeMutableRawPointer?
    }

    let shared: UnsafeMutablePointer<Shared>
    let ticker: UnsafeMutablePointer<cw_ticker>
    private let protocols: UnsafeMutablePointer<lws_protocols>
    private let liveness: UnsafeMutablePointer<lws_retry_bo_t>
    private let strings: [String: UnsafeMutablePointer<CChar>]

    private enum Name {
        static let subprotocol = "consult.v1"
        static let agent = "consult"
        static let alpn = "http/1.1"
    }

    init(options: WebSocketServer.Options) {
        var strings: [String: UnsafeMutablePointer<CChar>] = [:]
        for text in [Name.subprotocol, Name.agent, Name.alpn, options.bind, options.certificate, options.key] {
            if let text { strings[text] = strdup(text) }
        }
        self.strings = strings
        shared = .allocate(capacity: 1)
        shared.initialize(to: Shared())
        ticker = .allocate(capacity: 1)
        ticker.initialize(to: cw_ticker())
        liveness = .allocate(capacity: 1)
        var policy = lws_retry_bo_t()
        policy.secs_since_valid_ping = options.limits.pingSeconds
        policy.secs_since_valid_hangup = options.limits.hangupSeconds
        liveness.initialize(to: policy)
        protocols = .allocate(capacity: 2)
        var subprotocol = lws_protocols()
        subprotocol.name = strings[Name.subprotocol].map { UnsafePointer($0) }
        subprotocol.callback = serviceCallback
        subprotocol.rx_buffer_size = 4096
        protocols.initialize(to: subprotocol)
        (protocols + 1).initialize(to: lws_protocols())
    }

    func free() {
        shared.deallocate()
        ticker.deallocate()
        liveness.deallocate()
        protocols.deallocate()
        for string in strings.values { Glibc.free(string) }
    }

    private func pointer(_ text: String?) -> UnsafePointer<CChar>? {
        text.flatMap { strings[$0] }.map { UnsafePointer($0) }
    }

    func contextInformation(options: WebSocketServer.Options) -> lws_context_creation_info {
        var information = common(options)
        information.options |= flag(LWS_SERVER_OPTION_EXPLICIT_VHOSTS)
        information.user = UnsafeMutableRawPointer(shared)
        information.pt_serv_buf_size = 16384
        information.fd_limit_per_thread = Self.descriptors(for: options.maximumConnections)
        return information
    }

    /// How many descriptors the library may have: enough for the connections, for HTTP, and for those that are told that
    /// the server is full; but at most half of what the process may have. A process without descriptors can't even
    /// accept a connection to close it, and would try for ever.
    private static func descriptors(for connections: Int) -> UInt32 {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return UInt32(clamping: min(connections + connections / 4 + 64, Int(clamping: limit.rlim_cur / 2)))
    }

    func hostInformation(options: WebSocketServer.Options) -> lws_context_creation_info {
        var information = common(options)
        information.options |= flag(LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND)
        information.port = Int32(options.port)
        information.iface = pointer(options.bind)
        information.protocols = UnsafePointer(protocols)
        information.retry_and_idle_policy = UnsafePointer(liveness)
        information.server_string = pointer(Name.agent)
        information.keepalive_timeout = 15
        information.timeout_secs = 10
        information.timeout_secs_ah_idle = 10
        information.ssl_cert_filepath = pointer(options.certificate)
        information.ssl_private_key_filepath = pointer(options.key)
        information.alpn = pointer(Name.alpn)
        information.ssl_options_set = cw_no_old_tls()
        return information
    }

    private func common(_ options: WebSocketServer.Options) -> lws_context_creation_info {
        var information = lws_context_creation_info()
        information.options = flag(LWS_SERVER_OPTION_VALIDATE_UTF8)
        if options.certificate != nil { information.options |= flag(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT) }
        if let bind = options.bind, !bind.contains(":") {
            information.options |= flag(LWS_SERVER_OPTION_DISABLE_IPV6)
        }
        information.port = CONTEXT_PORT_NO_LISTEN
        information.max_http_header_data = 8192
        information.gid = -1
        information.uid = -1
        return information
    }

    private func flag(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }
    private func flag(_ value: Int) -> UInt64 { UInt64(bitPattern: Int64(value)) }
    private func flag(_ value: UInt64) -> UInt64 { value }
}
