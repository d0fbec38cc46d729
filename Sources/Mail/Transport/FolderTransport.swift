internal import Database
internal import FoundationEssentials
internal import Glibc

/// Puts mails into a folder, each as a file that mail programs open: `20261122T222146.123456Z-<id>.eml`, in the order in
/// which they were written. A mail that comes again replaces its file.
public actor FolderTransport: MailTransport {
    /// A mail that lies in the folder.
    public struct Written: Sendable {
        /// The mail.
        public let id: MailID
        /// Its file.
        public let path: String
        /// The link that its reader is to follow, where it has one. It may hold a secret.
        public let link: String?
    }

    private let folder: String
    private let written: @Sendable (Written) -> Void
    private nonisolated let thread: BlockingThread

    /// How long a disk may take.
    public nonisolated let patience = Duration.seconds(30)

    /// The folder's own thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// Makes the folder where it is missing, for its owner's eyes only.
    ///
    /// - Parameter written: is told of each mail, so that whoever tries things out finds its link in the log.
    /// - Throws: `MailError` with the code `configuration` where the folder cannot be made.
    public init(folder: String, written: @escaping @Sendable (Written) -> Void = { _ in }) throws(MailError) {
        self.folder = folder
        self.written = written
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            thread = try BlockingThread(name: "mail")
        } catch {
            throw MailError(.configuration, "the mail folder \(folder) cannot be made")
        }
    }

    deinit { thread.finish() }

    /// Writes the mail aside, and gives it its name when it is on the disk.
    public func deliver(_ mail: OutgoingMail) throws(MailError) {
        let name = Self.name(of: mail)
        let (aside, path) = ("\(folder)/.\(name).part", "\(folder)/\(name)")
        guard Self.write(mail.rendered(), to: aside), rename(aside, path) == 0, Self.synchronise(folder) else {
            let reason = String(cString: strerror(errno))
            unlink(aside)
            throw MailError(.unavailable, "the mail folder cannot be written to: \(reason)")
        }
        written(Written(id: mail.id, path: path, link: mail.email.link))
    }

    private static func name(of mail: OutgoingMail) -> String {
        let time = mail.createdAt.description.filter { $0 != "-" && $0 != ":" && $0 != "Z" }
        return "\(time)\(time.contains(".") ? "" : ".000000")Z-\(mail.id).eml"
    }

    private static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        let isComplete = rest.isEmpty && fsync(file) == 0
        let reason = errno
        close(file)
        errno = reason
        return isComplete
    }

    /// The folder's entries have to be on the disk too.
    private static func synchronise(_ folder: String) -> Bool {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
