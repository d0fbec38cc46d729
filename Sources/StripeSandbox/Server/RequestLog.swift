internal import Foundation
internal import Synchronization

/// Every request that the stand-ins of this process take, as a line of JSON (`ReceivedRequest`) in a file of its own: for
/// tests, which hold each against what Stripe says that a request may hold.
///
/// It is written where `STRIPE_SANDBOX_REQUESTS` names a folder. What cannot be written ends the process: a request that
/// nobody judges must not look like one that was judged.
final class RequestLog: Sendable {
    /// The one of this process; nil where nobody wants it.
    static let ofProcess = ProcessInfo.processInfo.environment["STRIPE_SANDBOX_REQUESTS"].map { RequestLog(folder: $0) }

    private let file: Mutex<FileHandle>

    private init(folder: String) {
        let path = "\(folder)/\(UUID().uuidString).jsonl"
        guard FileManager.default.createFile(atPath: path, contents: nil), let made = FileHandle(forWritingAtPath: path)
        else {
            // Only where a test asks for it; a request that nobody judges must not look like one that was judged.
            fatalError("STRIPE_SANDBOX_REQUESTS: \(path) cannot be written")
        }
        file = Mutex(made)
    }

    /// Adds a request, without its secret key.
    func note(_ received: ReceivedRequest) {
        file.withLock { file in
            do {
                try file.write(contentsOf: JSONEncoder().encode(received) + Data("\n".utf8))
            } catch {
                // For the same reason.
                fatalError("STRIPE_SANDBOX_REQUESTS: \(error)")
            }
        }
    }
}
