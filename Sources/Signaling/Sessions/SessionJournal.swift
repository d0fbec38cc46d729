internal import FoundationEssentials
internal import Glibc
internal import Identifiers
internal import Logging

/// What is known of sessions' rooms, on disk: so that a core that was killed goes on where it was.
///
/// One JSON object a line, appended and never changed; what is read at the start is written anew, without what no longer
/// matters. A line that a crash has cut short is left out. Nothing here is forced to the disk: the process may die at any
/// moment and loses nothing; a machine that dies loses the last seconds, in the customer's favour.
struct SessionJournal {
    /// A room as it was.
    struct Room: Codable, Equatable {
        var room: RoomID
        /// The session.
        var session: SessionID
        /// Media seconds, rounded down.
        var mediaSeconds: Int
        /// The horizon; nil where the room has none.
        var horizonSeconds: Int?
        /// What was said of its money; nil where nothing was.
        var money: RoomMoney?
        /// Why it ended; nil where it has not.
        var ended: String?
        /// Until when it matters, in seconds since 1970.
        var until: Double
        /// How many records of what flowed there are.
        var records: Int?
        /// The media second up to which they reach.
        var recordedSeconds: Int?
        /// Whether the last word of an ended room is said; nil where it has not ended.
        var isTold: Bool?

        /// The records that were told.
        var chain: RecordChain { RecordChain(count: records ?? 0, seconds: recordedSeconds ?? 0) }
    }

    /// A report that is to be kept by the marketplace.
    struct Entry: Codable, Equatable {
        var number: UInt64
        var session: SessionID
        var kind: String
        var user: UserID?
        var reason: String?
        var mediaSeconds: Int?
        var quality: [SideQuality]?
        var record: SessionRecord?
    }

    private struct Line: Codable {
        var room: Room?
        var report: Entry?
        var told: UInt64?
    }

    /// Beyond this the file is written anew, and beyond twice of what had to be kept then.
    static let largestFile = 8 << 20

    private let path: String
    private let logger: Logger
    private var descriptor: Int32 = -1
    private var size = 0
    private var keptSize = 0
    private var rooms: [RoomID: Room] = [:]
    private var reports: [UInt64: Entry] = [:]

    /// Opens the journal, and what an earlier life has left in it.
    ///
    /// - Throws: ``SignalingError`` of code `journal` where the file cannot be read or written.
    init(path: String, now: Date, logger: Logger) throws(SignalingError) {
        self.path = path
        self.logger = logger
        do {
            let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
            if !folder.isEmpty {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            if FileManager.default.fileExists(atPath: path) {
                read(try Data(contentsOf: URL(filePath: path)), now: now)
            }
        } catch {
            throw SignalingError(.journal, "\(path): \(error)")
        }
        try rewrite(now: now)
    }

    /// A room as it was left; nil where nothing is known of it.
    func room(_ id: RoomID) -> Room? { rooms[id] }

    /// The rooms that were left.
    var remainingRooms: [Room] { rooms.values.sorted { $0.room.text < $1.room.text } }

    /// The reports that were not kept by the marketplace yet, in their order.
    var remainingReports: [Entry] { reports.values.sorted { $0.number < $1.number } }

    private mutating func read(_ data: Data, now: Date) {
        let decoder = JSONDecoder()
        for bytes in data.split(separator: UInt8(ascii: "\n")) {
            guard let line = try? decoder.decode(Line.self, from: Data(bytes)) else { continue }
            apply(line)
        }
    }

    private mutating func apply(_ line: Line) {
        if let room = line.room { rooms[room.room] = room }
        if let report = line.report { reports[report.number] = report }
        if let told = line.told { reports[told] = nil }
    }

    // MARK: Writing

    mutating func note(_ room: Room) { append(Line(room: room)) }

    /// A report, and the room as it is with it: in one line, so that a crash leaves both or neither.
    mutating func note(_ report: Entry, of room: Room? = nil) { append(Line(room: room, report: report)) }

    mutating func told(_ number: UInt64) {
        guard reports[number] != nil else { return }
        append(Line(told: number))
    }

    private mutating func append(_ line: Line) {
        apply(line)
        guard let bytes = Self.bytes(line) else { return }
        write(bytes)
        guard size > max(Self.largestFile, 2 * keptSize) else { return }
        do throws(SignalingError) {
            try rewrite(now: Date())
        } catch {
            logger.error("the journal of sessions cannot be written anew", metadata: ["error": "\(error)"])
        }
    }

    private static func bytes(_ line: Line) -> [UInt8]? {
        guard let data = try? JSONEncoder().encode(line) else { return nil }
        return Array(data) + [UInt8(ascii: "\n")]
    }

    private mutating func write(_ bytes: [UInt8]) {
        guard descriptor >= 0 else { return }
        let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        size += max(0, written)
        guard written != bytes.count else { return }
        // A line cut short would take its successor along.
        logger.error("the journal of sessions cannot be written", metadata: ["error": "\(errno)"])
        _ = Glibc.write(descriptor, "\n", 1)
    }

    /// Writes what still matters into a new file, which takes the old one's place.
    private mutating func rewrite(now: Date) throws(SignalingError) {
        rooms = rooms.filter { $0.value.until > now.timeIntervalSince1970 }
        var bytes: [UInt8] = []
        for room in rooms.values { bytes += Self.bytes(Line(room: room)) ?? [] }
        for report in reports.values { bytes += Self.bytes(Line(report: report)) ?? [] }
        let new = path + ".new"
        let opened = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw SignalingError(.journal, "\(new): error \(errno)") }
        let written = bytes.withUnsafeBytes { $0.isEmpty ? 0 : Glibc.write(opened, $0.baseAddress, $0.count) }
        guard written == bytes.count, rename(new, path) == 0 else {
            let error = errno
            Glibc.close(opened)
            throw SignalingError(.journal, "\(path): error \(error)")
        }
        close()
        descriptor = opened
        size = bytes.count
        keptSize = size
    }

    /// Closes the file.
    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

extension SessionJournal.Entry {
    /// Nil for readings of the clock, which are the room's, and of the quality, which nothing depends on.
    init?(_ number: UInt64, _ session: SessionID, _ happening: SessionHappening) {
        self.number = number
        self.session = session
        switch happening {
        case .joined(let user):
            kind = "joined"
            self.user = user
        case .left(let user, let reason):
            kind = "left"
            self.user = user
            self.reason = reason
        case .progress, .quality: return nil
        case .record(let record):
            kind = "record"
            self.record = record
        case .ended(let reason, let seconds, let quality):
            kind = "ended"
            self.reason = reason
            mediaSeconds = seconds
            self.quality = quality
        }
    }

    /// Nil where the entry lacks what its kind needs.
    var happening: SessionHappening? {
        switch (kind, user, mediaSeconds, record) {
        case ("joined", .some(let user), _, _): .joined(user)
        case ("left", .some(let user), _, _): .left(user, reason: reason ?? "left")
        case ("record", _, _, .some(let record)): .record(record)
        case ("ended", _, .some(let seconds), _):
            .ended(reason: reason ?? "closed", mediaSeconds: seconds, quality: quality ?? [])
        default: nil
        }
    }
}
