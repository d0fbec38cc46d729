internal import CLinux
internal import Glibc
internal import Synchronization

/// One or two threads that do nothing but hash, and the bounded queue before them.
///
/// The threads keep this object alive; `finish` ends them.
final class HashingThreads: Sendable {
    typealias Answer = Result<String, PasswordError>

    private struct Job {
        let id: UInt64
        let password: String
        let setting: String
        let continuation: CheckedContinuation<Answer, Never>
    }

    private struct State {
        var waiting: [Job] = []
        /// Jobs that a thread works on.
        var running = 0
        var nextID: UInt64 = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let limit: Int
    /// As many units as there may be jobs to look for; each read takes one.
    private let bell: Int32

    /// - Parameter limit: how many jobs may wait; one more is refused.
    init(count: Int, limit: Int) throws(PasswordError) {
        self.limit = limit
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE))
        guard bell >= 0 else { throw PasswordError(.unavailable, "eventfd: \(String(cString: strerror(errno)))") }
        let started = (0..<count).count { _ in startThread() }
        guard started > 0 else { throw PasswordError(.unavailable, "no thread to hash passwords on") }
    }

    deinit { close(bell) }

    /// How many jobs wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// How many jobs are being worked on.
    var runningCount: Int { state.withLock { $0.running } }

    /// Ends the threads after the jobs that wait.
    func finish() {
        state.withLock { $0.isFinished = true }
        // More than there are threads: each takes one and ends.
        ring(1 << 16)
    }

    /// The password's hash, when its turn has come.
    func hash(_ password: String, setting: String) async throws(PasswordError) -> String {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let job = Job(id: id, password: password, setting: setting, continuation: continuation)
                let isTaken = state.withLock { state in
                    guard state.waiting.count < limit else { return false }
                    state.waiting.append(job)
                    return true
                }
                guard isTaken else {
                    return continuation.resume(
                        returning: .failure(PasswordError(.busy, "\(limit) passwords wait to be hashed")))
                }
                ring(1)
                // Cancelled before it could be found in the queue.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
        return try answer.get()
    }

    /// Takes a job out of the queue, unless a thread has it already.
    private func cancel(_ id: UInt64) {
        let job = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
        }
        job?.continuation.resume(returning: .failure(PasswordError(.cancelled, "the task was cancelled")))
    }

    private func ring(_ times: UInt64) {
        var times = times
        _ = write(bell, &times, 8)
    }

    // MARK: On a thread

    private func startThread() -> Bool {
        let context = Unmanaged.passRetained(self)
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { context in
                if let context { Unmanaged<HashingThreads>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            return false
        }
        pthread_detach(handle)
        return true
    }

    private func run() {
        cl_name_thread("passwords")
        let scratch = Bcrypt.Scratch()
        while true {
            var one: UInt64 = 0
            guard read(bell, &one, 8) == 8 || errno == EINTR else { return }
            let (job, isFinished) = state.withLock { state -> (Job?, Bool) in
                guard !state.waiting.isEmpty else { return (nil, state.isFinished) }
                state.running += 1
                return (state.waiting.removeFirst(), false)
            }
            if isFinished { return }
            guard let job else { continue }
            let answer: Answer
            do throws(PasswordError) {
                answer = .success(try Bcrypt.hash(job.password, setting: job.setting, in: scratch))
            } catch {
                answer = .failure(error)
            }
            state.withLock { $0.running -= 1 }
            job.continuation.resume(returning: answer)
        }
    }
}
