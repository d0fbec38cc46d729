import Database
import Events

/// What the numbered events look like. Writers share the keys out: within a key, the numbers rise in the order of the commits.
struct Numbering {
    static let queue = EventQueue.sidecar
    static let keys = 40
    /// Divides `keys`, so that a key has one writer.
    static let writers = 4

    static func event(_ number: Int) -> Event {
        Event(
            id: EventID(id(number)), queue: queue, key: "key-\(number % keys)", kind: "probe.numbered",
            payload: JSONText("\(number)"))
    }

    /// The same for a number at every attempt to write it: the queue takes it once.
    private static func id(_ number: Int) -> UniqueID {
        let digits = String(number)
        let padded = String(repeating: "0", count: 12 - digits.count) + digits
        guard let id = UniqueID("00000000-0000-7000-8000-" + padded) else { fatalError("not an id: \(padded)") }
        return id
    }
}
