import Foundation

/// Whether browsers will hand out camera and microphone: only to https pages and to localhost (W3C Secure Contexts).
public func examineSecureContext(publicURL: String?) -> Finding {
    let subject = "secure context"
    if let publicURL, publicURL.hasPrefix("https://") {
        return Finding(.ok, subject, "a proxy serves \(publicURL)")
    }
    return Finding(
        .warn, subject,
        "plain HTTP: browsers give camera and microphone to localhost only; set CONSULT_TLS_CERT and CONSULT_TLS_KEY, "
            + "or put a TLS proxy in front and set CONSULT_PUBLIC_URL")
}

/// Whether this process may open enough files for the rooms it may hold.
///
/// - Parameter limit: the process's limit, after it has been raised as far as it goes.
public func examineFileLimit(_ limit: UInt64, rooms: Int) -> Finding {
    // Two peers with a WebSocket, an ICE socket and a media socket each, and one more of each while a path is replaced.
    let needed = UInt64(rooms) * 12 + 100
    return limit >= needed
        ? Finding(.ok, "open files", "\(limit) allowed")
        : Finding(
            .warn, "open files",
            "\(limit) allowed, \(rooms) rooms may need \(needed); raise the limit (ulimit -n, LimitNOFILE) "
                + "or lower CONSULT_MAX_ROOMS")
}

/// Whether a consult answers on this private port.
public func servesConsult(host: String, opsPort: UInt16, timeoutMilliseconds: Int32 = 1000) -> Bool {
    guard let address = SocketAddress(host: host, port: opsPort, type: Int32(SOCK_STREAM.rawValue), numeric: true),
        let socket = Socket(family: address.family, type: SOCK_STREAM),
        connectWithin(socket, address, timeoutMilliseconds)
    else { return false }
    let request = Array("GET /metrics HTTP/1.1\r\nHost: \(host)\r\nConnection: close\r\n\r\n".utf8)
    guard send(socket.descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
        return false
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 16384)
    while answer.count < 1 << 20, socket.wait(for: Int16(POLLIN), milliseconds: timeoutMilliseconds) {
        let count = recv(socket.descriptor, &buffer, buffer.count, 0)
        if count <= 0 { break }
        answer += buffer.prefix(count)
    }
    return String(decoding: answer, as: UTF8.self).contains("\nconsult_")
}
