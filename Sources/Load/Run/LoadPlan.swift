/// What is to be loaded, and how much.
package struct LoadPlan: Sendable {
    /// The tokens of a room's two callers.
    package struct Room: Sendable, Equatable {
        /// Of the one who comes first.
        package let first: String
        /// Of the other.
        package let second: String

        /// Two tokens for one room.
        package init(first: String, second: String) {
            self.first = first
            self.second = second
        }
    }

    /// Where the server is.
    package var server: ServerAddress
    /// Certificates (PEM) that a server behind TLS is trusted by; nil: those of the system.
    package var certificates: String?
    /// The rooms.
    package var rooms: [Room]
    /// How long it is measured, in seconds.
    package var duration: Int
    /// Rooms that are begun in a second.
    package var ramp: Double
    /// The picture; nil: voices only.
    package var video: MediaClip.Video?
    /// Threads of callers.
    package var threads: Int
    /// Local addresses of the media; empty: the one that packets to the server leave from.
    package var addresses: [String]
    /// The server's process, to read its use of processor and memory.
    package var serverProcess: Int32?
    /// The server's metrics page.
    package var metrics: String?

    /// A plan.
    package init(
        server: ServerAddress, rooms: [Room], duration: Int, ramp: Double, video: MediaClip.Video?, threads: Int = 1,
        addresses: [String] = [], certificates: String? = nil, serverProcess: Int32? = nil, metrics: String? = nil
    ) {
        self.server = server
        self.rooms = rooms
        self.duration = duration
        self.ramp = ramp
        self.video = video
        self.threads = threads
        self.addresses = addresses
        self.certificates = certificates
        self.serverProcess = serverProcess
        self.metrics = metrics
    }

    /// Reads a file of tokens: two in a line, for the two callers of a room; empty lines and what follows a # are nothing.
    ///
    /// - Throws: `LoadError` that names the line.
    package static func rooms(parsing text: String) throws(LoadError) -> [Room] {
        var rooms: [Room] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            if words.isEmpty { continue }
            guard words.count == 2 else { throw LoadError("line \(number + 1): expected the tokens of two callers") }
            rooms.append(Room(first: String(words[0]), second: String(words[1])))
        }
        guard !rooms.isEmpty else { throw LoadError("there are no tokens") }
        return rooms
    }
}
