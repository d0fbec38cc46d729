internal import Glibc

/// The files of the built web client, read once and kept while they don't change on disk.
///
/// A path from outside never reaches the file system as it is: each of its parts is checked, the result is resolved,
/// and it must still lie inside the folder, whatever symbolic links say.
public struct StaticFiles: Sendable {
    /// A file with what its response says.
    public struct File: Sendable {
        /// Its content.
        public var bytes: [UInt8]
        /// Its media type.
        public var type: String
        /// Its entity tag: another one where the file is another.
        public var tag: String
        /// How its bytes are packed: `gzip`; nil where they are not.
        public var coding: String?
        /// Whether the name contains a hash of the content, so that it may be kept for ever.
        public var isImmutable: Bool

        /// How long it may be kept.
        public var cacheControl: String { isImmutable ? "public, max-age=31536000, immutable" : "no-cache" }
    }

    private struct Entry {
        var file: File
        var identity: Identity
    }

    private struct Identity: Equatable {
        var inode: UInt
        var size: Int
        var seconds: Int
        var nanoseconds: Int
    }

    /// Larger files are not served: nothing the client is built of comes near.
    static let maximumFileBytes = 8 << 20
    /// Together in memory.
    static let maximumCacheBytes = 64 << 20

    private let root: String
    private var cache: [String: Entry] = [:]
    private var cachedBytes = 0

    /// The files of a folder.
    ///
    /// - Returns: nil where `folder` doesn't exist.
    public init?(folder: String) {
        guard let root = resolve(folder) else { return nil }
        self.root = root
    }

    /// The file for a request's path, already percent-decoded; the client's pages are all `index.html`.
    ///
    /// - Parameter acceptsGzip: whether it may be packed. Files whose names contain a hash have been packed when the client was
    ///   built, into a file beside them; nothing is packed here.
    public mutating func file(at path: String, acceptsGzip: Bool = false) -> File? {
        guard let parts = Self.parts(of: path) else { return nil }
        let name = ClientRoutes.contains(path) ? "index.html" : parts.joined(separator: "/")
        guard let type = Self.type(of: name) else { return nil }
        if acceptsGzip, Self.isImmutable(name), var packed = load(name + ".gz", type: type) {
            packed.coding = "gzip"
            // Other bytes are another entity, however alike the two files are to look at.
            packed.tag = "\"gz-" + packed.tag.dropFirst()
            return packed
        }
        return load(name, type: type)
    }

    private static func isImmutable(_ name: String) -> Bool { name.hasPrefix("assets/") }

    /// The client itself, which says that there is nothing: for people at a path that is nobody's.
    public mutating func nothing() -> File? { file(at: "/") }

    /// The parts of a path; nil where one is empty, hidden, `..`, or has a character no file of ours has.
    static func parts(of path: String) -> [String]? {
        guard path.hasPrefix("/"), path.utf8.count <= 512 else { return nil }
        if path == "/" { return [] }
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let areSound = parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".")
                && part.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\\" && $0.value != 0x7F }
        }
        return areSound ? parts.map(String.init) : nil
    }

    private mutating func load(_ name: String, type: String) -> File? {
        guard let path = resolve(root + "/" + name), path.hasPrefix(root == "/" ? "/" : root + "/") else { return nil }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            (0...Self.maximumFileBytes).contains(status.st_size)
        else { return nil }
        let identity = Identity(
            inode: UInt(status.st_ino), size: status.st_size, seconds: status.st_mtim.tv_sec,
            nanoseconds: status.st_mtim.tv_nsec)
        if let entry = cache[name], entry.identity == identity { return entry.file }
        guard let bytes = contents(of: descriptor, size: identity.size) else { return nil }
        let tag =
            "\"\(String(identity.size, radix: 36))-\(String(identity.seconds, radix: 36))-\(identity.nanoseconds)\""
        let file = File(bytes: bytes, type: type, tag: tag, isImmutable: Self.isImmutable(name))
        keep(Entry(file: file, identity: identity), as: name)
        return file
    }

    private mutating func keep(_ entry: Entry, as name: String) {
        if let old = cache.removeValue(forKey: name) { cachedBytes -= old.file.bytes.count }
        if cachedBytes + entry.file.bytes.count > Self.maximumCacheBytes {
            cache.removeAll()
            cachedBytes = 0
        }
        cache[name] = entry
        cachedBytes += entry.file.bytes.count
    }

    /// The media type by the name's ending; nil for what a web client isn't made of.
    static func type(of name: String) -> String? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return switch name[name.index(after: dot)...].lowercased() {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json"
        case "webmanifest": "application/manifest+json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "webp": "image/webp"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "wasm": "application/wasm"
        case "mp3": "audio/mpeg"
        case "ogg": "audio/ogg"
        case "wav": "audio/wav"
        case "txt": "text/plain; charset=utf-8"
        default: nil
        }
    }
}

/// The absolute path without symbolic links; nil where it doesn't exist.
private func resolve(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
}

private func contents(of descriptor: Int32, size: Int) -> [UInt8]? {
    var isComplete = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        while count < size {
            let result = read(descriptor, buffer.baseAddress.map { $0 + count }, size - count)
            if result < 0, errno == EINTR { continue }
            guard result > 0 else { return }
            count += result
        }
        isComplete = true
    }
    return isComplete || size == 0 ? bytes : nil
}
