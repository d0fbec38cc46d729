public import Database

/// Names an event for ever: a queue takes the same id once, and a consumer can tell a repetition by it.
public struct EventID: Hashable, Sendable, CustomStringConvertible {
    /// The UUID.
    public let value: UniqueID

    /// A new id.
    public init() { value = UniqueID() }

    /// The id with this UUID.
    public init(_ value: UniqueID) { self.value = value }

    /// The UUID's text.
    public var description: String { value.description }
}

extension EventID: ParameterEncodable, ColumnDecodable, ArrayElement {
    /// The UUID.
    public var parameter: Parameter { value.parameter }

    /// The id of a `uuid` column.
    public init?(columnText: RawSpan) {
        guard let value = UniqueID(columnText: columnText) else { return nil }
        self.value = value
    }
}

/// Where events go: to the readers of one half. Each event is handled by one of a queue's readers.
public struct EventQueue: Hashable, Sendable, CustomStringConvertible {
    /// The name, 1 to 40 of `a-z 0-9 _`.
    public let name: String

    /// - Returns: nil where `name` is not 1 to 40 of `a-z 0-9 _`.
    public init?(_ name: String) {
        let isPlain = name.utf8.allSatisfy { character in
            switch character {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
            default: false
            }
        }
        guard isPlain, (1...40).contains(name.utf8.count) else { return nil }
        self.name = name
    }

    private init(known name: String) { self.name = name }

    /// To the signaling core.
    public static let signaling = EventQueue(known: "signaling")
    /// To the sidecar.
    public static let sidecar = EventQueue(known: "sidecar")

    /// The name.
    public var description: String { name }

    /// The channel that wakes the queue's readers.
    var channel: String { "outbox_" + name }
}

extension EventQueue: ParameterEncodable, ColumnDecodable {
    /// The name.
    public var parameter: Parameter { .text(name) }

    /// The queue of this name.
    public init?(columnText: RawSpan) {
        guard let name = String(columnText: columnText) else { return nil }
        self.init(name)
    }
}
