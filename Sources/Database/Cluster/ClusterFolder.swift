internal import FoundationEssentials
internal import Glibc

/// A cluster's folder: `data`, the socket in `run`, the server's log, and the lock that keeps others out.
struct ClusterFolder {
    let path: String
    /// Whom the server runs as, where we are root.
    let owner: ServerUser?
    /// The open and locked file `lock`.
    private let lock: Int32

    var data: String { path + "/data" }
    var newData: String { path + "/data.new" }
    /// Where the socket is: in the folder, or where that makes too long a path, in one for temporary files.
    let run: String
    var log: String { path + "/server.log" }

    /// The server's log is set aside at a start once it is this long.
    private static let longLog = 16 << 20
    /// The longest path of a Unix socket (`sockaddr_un`).
    private static let longestSocket = 107

    /// Makes the folder where it is missing, and takes hold of it.
    static func open(_ path: String, user: String) throws(ClusterError) -> ClusterFolder {
        var owner = geteuid() == 0 ? try ServerUser(user) : nil
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ClusterError(.folder, "the folder \(path) cannot be made")
        }
        guard let resolved = realpath(path, nil) else { throw ClusterError(.folder, "\(path): \(systemError())") }
        defer { free(resolved) }
        let whole = String(cString: resolved)
        if owner != nil { try owner?.enter(whole) }
        let folder = try ClusterFolder(path: whole, owner: owner, lock: lock(path + "/lock"), run: run(for: whole))
        do throws(ClusterError) {
            try folder.prepare()
        } catch {
            folder.release()
            throw error
        }
        return folder
    }

    /// Lets others take hold of the folder.
    func release() {
        // Elsewhere an empty folder would be left behind; one with a socket stays.
        if !run.hasPrefix(path + "/") { rmdir(run) }
        close(lock)
    }

    private static func lock(_ path: String) throws(ClusterError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ClusterError(.folder, "\(path): \(systemError())") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            close(descriptor)
            throw ClusterError(
                .inUse, "another process\(holder.isEmpty ? "" : " (\(holder))") runs a database in this folder: \(path)"
            )
        }
        let words = Array("process \(getpid())".utf8)
        ftruncate(descriptor, 0)
        _ = pwrite(descriptor, words, words.count, 0)
        return descriptor
    }

    private func prepare() throws(ClusterError) {
        guard !path.contains(",") else {
            throw ClusterError(.folder, "\(path): libpq takes a comma for the end of a host; choose another folder")
        }
        if mkdir(run, 0o700) != 0, errno != EEXIST { throw ClusterError(.folder, "\(run): \(systemError())") }
        var run = stat()
        guard lstat(self.run, &run) == 0, run.st_mode & S_IFMT == S_IFDIR,
            run.st_uid == geteuid() || run.st_uid == owner?.user
        else { throw ClusterError(.folder, "\(self.run) is somebody else's") }
        for path in [path, self.run] {
            guard chmod(path, 0o700) == 0, owner.map({ chown(path, $0.user, $0.group) == 0 }) ?? true else {
                throw ClusterError(.folder, "\(path): \(systemError()); it belongs to another user")
            }
        }
        var state = stat()
        if stat(data, &state) == 0, state.st_uid != owner?.user ?? geteuid() {
            throw ClusterError(
                .folder, "\(data) belongs to user \(state.st_uid); start as that user, or as root")
        }
        if stat(log, &state) == 0, state.st_size > Self.longLog { rename(log, log + ".1") }
    }

    /// The socket's folder for a cluster's folder.
    private static func run(for path: String) -> String {
        let inside = path + "/run"
        if (inside + "/.s.PGSQL.5432").utf8.count <= longestSocket { return inside }
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return "/tmp/consult-\(geteuid())-\(String(hash, radix: 36))"
    }

    /// The major version that made the data; nil where there is none yet.
    var version: String? {
        FileManager.default.contents(atPath: data + "/PG_VERSION").map {
            String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace }
        }
    }

    /// Writes a file of the server's configuration.
    func write(_ text: String, to name: String) throws(ClusterError) {
        let file = data + "/" + name
        guard FileManager.default.createFile(atPath: file, contents: Data(text.utf8)), chmod(file, 0o600) == 0,
            owner.map({ chown(file, $0.user, $0.group) == 0 }) ?? true
        else { throw ClusterError(.folder, "\(file) cannot be written") }
    }

    /// The last lines of the server's log.
    var lastWords: String {
        guard let data = FileManager.default.contents(atPath: log) else { return "" }
        let lines = String(decoding: data.suffix(2000), as: UTF8.self).split(separator: "\n").suffix(4)
        return lines.joined(separator: "; ")
    }
}

/// The user that a server runs as, since PostgreSQL refuses to run as root.
struct ServerUser {
    let name: String
    let user: uid_t
    let group: gid_t
    /// Whether the user passes through folders that are closed to it, by a capability that we lend (capabilities(7)).
    private(set) var searchesClosedFolders = false

    init(_ name: String) throws(ClusterError) {
        guard let entry = getpwnam(name) else {
            throw ClusterError(
                .noServer,
                "PostgreSQL does not run as root, and the user '\(name)' does not exist "
                    + "(the package postgresql makes it)")
        }
        self.name = name
        user = entry.pointee.pw_uid
        group = entry.pointee.pw_gid
    }

    /// Makes sure that the user can enter every folder on the way to `path`, by right or by a lent capability.
    mutating func enter(_ path: String) throws(ClusterError) {
        var parent = path
        while let slash = parent.lastIndex(of: "/"), parent != "/" {
            parent = slash == parent.startIndex ? "/" : String(parent[..<slash])
            var state = stat()
            guard stat(parent, &state) == 0 else { throw ClusterError(.folder, "\(parent): \(systemError())") }
            let execute: mode_t = state.st_uid == user ? S_IXUSR : state.st_gid == group ? S_IXGRP : S_IXOTH
            if state.st_mode & execute != 0 { continue }
            guard Self.canLendSearch else {
                throw ClusterError(
                    .folder,
                    "the server runs as \(name), who may not enter \(parent): "
                        + "choose a data folder elsewhere, or chmod o+x \(parent)")
            }
            searchesClosedFolders = true
        }
    }

    /// What setpriv(1) is told.
    var privileges: [String] {
        let identity = ["--reuid=\(user)", "--regid=\(group)", "--init-groups"]
        guard searchesClosedFolders else { return identity }
        return identity + ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    }

    /// Whether this process has CAP_DAC_READ_SEARCH, number 2.
    private static var canLendSearch: Bool {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let set = UInt64(line.dropFirst("CapEff:".count).drop { $0.isWhitespace }, radix: 16)
        else { return false }
        return set & 1 << 2 != 0
    }
}

/// The system's words for the present `errno`.
func systemError() -> String { String(cString: strerror(errno)) }
