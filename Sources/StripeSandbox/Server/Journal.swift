internal import Foundation

/// The file that brings a state back: the state when the process started as its first line, then one line for each
/// action since, written before the action is answered.
///
/// A line that was cut off by the end of the machine was never answered, and is left out.
struct Journal {
    struct Line: Codable {
        let action: SandboxAction
        let fault: SandboxFault?
        let now: Int64
    }

    private let file: FileHandle
    private let encoder = JSONEncoder()

    /// Reads the file, or makes it with `fresh`; gives the state and a journal that goes on from it.
    static func open(_ path: String, fresh: Sandbox) throws -> (Sandbox, Journal) {
        var state = fresh
        let decoder = JSONDecoder()
        if let data = FileManager.default.contents(atPath: path), !data.isEmpty {
            var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            if data.last != UInt8(ascii: "\n") { lines.removeLast() }
            guard let first = lines.first, let kept = try? decoder.decode(Sandbox.self, from: Data(first)) else {
                throw SandboxError(description: "\(path) is no state of this stand-in; move it away to start anew.")
            }
            state = kept
            for line in lines.dropFirst() {
                guard let step = try? decoder.decode(Line.self, from: Data(line)) else {
                    throw SandboxError(description: "\(path) has a line that is no action of this stand-in.")
                }
                _ = state.apply(step.action, fault: step.fault, now: step.now)
            }
        }
        let encoder = JSONEncoder()
        let whole = try encoder.encode(state) + Data("\n".utf8)
        let manager = FileManager.default
        let temporary = path + ".new"
        guard manager.createFile(atPath: temporary, contents: whole, attributes: [.posixPermissions: 0o600]) else {
            throw SandboxError(description: "\(temporary) cannot be written.")
        }
        guard rename(temporary, path) == 0 else {
            throw SandboxError(description: "\(path) cannot be replaced: \(String(cString: strerror(errno))).")
        }
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw SandboxError(description: "\(path) cannot be opened for writing.")
        }
        try file.seekToEnd()
        return (state, Journal(file: file))
    }

    func append(_ line: Line) throws {
        try file.write(contentsOf: encoder.encode(line) + Data("\n".utf8))
    }
}
