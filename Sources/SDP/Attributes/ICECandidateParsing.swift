extension ICECandidate {
    /// Reads what follows `candidate:`.
    init(value: Substring) throws(SDPError) {
        let words = value.words
        guard words.count >= 8 else {
            throw SDPError(.syntax, "\(value.quoted) has \(words.count) of a candidate's 8 fields")
        }
        guard words[0].isICE(1...32) else {
            throw SDPError(.syntax, "\(words[0].quoted) is not a foundation of 1 to 32 ice-chars")
        }
        guard let component = words[1].decimal(UInt16.self), (1...256).contains(component) else {
            throw SDPError(.syntax, "\(words[1].quoted) is not a component from 1 to 256")
        }
        guard words[2].isToken else { throw SDPError(.syntax, "\(words[2].quoted) is not a transport") }
        guard let priority = words[3].decimal(UInt32.self) else {
            throw SDPError(.syntax, "\(words[3].quoted) is not a priority")
        }
        guard let address = ConnectionAddress(words[4]) else {
            throw SDPError(.syntax, "\(words[4].quoted) is not an address")
        }
        guard let port = words[5].decimal(UInt16.self) else {
            throw SDPError(.syntax, "\(words[5].quoted) is not a port")
        }
        guard words[6] == "typ", words[7].isToken else {
            throw SDPError(.syntax, "\(value.quoted) has no candidate type ('typ host') after the port")
        }
        guard words.count.isMultiple(of: 2) else {
            throw SDPError(.syntax, "\(value.quoted) ends in a name without a value")
        }
        self.init(
            foundation: String(words[0]), component: component, transport: Transport(words[2]), priority: priority,
            address: address, port: port, kind: Kind(words[7]))
        var index = 8
        while index + 1 < words.count {
            try add(name: words[index], value: words[index + 1])
            index += 2
        }
    }

    private mutating func add(name: Substring, value: Substring) throws(SDPError) {
        switch name {
        case "raddr":
            guard let address = ConnectionAddress(value) else {
                throw SDPError(.syntax, "\(value.quoted) is not an address (raddr)")
            }
            relatedAddress = address
        case "rport":
            guard let port = value.decimal(UInt16.self) else {
                throw SDPError(.syntax, "\(value.quoted) is not a port (rport)")
            }
            relatedPort = port
        case "tcptype":
            guard let type = TCPType(rawValue: value.lowercased()) else {
                throw SDPError(.syntax, "\(value.quoted) is not a tcptype: active, passive or so")
            }
            tcpType = type
        default:
            extensions.append(Extension(name: String(name), value: String(value)))
        }
    }
}

extension ICECandidate.Transport {
    init(_ token: Substring) {
        switch token.lowercased() {
        case "udp": self = .udp
        case "tcp": self = .tcp
        case let other: self = .other(other)
        }
    }

    var token: String {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        case .other(let name): name
        }
    }
}

extension ICECandidate.Kind {
    init(_ token: Substring) {
        switch token.lowercased() {
        case "host": self = .host
        case "srflx": self = .serverReflexive
        case "prflx": self = .peerReflexive
        case "relay": self = .relayed
        case let other: self = .other(other)
        }
    }

    var token: String {
        switch self {
        case .host: "host"
        case .serverReflexive: "srflx"
        case .peerReflexive: "prflx"
        case .relayed: "relay"
        case .other(let name): name
        }
    }
}
