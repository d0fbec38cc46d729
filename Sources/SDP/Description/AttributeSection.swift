/// What the session and each media section have in common: attributes, and values read from them.
public protocol AttributeSection {
    /// The attributes in the order they stand.
    var attributes: [AttributeLine] { get set }
}

extension AttributeSection {
    /// What `pick` takes from the attributes, in order.
    func all<Value>(_ pick: (Attribute) -> Value?) -> [Value] { attributes.compactMap { pick($0.attribute) } }

    /// What `pick` takes from the first attribute that it takes anything from.
    func first<Value>(_ pick: (Attribute) -> Value?) -> Value? {
        for line in attributes {
            if let value = pick(line.attribute) { return value }
        }
        return nil
    }

    /// The line of the first attribute called `name`.
    func line(of name: String) -> Int? { attributes.first { $0.attribute.name == name }?.line }

    /// Whether `attribute` stands here.
    public func has(_ attribute: Attribute) -> Bool { attributes.contains { $0.attribute == attribute } }

    /// Adds `attribute` at the end.
    public mutating func append(_ attribute: Attribute) { attributes.append(AttributeLine(attribute)) }

    /// `a=ice-ufrag`.
    public var iceUsernameFragment: String? {
        first { if case .iceUsernameFragment(let text) = $0 { text } else { nil } }
    }

    /// `a=ice-pwd`.
    public var icePassword: String? { first { if case .icePassword(let text) = $0 { text } else { nil } } }

    /// All of `a=ice-options`.
    public var iceOptions: [String] {
        all { if case .iceOptions(let options) = $0 { options } else { nil } }.flatMap { $0 }
    }

    /// `a=candidate`.
    public var candidates: [ICECandidate] { all { if case .candidate(let item) = $0 { item } else { nil } } }

    /// Whether `a=end-of-candidates` stands here.
    public var endOfCandidates: Bool { has(.endOfCandidates) }

    /// `a=fingerprint`.
    public var fingerprints: [Fingerprint] { all { if case .fingerprint(let item) = $0 { item } else { nil } } }

    /// `a=setup`.
    public var setup: SetupRole? { first { if case .setup(let role) = $0 { role } else { nil } } }

    /// `a=sendrecv` and the like.
    public var direction: MediaDirection? { first { if case .direction(let way) = $0 { way } else { nil } } }

    /// `a=extmap`.
    public var headerExtensions: [HeaderExtension] {
        all { if case .headerExtension(let item) = $0 { item } else { nil } }
    }
}
