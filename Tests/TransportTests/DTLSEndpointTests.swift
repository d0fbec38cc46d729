import Testing

@testable import Transport

/// Two ends of one association, whose datagrams the test carries.
private struct Association {
    let client: DTLSEndpoint
    let server: DTLSEndpoint

    init() throws {
        let certificates = [try Certificate(), try Certificate()]
        func fingerprint(_ index: Int) -> [PeerFingerprint] {
            [PeerFingerprint(algorithm: .sha256, bytes: certificates[index].sha256)]
        }
        client = try DTLSEndpoint(certificate: certificates[0], role: .client, expected: fingerprint(1))
        server = try DTLSEndpoint(certificate: certificates[1], role: .server, expected: fingerprint(0))
        client.start()
        exchange()
    }

    func exchange() {
        var moved = true
        while moved {
            moved = false
            for (from, to) in [(client, server), (server, client)] {
                from.drain {
                    to.receive($0)
                    moved = true
                }
            }
        }
    }
}

private func record(type: UInt8, version: UInt16, epoch: UInt16, sequence: UInt16, length: Int, body: Int) -> [UInt8] {
    [type, UInt8(version >> 8), UInt8(version & 0xFF), UInt8(epoch >> 8), UInt8(epoch & 0xFF), 0, 0, 0, 0]
        + [UInt8(sequence >> 8), UInt8(sequence & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF)]
        + [UInt8](repeating: 0xA5, count: body)
}

@Suite struct DTLSEndpointTests {
    /// Whoever can send from the peer's address can send these: they are not authenticated, and must end nothing (RFC 6347 §4.1.2.7).
    @Test func `forged records of any type, version, epoch and length end no association`() throws {
        let association = try Association()
        #expect(association.client.state == .established)
        #expect(association.server.state == .established)
        var sequence: UInt16 = 100
        for type: UInt8 in [20, 21, 22, 23, 24, 63] {
            for version: UInt16 in [0xFEFF, 0xFEFD, 0xFEFC, 0] {
                for epoch: UInt16 in [0, 1, 2, 65535] {
                    for body in [0, 1, 2, 8, 15, 16, 23, 24, 25, 37, 48, 64, 200] {
                        for length in [body, 0, 65535] {
                            sequence &+= 1
                            let forged = record(
                                type: type, version: version, epoch: epoch, sequence: sequence, length: length,
                                body: body)
                            for end in [association.client, association.server] {
                                forged.withUnsafeBytes(end.receive)
                                try #require(
                                    end.state == .established,
                                    "type \(type) version \(version) epoch \(epoch) length \(length) body \(body)")
                            }
                        }
                    }
                }
            }
        }
        association.client.close()
        association.exchange()
        #expect(association.server.state == .closed)
    }

    @Test func `datagrams that are cut, joined or nothing at all end no association`() throws {
        let association = try Association()
        let records = (0..<40).map {
            record(
                type: 20 + UInt8($0 % 4), version: 0xFEFD, epoch: UInt16($0 % 3), sequence: 500 + UInt16($0),
                length: $0, body: $0)
        }
        for cut in 0..<20 {
            for (first, second) in zip(records, records.dropFirst()) {
                let datagram = Array(first.prefix(cut)) + second
                datagram.withUnsafeBytes(association.server.receive)
                try #require(association.server.state == .established, "\(cut) of \(first), then \(second)")
            }
        }
        association.client.close()
        association.exchange()
        #expect(association.server.state == .closed)
    }
}
