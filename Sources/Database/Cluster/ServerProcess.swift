internal import CLinux
internal import FoundationEssentials
internal import Glibc

/// A process that is waited for by its descriptor, whether it is our child or was another's.
final class ServerProcess {
    let identifier: pid_t
    private let descriptor: Int32
    private let isChild: Bool

    private init(identifier: pid_t, descriptor: Int32, isChild: Bool) {
        self.identifier = identifier
        self.descriptor = descriptor
        self.isChild = isChild
    }

    deinit { close(descriptor) }

    /// A running process that is not our child; nil where it has ended.
    static func adopt(_ identifier: pid_t) -> ServerProcess? {
        let descriptor = pidfd_open(identifier, 0)
        return descriptor < 0 ? nil : ServerProcess(identifier: identifier, descriptor: descriptor, isChild: false)
    }

    /// Starts a program in a process group of its own, so that a Ctrl-C meant for us does not reach it.
    ///
    /// - Parameters:
    ///   - user: who it runs as; nil for ourselves.
    ///   - log: the file that takes what it prints.
    static func start(
        _ program: String, _ arguments: [String], as user: ServerUser?, in folder: String, log: String
    ) throws(ClusterError) -> ServerProcess {
        var command = [program] + arguments
        if let user {
            command = ["/usr/bin/setpriv"] + user.privileges + command
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        cl_spawn_in(&actions, folder)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // It may outlive us, and keeps nothing of ours open.
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
        let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC"]
        var identifier: pid_t = 0
        let status = withCStrings(command) { command in
            withCStrings(environment) { environment in
                guard let program = command[0] else { return ENOENT }
                // posix_spawn takes char *const[] for history's sake and writes to none of them.
                return posix_spawn(
                    &identifier, program, &actions, &attributes, command.map { UnsafeMutablePointer(mutating: $0) },
                    environment.map { UnsafeMutablePointer(mutating: $0) })
            }
        }
        guard status == 0 else {
            throw ClusterError(.notStarted, "\(command[0]): \(String(cString: strerror(status)))")
        }
        let descriptor = pidfd_open(identifier, 0)
        guard descriptor >= 0 else {
            kill(identifier, SIGQUIT)
            throw ClusterError(.notStarted, "pidfd_open: \(systemError())")
        }
        return ServerProcess(identifier: identifier, descriptor: descriptor, isChild: true)
    }

    /// Sends a signal. The process may have ended.
    func send(_ signal: Int32) { _ = pidfd_send_signal(descriptor, signal, nil, 0) }

    /// Waits on the given thread for the process to end, at most until `deadline`.
    ///
    /// - Returns: `ready` where it has ended; `poked` where the thread has other work to do.
    func waitForEnd(on thread: BlockingThread, until deadline: ContinuousClock.Instant?) -> BlockingThread.Wakening {
        thread.wait(for: descriptor, Int32(POLLIN), until: deadline)
    }

    /// The exit status of a child that has ended: nil for another's process, or one ended by a signal.
    func reap() -> Int32? {
        var status: Int32 = 0
        guard isChild, waitpid(identifier, &status, 0) == identifier, status & 0x7f == 0 else { return nil }
        return status >> 8 & 0xff
    }

    // MARK: Looking around

    /// The processes that work in a data folder: PostgreSQL's all have it as their current folder.
    static func occupants(of data: String) -> [pid_t] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { pid_t($0) }.filter { currentFolder(of: $0) == data }.sorted()
    }

    private static func currentFolder(of identifier: pid_t) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let length = buffer.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self) else { return -1 }
            return readlink("/proc/\(identifier)/cwd", base, buffer.count)
        }
        return length < 0 ? nil : String(decoding: buffer.prefix(length), as: UTF8.self)
    }
}
