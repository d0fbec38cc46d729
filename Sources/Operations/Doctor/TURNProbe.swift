import Foundation

/// Whether browsers will get a relayed address from a TURN server: an allocation with a credential as they are given one, over what the
/// address says (UDP, TCP, or TLS with a certificate that is checked).
///
/// - Parameter login: a minted username and password; nil where no secret is configured.
public func examineTURN(
    _ server: ICEServerURL, login: (username: String, password: String)?, timeoutMilliseconds: Int32 = 1500
) -> Finding {
    let subject = "\(server.scheme) server"
    guard let login else {
        return Finding(
            .fail, subject,
            "\(server.text) wants a credential; set CONSULT_TURN_SECRET to its static-auth-secret (turn-config/README.md)"
        )
    }
    let overStream = server.transport == "tcp" || server.scheme == "turns"
    let type: __socket_type = overStream ? SOCK_STREAM : SOCK_DGRAM
    guard let address = SocketAddress(host: server.host, port: server.port, type: Int32(type.rawValue)) else {
        return Finding(.fail, subject, "\(server.host) cannot be resolved; check the name in \(server.text)")
    }
    guard let socket = Socket(family: address.family, type: type) else {
        return Finding(.fail, subject, "no socket: \(String(cString: strerror(errno)))")
    }
    let kind = server.scheme == "turns" ? "TLS" : overStream ? "TCP" : "UDP"
    guard connectWithin(socket, address, timeoutMilliseconds) else {
        return Finding(
            .fail, subject,
            "\(server.text): nobody accepts a connection; check that coturn runs (scripts/turn) and that the firewall lets "
                + "TCP \(server.port) in")
    }
    var limit = timeval(tv_sec: Int(timeoutMilliseconds / 1000), tv_usec: Int(timeoutMilliseconds % 1000) * 1000)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
        setsockopt(socket.descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    let line: any TURNLine
    do {
        if server.scheme == "turns" {
            line = SecureLine(stream: try TLSStream(socket, host: server.host))
        } else if overStream {
            line = PlainLine(descriptor: socket.descriptor)
        } else {
            line = DatagramLine(descriptor: socket.descriptor)
        }
    } catch {
        return Finding(
            .fail, subject,
            "\(server.text): TLS fails, for browsers too: \(error.message); give coturn the whole chain of a "
                + "certificate for \(server.host)")
    }
    let conversation = TURNConversation(
        username: login.username, password: login.password, isIPv6: address.family == AF_INET6)
    let outcome = converse(conversation, over: line)
    withExtendedLifetime(socket.descriptor) {}
    return judge(outcome, server, kind)
}

private func converse(_ start: TURNConversation, over line: any TURNLine) -> TURNConversation.Outcome? {
    var conversation = start
    var request = conversation.begin()
    // Five requests are the longest conversation; a server that keeps asking for more is none.
    for _ in 0..<8 {
        var step: TURNConversation.Step?
        for _ in 0..<line.attempts where step == nil {
            guard line.send(request) else { return nil }
            while let answer = line.receive() {
                let next = conversation.handle(answer)
                if next == .ignore { continue }
                step = next
                break
            }
        }
        switch step {
        case .send(let next): request = next
        case .done(let outcome): return outcome
        case .ignore, nil: return nil
        }
    }
    return .malformed
}

/// What the outcome means for an operator.
func judge(_ outcome: TURNConversation.Outcome?, _ server: ICEServerURL, _ kind: String) -> Finding {
    let subject = "\(server.scheme) server"
    switch outcome {
    case nil:
        return Finding(
            .fail, subject,
            "\(server.text) does not answer over \(kind); check that coturn runs (scripts/turn) and that the firewall lets "
                + "\(kind == "UDP" ? "UDP" : "TCP") \(server.port) in")
    case .malformed: return Finding(.fail, subject, "\(server.text) answers, but not as a TURN server does")
    case .refused(401, _, knewUs: true):
        return Finding(
            .fail, subject,
            "\(server.text) refuses our credential; CONSULT_TURN_SECRET must be its static-auth-secret, with use-auth-secret, "
                + "and both clocks must agree")
    case .refused(486, _, _):
        return Finding(
            .warn, subject, "\(server.text): the quota of allocations is used up; raise user-quota or total-quota")
    case .refused(508, _, _):
        return Finding(.fail, subject, "\(server.text) has no free port to relay from; widen min-port and max-port")
    case .refused(440, _, _):
        return Finding(
            .fail, subject, "\(server.text) has no relay address of this family; give it one (scripts/turn --listen)")
    case .refused(let code, let reason, _):
        return Finding(.fail, subject, "\(server.text) refuses an allocation: \(code) \(reason)")
    case .relayed(let address, isGuarded: false):
        return Finding(
            .warn, subject,
            "\(server.text) relays from \(address) over \(kind), also to 169.254.0.0/16 and its like: whoever has a credential "
                + "reaches its neighbours; use turn-config/turnserver.conf.template")
    case .relayed(let address, isGuarded: true):
        let host = address.hasPrefix("[") ? address.dropFirst().prefix { $0 != "]" } : address.prefix { $0 != ":" }
        if host == "127" || host.hasPrefix("127.") || isPrivate(String(host)) {
            return Finding(
                .warn, subject,
                "\(server.text) relays from \(address) over \(kind), which is reached from its network only; for others start it "
                    + "with --external")
        }
        return Finding(.ok, subject, "\(server.text) relays from \(address) over \(kind)")
    }
}

/// How whole STUN messages are sent and received.
private protocol TURNLine {
    /// How often a request is sent before the server counts as silent.
    var attempts: Int { get }
    func send(_ message: [UInt8]) -> Bool
    /// The next message; nil at the time limit.
    func receive() -> [UInt8]?
}

private struct DatagramLine: TURNLine {
    let descriptor: Int32
    let attempts = 3

    func send(_ message: [UInt8]) -> Bool {
        Glibc.send(descriptor, message, message.count, Int32(MSG_NOSIGNAL)) == message.count
    }

    func receive() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1500)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer.prefix(count)) : nil
    }
}

/// Messages of a stream: RFC 8489 §6.2.2.
private protocol StreamLine: TURNLine {
    func read(_ count: Int) -> [UInt8]
}

extension StreamLine {
    var attempts: Int { 1 }

    func receive() -> [UInt8]? {
        guard let header = exactly(STUNMessage.headerLength), let length = STUNMessage.length(header), length <= 4096,
            let body = exactly(length - STUNMessage.headerLength)
        else { return nil }
        return header + body
    }

    private func exactly(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = read(count - bytes.count)
            if more.isEmpty { return nil }
            bytes += more
        }
        return bytes
    }
}

private struct PlainLine: StreamLine {
    let descriptor: Int32

    func send(_ message: [UInt8]) -> Bool {
        Glibc.send(descriptor, message, message.count, Int32(MSG_NOSIGNAL)) == message.count
    }

    func read(_ count: Int) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        let got = recv(descriptor, &buffer, count, 0)
        return got > 0 ? Array(buffer.prefix(got)) : []
    }
}

private struct SecureLine: StreamLine {
    let stream: TLSStream

    func send(_ message: [UInt8]) -> Bool { stream.send(message) }
    func read(_ count: Int) -> [UInt8] { stream.receive(count) }
}
