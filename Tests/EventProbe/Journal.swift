import Glibc

/// A file of lines. What was added survives the process: each line is in the kernel's hands when `add` returns.
final class Journal: Sendable {
    private let file: Int32

    struct Failure: Error { let reason: String }

    init(path: String) throws {
        file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
    }

    deinit { close(file) }

    /// Adds lines in one write, which other writers do not come between.
    func add(_ lines: [String]) throws {
        let bytes = Array(lines.map { $0 + "\n" }.joined().utf8)
        guard write(file, bytes, bytes.count) == bytes.count else {
            throw Failure(reason: String(cString: strerror(errno)))
        }
    }
}
