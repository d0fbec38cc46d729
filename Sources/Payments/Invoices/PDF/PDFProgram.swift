internal import CLinux
internal import Database
internal import Glibc

/// One run of the program that makes PDFs. It blocks its thread.
struct PDFProgram {
    /// The program.
    let path: String
    /// What it is given.
    let page: [UInt8]
    /// The date that the PDF bears.
    let date: Timestamp

    /// Runs the program to its end; at the limit it is killed with all that it has started.
    func run(within patience: Duration, largest: Int) throws(PDFRenderer.Failure) -> [UInt8] {
        // Files in memory, so that nothing has to be read and written while it runs.
        guard let input = MemoryFile("page"), let output = MemoryFile("pdf") else { throw .failed }
        guard input.write(page), let process = start(input, output) else { throw .failed }
        let deadline = ContinuousClock.now + patience
        let handle = pidfd_open(process, 0)
        defer {
            if handle >= 0 { close(handle) }
        }
        let hasEnded = handle >= 0 && waits(for: handle, until: deadline)
        // What it has started has its process group, and lives on without it.
        kill(-process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        guard hasEnded else { throw .tooSlow }
        guard status == 0, let pdf = output.read(atMost: largest), pdf.starts(with: "%PDF-".utf8) else {
            throw .failed
        }
        return pdf
    }

    /// It runs in a process group of its own, behind everything else that wants the processor: calls come first.
    private func start(_ input: borrowing MemoryFile, _ output: borrowing MemoryFile) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        cl_spawn_in(&actions, "/")
        posix_spawn_file_actions_adddup2(&actions, input.descriptor, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // A server that is killed while this runs is started again at once, and needs its ports.
        cl_spawn_close_from(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: flags))
        let command = ["/usr/bin/nice", "-n", "5", path, "--encoding", "utf-8", "-", "-"]
        // Nothing of ours: neither secrets nor proxies. The date is the document's, so that it is made alike each time.
        let environment = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "HOME=/nonexistent",
            "SOURCE_DATE_EPOCH=\(date.microseconds / 1_000_000)",
        ]
        var process: pid_t = 0
        let status = withCStrings(command) { command in
            withCStrings(environment) { environment in
                posix_spawn(&process, "/usr/bin/nice", &actions, &attributes, command, environment)
            }
        }
        return status == 0 ? process : nil
    }

    /// Whether a process ended in time.
    private func waits(for handle: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = deadline - .now
            guard left > .zero else { return false }
            var ready = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
            let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1
            if poll(&ready, 1, Int32(clamping: milliseconds)) > 0 { return true }
        }
    }
}

/// Texts as C wants them, for as long as `body` runs.
private func withCStrings<Value>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
) -> Value {
    let copies = texts.map { strdup($0) }
    defer { copies.forEach { free($0) } }
    return body(copies + [nil])
}

/// A file without a name in memory, gone with its owner.
private struct MemoryFile: ~Copyable {
    let descriptor: Int32

    init?(_ name: String) {
        descriptor = cl_memory_file(name)
        if descriptor < 0 { return nil }
    }

    deinit { close(descriptor) }

    /// Writes everything, to be read from the beginning.
    func write(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return lseek(descriptor, 0, SEEK_SET) == 0
    }

    /// All that is in it; nil where that is more than `limit`.
    func read(atMost limit: Int) -> [UInt8]? {
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0, size <= limit, lseek(descriptor, 0, SEEK_SET) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: size)
        var filled = 0
        while filled < size {
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), size - filled)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return bytes
    }
}
